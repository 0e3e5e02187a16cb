"""Train the student verifier, or a wider teacher of it, for a given time.

`python -m training.verification.train --data DIR --mistakes mined.npz --minutes 12 --out DIR`
"""

import argparse
from pathlib import Path

from training.detector.data import frame_paths, load_frames
from training.pitch.data import load_samples
from training.pytorch import require_pytorch
from training.verification.scenes import (
    Ground,
    SceneSampler,
    surrounding_grounds,
    synthetic_grounds,
    with_mistakes,
)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Train the verifier for a given time.")
    parser.add_argument("--data", type=Path, required=True, help="folder of images/ and labels/")
    parser.add_argument("--mistakes", type=Path, required=True, help="what `mine` wrote")
    parser.add_argument("--pitch", type=Path, help="folder of the pitch set, for surroundings")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--hold-out", default="", help="matches to leave out, comma-separated")
    parser.add_argument("--width", type=int, default=1, help="factor of all channels")
    parser.add_argument("--teacher", type=Path, help="checkpoint of a network to learn from")
    parser.add_argument("--start", type=Path, help="checkpoint whose average to go on from")
    parser.add_argument("--done", type=float, default=0.0, help="share of the cosine to skip")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Train as the command line says."""
    args = arguments()
    require_pytorch()
    from training.run import prepare
    from training.verification.learning import batches, load_average, new_run, train

    prepare(args.out, seed=args.seed)
    source = batches(SceneSampler(grounds_of(args), seed=args.seed), seed=args.seed)
    run = new_run(args.width)
    if args.start is not None:
        for model in (run.model, run.average):
            model.load_state_dict(load_average(args.start).state_dict())
    run.elapsed = args.done * 60 * args.minutes
    teacher = load_average(args.teacher) if args.teacher is not None else None
    train(run, source, minutes=args.minutes, out=args.out, teacher=teacher)


def grounds_of(args: argparse.Namespace) -> list[Ground]:
    """The frames that scenes are cut from, with what was mined in them."""
    held_out = args.hold_out.split(",")
    frames = load_frames(frame_paths(args.data, exclude=held_out))
    grounds = [with_mistakes(frame, args.mistakes) for frame in frames] + synthetic_grounds()
    if args.pitch is not None:
        samples = load_samples(args.pitch, without=held_out)
        grounds += surrounding_grounds(samples, args.mistakes)
    return grounds


if __name__ == "__main__":
    main()
