"""Write a checkpoint of the detector as the ONNX file that Touchline ships.

`python -m training.detector.export runs/detector/last.pt --out runs/detector/players.onnx`
"""

import argparse
from pathlib import Path

from training.pytorch import require_pytorch


def main() -> None:
    """Export the checkpoint named on the command line; fail if the file computes otherwise."""
    parser = argparse.ArgumentParser(description="Write a detector checkpoint as ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    require_pytorch()
    from training.detector.shipped import TOLERANCE, export, largest_difference, load_average

    detector = load_average(args.checkpoint)
    export(detector, args.out)
    difference = largest_difference(detector, args.out)
    if difference > TOLERANCE:
        raise SystemExit(f"{args.out} differs from the network by {difference:.4f}.")
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.1f} MB, differs by {difference:.1e}")


if __name__ == "__main__":
    main()
