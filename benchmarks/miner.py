"""The miner's bar: does it leak, does it answer while it works, what does it add, is it early.

``python -m benchmarks.miner soak`` 200 challenges in a row on a clip of one second: memory of the
service and its workers after 20 and after 200, files and sockets left.
``python -m benchmarks.miner availability CLIP`` seconds of ``GET /availability`` while the clip is
analysed, asked from a process of its own 50 times a second.
``python -m benchmarks.miner overhead CLIP`` what an answer takes besides the pipeline.
``python -m benchmarks.miner early CLIP`` what is gained by analysing a video while it arrives.
``python -m benchmarks.miner drip`` 2,000 connections whose bodies come byte by byte: how
``GET /availability`` is answered meanwhile, the log, and what is left when they are gone.
"""

import argparse
import json
import tempfile
from pathlib import Path

from touchline.errors import ChainError


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    soaked = what.add_parser("soak")
    soaked.add_argument("clip", type=Path, nargs="?", help="else one second of synthetic match")
    soaked.add_argument("--count", type=int, default=200)
    soaked.add_argument("--early", type=int, default=20, help="challenges before the first look")
    what.add_parser("availability").add_argument("clip", type=Path)
    added = what.add_parser("overhead")
    added.add_argument("clip", type=Path)
    added.add_argument("--repeats", type=int, default=3)
    slow = what.add_parser("early")
    slow.add_argument("clip", type=Path)
    slow.add_argument("--over", type=float, default=10.0, help="seconds that the host takes")
    dripping = what.add_parser("drip")
    dripping.add_argument("--count", type=int, default=2000, help="connections at once")
    dripping.add_argument("--seconds", type=float, default=60.0)
    dripping.add_argument("--again", action="store_true", help="connect again when hung up on")
    return parser.parse_args()


def main() -> None:
    """Measure and print JSON."""
    given = arguments()
    try:
        from benchmarks.miner_figures import run
    except (ImportError, ChainError) as error:
        raise SystemExit(
            f"benchmarks.miner starts a service ({error}): pip install '.[miner]' brings it."
        ) from error
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(run(given, Path(name))))


if __name__ == "__main__":
    main()
