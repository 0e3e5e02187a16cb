"""Write a checkpoint of the pitch model as the ONNX file that Touchline ships.

`python -m training.pitch.export CHECKPOINT --out FILE`
"""

import argparse
from pathlib import Path

from training.pytorch import require_pytorch


def main() -> None:
    """Read the arguments and export."""
    parser = argparse.ArgumentParser(description="Write a checkpoint as ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    require_pytorch()
    from training.pitch.shipped import load_average, write

    write(load_average(given.checkpoint), given.out)


if __name__ == "__main__":
    main()
