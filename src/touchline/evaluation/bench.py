"""How long each stage takes on this machine, alone, and how long the whole run takes."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar, get_args

from rich.table import Table
from rich.text import Text

from touchline.arrays import Image
from touchline.detection import load_detector
from touchline.files import as_path
from touchline.inference import EngineTimings, measured_engines
from touchline.outputs import DATA_FORMATS
from touchline.pipeline import Models, run_job
from touchline.settings import DetectionSize, Settings
from touchline.synthetic import write_match
from touchline.tracking import CameraMotion
from touchline.video import ShotDetector, VideoReader

T = TypeVar("T")

FRAMES = 24
"""Frames on which a stage is timed alone."""
SAMPLE_SECONDS = 4.0
"""Length of the synthetic clip that is rendered when no video is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchReport:
    """Medians of one stage alone, and one whole run.

    Attributes:
        machine: Processor, cores and operating system.
        video: What was analysed: path, size and rate.
        engines: What was measured of the networks that ran, now or before on this machine; none
            where ``TOUCHLINE_BACKEND`` names the engine.
        stages: Median milliseconds a frame by stage, each run alone on all cores.
        seconds: Wall-clock seconds of the whole run without overlay, by overlapping stage.
        seconds_per_second: Seconds of work for each second of video; below 1 keeps up with it.
    """

    machine: str
    video: str
    engines: list[EngineTimings]
    stages: dict[str, float]
    seconds: dict[str, float]
    seconds_per_second: float

    def as_dict(self) -> dict[str, object]:
        """The report as JSON takes it."""
        return asdict(self)

    def table(self) -> Table:
        """The report as a person reads it."""
        table = Table("stage", "ms a frame", title=Text(f"{self.video} on {self.machine}"))
        for stage, milliseconds in self.stages.items():
            table.add_row(stage, f"{milliseconds:.1f}")
        for engine in self.engines:
            table.add_section()
            for line in engine.lines():
                table.add_row(*line)
        table.add_section()
        table.add_row("whole run, seconds per second of video", f"{self.seconds_per_second:.2f}")
        return table


def run_bench(
    video: str | os.PathLike[str] | None = None, *, settings: Settings | None = None
) -> BenchReport:
    """Time the stages and one whole run on ``video``, or on a synthetic clip rendered for it.

    Raises:
        InputError: The video cannot be read.
        ModelError: A network cannot be loaded.
    """
    settings = settings or Settings.read()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if video is None:
            write_match(folder, seconds=SAMPLE_SECONDS)
        path = as_path(video) if video is not None else folder / "match.mp4"
        models = Models.load(settings)
        stages = _stages(path, models)
        summary = run_job(path, folder / "results", models=models, formats=DATA_FORMATS)
    facts = summary.video
    return BenchReport(
        machine=f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()}",
        video=f"{path.name} {facts.width}x{facts.height} {facts.fps:.2f} fps",
        engines=measured_engines(),
        stages=stages,
        seconds=summary.seconds,
        seconds_per_second=round(summary.seconds["total"] / summary.duration, 3),
    )


def _stages(path: Path, models: Models) -> dict[str, float]:
    settings, started = models.settings, time.perf_counter()
    with VideoReader(path) as reader:
        images = [frame.image for frame in islice(reader, FRAMES)]
    decode = 1000 * (time.perf_counter() - started) / len(images)
    shots, camera = ShotDetector(), CameraMotion()
    stages = {
        "decode": decode,
        "shot cuts": _median(shots.update, images),
        "camera motion": _median(camera.update, images),
    }
    for size in get_args(DetectionSize):
        imgsz = settings.model_copy(update={"detection_size": size}).imgsz
        detector = load_detector(imgsz=imgsz, **settings.runtime)
        stages[f"detection {size}"] = _median_of_batches(detector.detect, images, settings)
    stages["pitch"] = _median_of_batches(models.pitch.locate, images, settings)
    return {stage: round(milliseconds, 2) for stage, milliseconds in stages.items()}


def _median(step: Callable[[Image], object], images: Sequence[Image]) -> float:
    return statistics.median(_milliseconds(step, image) for image in images)


def _median_of_batches(
    run: Callable[[list[Image]], object], images: Sequence[Image], settings: Settings
) -> float:
    size = min(settings.batch_size or len(images), len(images))
    batches = [list(images[start : start + size]) for start in range(0, len(images), size)]
    run(batches[0])  # the first call compiles the network
    return statistics.median(_milliseconds(run, batch) / len(batch) for batch in batches)


def _milliseconds(step: Callable[[T], object], item: T) -> float:
    started = time.perf_counter()
    step(item)
    return 1000 * (time.perf_counter() - started)
