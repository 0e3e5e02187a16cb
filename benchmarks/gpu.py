"""Networks of an operator's size on each device that is here, unattended.

    python -m benchmarks.gpu [--devices cuda,tensorrt] [--seconds 5] [--scale 1] [--out gpu.md]

Random weights of true architectures (``architectures.py``) are computed in the way the pipeline
computes its own: uint8 batches, bound, results copied back once. For each device and batch the
median time a picture, and pictures a second; a device or format that is not there is a row that
says so. ``--scale 0.1`` makes them ten times narrower, to try the program itself on a CPU.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.architectures import ARCHITECTURES, Graph
from touchline.errors import ModelError
from touchline.inference import Device, Precision, available_devices, load_engine

BATCHES = {"detector": (1, 4, 16), "pose": (1, 8, 32), "clip": (1, 32, 128)}
WAYS: dict[str, tuple[Precision, ...]] = {"tensorrt": ("auto", "f16")}
"""Formats of numbers by device; elsewhere what the file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement; ``milliseconds`` a picture is NaN where ``note`` says why not."""

    network: str
    millions: float
    device: str
    precision: str
    batch: int
    milliseconds: float = float("nan")
    note: str = ""

    def markdown(self) -> str:
        """As a row of a table."""
        rate = f"{self.milliseconds:.2f} | {1000 / self.milliseconds:.0f}"
        measured = self.note or rate
        return (
            f"| {self.network}, {self.millions:.1f} M | {self.device} {self.precision} | "
            f"{self.batch} | {measured} |" + (" |" if self.note else "")
        )


def write_network(name: str, folder: Path, scale: float) -> tuple[Path, float]:
    """The file of an architecture, and its millions of parameters."""
    make, (height, width) = ARCHITECTURES[name]
    graph = Graph(height, width, scale=scale)
    return graph.save(folder / f"{name}.onnx", make(graph)), graph.parameters / 1e6


def timed(path: Path, device: Device, precision: Precision, batch: int, seconds: float) -> float:
    """Median milliseconds a picture, after two batches that are not counted.

    Raises:
        ModelError: The device or the format is not there, or the batch does not fit.
    """
    height, width = ARCHITECTURES[path.stem][1]
    pictures = np.random.default_rng(0).integers(0, 256, (batch, height, width, 3), np.uint8)
    engine = load_engine(path, device=device, precision=precision)
    for _ in range(2):
        engine.run(pictures)
    runs: list[float] = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(runs) < 3:
        started = time.perf_counter()
        engine.run(pictures)
        runs.append(1000 * (time.perf_counter() - started) / batch)
    return statistics.median(runs)


def rows(devices: Sequence[str], *, seconds: float, scale: float, folder: Path) -> Iterator[Row]:
    """Every network on every device."""
    for name in ARCHITECTURES:
        path, millions = write_network(name, folder, scale)
        for device in devices:
            for precision in WAYS.get(device, ("auto",)):
                for batch in BATCHES[name]:
                    row = Row(
                        network=name,
                        millions=millions,
                        device=device,
                        precision=precision,
                        batch=batch,
                    )
                    try:
                        found = timed(path, cast(Device, device), precision, batch, seconds)
                    except ModelError as error:
                        yield replace(row, note=str(error))
                        break  # a larger batch would not do better
                    yield replace(row, milliseconds=found)


def main() -> None:
    """Measure what the command line names, and write the table."""
    parser = argparse.ArgumentParser(description="Time networks of an operator's size.")
    parser.add_argument("--devices", help="by commas; else all that are here")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each row")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--out", type=Path, help="also write the table there")
    args = parser.parse_args()
    devices = args.devices.split(",") if args.devices else available_devices()
    lines = ["| network | device | batch | ms a picture | pictures a second |", "| --- " * 5 + "|"]
    print("\n".join(lines))
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(devices, seconds=args.seconds, scale=args.scale, folder=Path(folder)):
            lines.append(row.markdown())
            print(lines[-1], flush=True)
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
