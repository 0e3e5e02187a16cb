"""Train the detector for a given time.

`python -m training.detector.train --data DIR --start COCO.onnx --minutes 105 --out runs/detector`
"""

import argparse
from pathlib import Path

from training.detector.closeups import close_ups
from training.detector.crops import CropSampler
from training.detector.data import frame_paths, load_frames
from training.pytorch import require_pytorch


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Train the detector for a given time.")
    parser.add_argument("--data", type=Path, required=True, help="folder of images/ and labels/")
    parser.add_argument("--start", type=Path, required=True, help="YOLOX-nano COCO weights, ONNX")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--minutes", type=float, default=105)
    parser.add_argument("--hold-out", default="", help="matches to leave out, comma-separated")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--resume-at", type=float, help="share of the minutes to call done")
    parser.add_argument("--close-ups", action="store_true", help="add synthetic close-ups")
    return parser.parse_args()


def main() -> None:
    """Train as the command line says."""
    args = arguments()
    require_pytorch()
    from training.detector.learning import new_run, start_model, train
    from training.run import CHECKPOINT, prepare

    prepare(args.out, seed=args.seed)
    frames = load_frames(frame_paths(args.data, exclude=args.hold_out.split(",")))
    if args.close_ups:
        frames += close_ups()
    sampler = CropSampler(frames, seed=args.seed)
    run = new_run(start_model(args.start, sampler))
    if args.resume:
        run.restore(args.out / CHECKPOINT)
    if args.resume_at is not None:
        run.elapsed = args.resume_at * 60 * args.minutes
    train(run, sampler, minutes=args.minutes, batch=args.batch, out=args.out)


if __name__ == "__main__":
    main()
