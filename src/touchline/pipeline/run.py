"""One whole job: analyse a clip and write its outputs into a folder."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from touchline.errors import OutputError
from touchline.frame import FrameState
from touchline.inference import weights
from touchline.outputs import (
    DEFAULT_FORMATS,
    Clip,
    Summary,
    SummaryBuilder,
    check_formats,
    new_writers,
)
from touchline.pipeline.analysis import Analysis
from touchline.pipeline.models import Models
from touchline.pitch import PitchDimensions
from touchline.settings import Settings
from touchline.video import IMAGE_FPS, VideoReader


def run_job(
    video: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    models: Models | None = None,
    settings: Settings | None = None,
    dimensions: PitchDimensions | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    console: Console | None = None,
) -> Summary:
    """Analyse ``video`` and write a summary and what else is asked for.

    Args:
        video: A video file, or a folder of images.
        folder: Where the results go; made if it is missing.
        models: Loaded before, for more clips than one; None loads what the settings ask for.
        settings: None reads the environment; not looked at where there are models.
        dimensions: Of this pitch; None is what the settings say.
        formats: What is written beside ``summary.json``, names of ``touchline.outputs.FORMATS``.
        console: Where a progress bar goes, if it is a terminal.

    Raises:
        InputError: The video cannot be read.
        ModelError: A network cannot be loaded or run.
        OutputError: A result cannot be written; each file is whole or absent.
        UsageError: There is no such format, or a setting is not allowed.
    """
    started = time.perf_counter()
    check_formats(formats)
    target = _make_folder(folder)
    settings = models.settings if models else settings or Settings.read()
    with ExitStack() as stack:
        image_fps = settings.image_fps or IMAGE_FPS
        reader = stack.enter_context(VideoReader(video, image_fps=image_fps))
        models = models or Models.load(settings)
        analysis = stack.enter_context(models.analyze(reader, dimensions=dimensions))
        hashes = {entry.name: entry.sha256 for entry in weights.listing()}
        summary = SummaryBuilder(video, analysis.info, weights=hashes)
        clip = Clip(Path(video), analysis.info, analysis.dimensions)
        writers = [stack.enter_context(each) for each in new_writers(formats, target, clip)]
        for state in _with_progress(analysis, console):
            with analysis.stopwatch("outputs"):
                for writer in writers:
                    writer.write(state)
                summary.see(state)
    result = summary.build(
        seconds=analysis.stopwatch.seconds | {"total": time.perf_counter() - started},
        detect_every=analysis.pace.detect_every,
        locate_every=analysis.pace.locate_every,
        truncated=analysis.truncated,
        timing=_assumed_rate(video, settings) or analysis.timing,
        verification=analysis.spent,
    )
    result.save(target / "summary.json")
    return result


def _assumed_rate(video: str | os.PathLike[str], settings: Settings) -> str | None:
    """One sentence where nobody has said how fast the images of a folder come, or None."""
    if settings.image_fps is not None or not Path(video).is_dir():
        return None
    return f"{IMAGE_FPS:g} images a second were assumed; --fps says how many there are"


def _make_folder(folder: str | os.PathLike[str]) -> Path:
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot make the folder {target}: {reason}; name another") from error
    return target


def _with_progress(analysis: Analysis, console: Console | None) -> Iterator[FrameState]:
    """The states, with a bar, frames a second and the time left where a person can see it."""
    if console is None or not console.is_terminal:
        yield from analysis
        return
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f} fps"),
        TimeRemainingColumn(),
    )
    started = time.perf_counter()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("frames", total=analysis.info.frames, rate=0.0)
        for done, state in enumerate(analysis, start=1):
            yield state
            progress.update(task, advance=1, rate=done / (time.perf_counter() - started))
