"""Train the pitch model for a number of minutes.

`python -m training.pitch.train --data DIR --start ONNX --minutes 105 --hold-out A,B --out DIR`
"""

import argparse
from pathlib import Path

import cv2

from training.pytorch import require_pytorch


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Train the pitch model for a given time.")
    parser.add_argument("--data", type=Path, required=True, help="folder of images/ and labels/")
    parser.add_argument("--start", type=Path, required=True, help="YOLOX-nano COCO weights, ONNX")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--minutes", type=float, default=105)
    parser.add_argument("--hold-out", default="08fd33,a9f16c,video_3")
    parser.add_argument("--extra", type=Path, help="frames that training.pitch.pseudo labelled")
    parser.add_argument("--seed", type=int, default=0, help="another one after --resume")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    return parser.parse_args()


def main() -> None:
    """Train as the command line says."""
    given = arguments()
    require_pytorch()
    import torch

    from training.pitch.learning import Recipe, train

    torch.set_num_threads(given.threads)
    cv2.setNumThreads(1)
    recipe = Recipe(
        given.data,
        given.start,
        given.out,
        given.minutes,
        tuple(given.hold_out.split(",")),
        seed=given.seed,
        extra=given.extra,
    )
    train(recipe, resume=given.resume)


if __name__ == "__main__":
    main()
