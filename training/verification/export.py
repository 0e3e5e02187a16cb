"""Write a checkpoint of the verifier as the ONNX file that Touchline ships.

`python -m training.verification.export runs/verifier/last.pt --temperature 1.2 --out verifier.onnx`
"""

import argparse
from pathlib import Path

from training.pytorch import require_pytorch


def main() -> None:
    """Export the checkpoint named on the command line; fail if the file computes otherwise."""
    parser = argparse.ArgumentParser(description="Write a verifier checkpoint as ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--temperature", type=float, default=1.0, help="divides the logits")
    parser.add_argument("--keepers", type=float, default=1.0, help="factor of a keeper's odds")
    args = parser.parse_args()
    require_pytorch()
    from training.verification.learning import load_average
    from training.verification.shipped import TOLERANCE, Calibration, export, largest_difference

    net, calibration = load_average(args.checkpoint), Calibration(args.temperature, args.keepers)
    export(net, args.out, calibration)
    difference = largest_difference(net, args.out, calibration)
    if difference > TOLERANCE:
        raise SystemExit(f"{args.out} differs from the network by {difference:.4f}.")
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, differs by {difference:.1e}")


if __name__ == "__main__":
    main()
