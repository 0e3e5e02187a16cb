"""The whole pipeline on synthetic matches, held against their exact truth.

``python -m benchmarks.synthetic --seeds 7,8,9 --seconds 8``
"""

import argparse
import json
import statistics
import tempfile
from dataclasses import asdict
from pathlib import Path

from touchline.evaluation import evaluate_truth
from touchline.evaluation.accuracy import Trueness
from touchline.evaluation.metrics import Agreement, agreement
from touchline.outputs import DATA_FORMATS
from touchline.pipeline import run_job
from touchline.synthetic import write_match


def score(seed: int, seconds: float, folder: Path) -> Agreement:
    """Render a match, analyse it, compare."""
    truths = write_match(folder, seed=seed, seconds=seconds)
    run_job(folder / "match.mp4", folder, formats=DATA_FORMATS)
    return agreement(folder / "tracks.parquet", truths)


def who(folders: list[Path], *, samples: int = 1000) -> Trueness:
    """Who is who in matches that were analysed: ``touchline evaluate people``."""
    pairs = [(folder / "truth.json", folder / "tracks.parquet") for folder in folders]
    return evaluate_truth("people", pairs, samples=samples)


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7,8,9")
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    scores = []
    with tempfile.TemporaryDirectory() as whole:
        folders = [Path(whole) / f"seed_{seed}" for seed in seeds]
        for seed, folder in zip(seeds, folders, strict=True):
            scores.append(score(seed, arguments.seconds, folder))
            people = who([folder], samples=1).as_dict()["matches"]
            print(json.dumps({"seed": seed, **asdict(scores[-1]), "people": people}), flush=True)
        together = who(folders).as_dict()
    print(json.dumps({"median_hota": statistics.median(one.hota for one in scores)}))
    print(json.dumps({"people": together["figures"], "drawn": together["drawn"]}))


if __name__ == "__main__":
    main()
