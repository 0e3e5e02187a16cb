"""What it costs to look more rarely or more coarsely: accuracy and seconds on synthetic matches.

``python -m benchmarks.pace --seeds 7,8,9 --seconds 8 --sizes 1280x720,960x540``
"""

import argparse
import itertools
import json
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from touchline.evaluation.metrics import Agreement, agreement
from touchline.outputs import DATA_FORMATS
from touchline.pipeline import Pace, run_job
from touchline.settings import Settings
from touchline.synthetic import write_match

FPS = 25.0
"""Frames a second of a synthetic match."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the networks look: how often, and at what size."""

    pace: Pace
    size: str

    @property
    def settings(self) -> Settings:
        """The settings that ask for it."""
        return Settings.read(
            detect_every=self.pace.detect_every,
            locate_every=self.pace.locate_every,
            detection_size=self.size,
        )


def ways(sizes: list[str]) -> list[Way]:
    """Every pace that a deadline may choose, at each size."""
    paces = Pace.of(Settings(), FPS).leaner()
    return [Way(pace, size) for size, pace in itertools.product(sizes, paces)]


def measure(seed: int, seconds: float, choices: list[Way]) -> Iterator[tuple[Agreement, float]]:
    """Render a match; for each way what it finds, and seconds for each second of video."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truths = write_match(folder, seed=seed, seconds=seconds)
        for way in choices:
            video = folder / "match.mp4"
            summary = run_job(video, folder, settings=way.settings, formats=DATA_FORMATS)
            spent = summary.seconds["total"] / seconds
            yield agreement(folder / "tracks.parquet", truths), spent


def row(way: Way, found: list[tuple[Agreement, float]]) -> dict[str, object]:
    """Medians over the matches."""
    agreements, seconds = zip(*found, strict=True)
    told = {
        field.name: _median([getattr(one, field.name) for one in agreements])
        for field in fields(Agreement)
    }
    way_of = asdict(way.pace) | {"size": way.size}
    return way_of | told | {"seconds_per_second": _median(list(seconds))}


def _median(values: list[float | None]) -> float | None:
    """Of what is known."""
    known = [value for value in values if value is not None]
    return round(statistics.median(known), 3) if known else None


def main() -> None:
    """Measure and print a line of JSON for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7,8,9")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--sizes", default="1280x720", help="comma-separated")
    arguments = parser.parse_args()
    choices = ways(arguments.sizes.split(","))
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    found = [list(measure(seed, arguments.seconds, choices)) for seed in seeds]
    for way, column in zip(choices, zip(*found, strict=True), strict=True):
        print(json.dumps(row(way, list(column))))


if __name__ == "__main__":
    main()
