"""Train the detector for a given time, from COCO's weights or from our own export.

`python -m training.detector.train --data DATA --start WEIGHTS.onnx --minutes 95 --out runs/new`
"""

import argparse
from dataclasses import replace
from pathlib import Path

from training.detector.barren import barren_frames
from training.detector.closeups import close_ups
from training.detector.crops import CropSampler
from training.detector.sets import SETS, load_sets
from training.pytorch import require_pytorch

CLOSE_UP_MATCHES = 10
"""Synthetic matches that close-ups are painted of: each takes seconds, at every start."""


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Train the detector for a given time.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the folders of sets")
    parser.add_argument("--sets", default=",".join(SETS), help="which of them, comma-separated")
    begin = parser.add_mutually_exclusive_group(required=True)
    begin.add_argument("--start", type=Path, help="YOLOX-nano COCO weights or our export, ONNX")
    begin.add_argument(
        "--teacher", type=Path, help="our export, ONNX: a plain network learns from it, from chance"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--minutes", type=float, default=105)
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--hold-out", default="", help="matches to leave out, comma-separated")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=640, help="side of a crop in pixels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    parser.add_argument("--resume-at", type=float, help="share of the minutes to call done")
    return parser.parse_args()


def main() -> None:
    """Train as the command line says."""
    args = arguments()
    require_pytorch()
    from training.detector.distil import Teacher
    from training.detector.learning import SCHEDULE, new_run, start_model, train
    from training.plain import PlainDetector
    from training.run import CHECKPOINT, channels_last, prepare

    prepare(args.out, seed=args.seed)
    frames = load_sets(args.data, args.sets.split(","), exclude=args.hold_out.split(","))
    sampler = CropSampler(
        frames + close_ups(CLOSE_UP_MATCHES) + barren_frames(), size=args.size, seed=args.seed
    )
    teacher = args.teacher and Teacher(args.teacher)
    model = channels_last(PlainDetector()) if teacher else start_model(args.start, sampler)
    run = new_run(model, sampler)
    if args.resume:
        run.restore(args.out / CHECKPOINT)
    if args.resume_at is not None:
        run.elapsed = args.resume_at * 60 * args.minutes
    schedule = replace(SCHEDULE, peak=args.rate)
    train(
        run,
        sampler,
        minutes=args.minutes,
        batch=args.batch,
        out=args.out,
        schedule=schedule,
        teacher=teacher,
    )


if __name__ == "__main__":
    main()
