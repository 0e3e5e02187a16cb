"""Whether the engine that is chosen for each shipped network is the fastest one here.

    python -m benchmarks.engines [--seconds 10] [--fresh]

Each network is computed by turns in every way that this machine has, for so many seconds, on
pictures of noise in the size it is used at; what was chosen, before or now, is held against the
medians. A choice is right where no other way takes less than 93 % of its time: so much must be
saved before what is presumed is left. Prints JSON lines.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from touchline.arrays import Images
from touchline.inference import Engine, EngineTimings, load_engine, measured_engines, weights

NETWORKS = {"players": (736, 1280), "pitch": (384, 640), "verifier": (64, 96)}
"""Height and width of what each is given."""
IMAGES = {"players": 4, "pitch": 4, "verifier": 64}
MARGIN = 0.07


def chosen(name: str, cache: Path | None) -> EngineTimings:
    """What is chosen for a network, measured now or remembered."""
    load_engine(weights.find(name), device="cpu", cache=cache).run(pictures(name))
    return next(each for each in measured_engines() if each.network == name)


def pictures(name: str) -> Images:
    """Noise for a network, uint8 (N, H, W, 3)."""
    shape = (IMAGES[name], *NETWORKS[name], 3)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def timed(engines: dict[str, Engine], images: Images, seconds: float) -> dict[str, float]:
    """Median milliseconds a picture of each engine, run by turns."""
    runs: dict[str, list[float]] = {name: [] for name in engines}
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(next(iter(runs.values()))) < 3:
        for name, engine in engines.items():
            started = time.perf_counter()
            engine.run(images)
            runs[name].append(1000 * (time.perf_counter() - started) / len(images))
    return {name: round(statistics.median(found), 3) for name, found in runs.items()}


def held_against(name: str, found: EngineTimings, seconds: float) -> dict[str, object]:
    """What was chosen beside the medians of all ways that were offered."""
    engines = {
        str(each.choice): load_engine(
            weights.find(name),
            device="cpu",
            backend=each.choice.backend,
            precision=each.choice.precision,
            threads=each.choice.threads,
        )
        for each in found.timings
        if each.milliseconds is not None
    }
    medians = timed(engines, pictures(name), seconds)
    own = medians[str(found.chosen)]
    right = min(medians.values()) >= (1 - MARGIN) * own
    return {
        "network": name,
        "chosen": str(found.chosen),
        "sure": found.sure,
        "right": right,
        "milliseconds": medians,
    }


def main() -> None:
    """Measure and print JSON lines; the exit code is 1 where a choice was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="for each network")
    parser.add_argument("--fresh", action="store_true", help="choose anew, and remember nothing")
    arguments = parser.parse_args()
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            found = chosen(name, Path(folder) if arguments.fresh else None)
            row = held_against(name, found, arguments.seconds)
            wrong |= not row["right"]
            print(json.dumps(row), flush=True)
    raise SystemExit(wrong)


if __name__ == "__main__":
    main()
