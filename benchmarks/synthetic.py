"""The whole pipeline on synthetic matches, held against their exact truth.

``python -m benchmarks.synthetic --seeds 7,8,9 --seconds 8``
"""

import argparse
import json
import statistics
import tempfile
from dataclasses import asdict
from pathlib import Path

from touchline.evaluation.metrics import Agreement, agreement
from touchline.outputs import DATA_FORMATS
from touchline.pipeline import run_job
from touchline.synthetic import write_match


def score(seed: int, seconds: float, folder: Path) -> Agreement:
    """Render a match, analyse it, compare."""
    truths = write_match(folder, seed=seed, seconds=seconds)
    run_job(folder / "match.mp4", folder, formats=DATA_FORMATS)
    return agreement(folder / "tracks.parquet", truths)


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7,8,9")
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    scores = []
    for seed in (int(seed) for seed in arguments.seeds.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            scores.append(score(seed, arguments.seconds, Path(folder)))
        print(json.dumps({"seed": seed, **asdict(scores[-1])}))
    print(json.dumps({"median_hota": statistics.median(one.hota for one in scores)}))


if __name__ == "__main__":
    main()
