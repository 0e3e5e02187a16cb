"""One whole job: analyse a clip and write its outputs into a folder."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from touchline.errors import UsageError, require_number
from touchline.files import as_path, as_text
from touchline.frame import FrameState
from touchline.inference import weights
from touchline.outputs import (
    DEFAULT_FORMATS,
    Clip,
    Journal,
    ResultFolder,
    Summary,
    SummaryBuilder,
    new_writers,
    versions,
)
from touchline.pipeline.analysis import Analysis
from touchline.pipeline.models import Models
from touchline.pipeline.pace import Deadline
from touchline.pipeline.stopwatch import Stopwatch
from touchline.pitch import PitchDimensions
from touchline.settings import Settings
from touchline.video import IMAGE_FPS, VideoReader

AFTER = 0.2
"""What is written for a frame after the last one, as a share of what a frame costs that no network
looks at; ..."""
AFTER_OVERLAY = 1.0
"""... and what its overlay adds."""


def run_job(
    video: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    models: Models | None = None,
    settings: Settings | None = None,
    dimensions: PitchDimensions | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    console: Console | None = None,
    deadline: float | None = None,
    span: tuple[float, float | None] = (0.0, None),
    resume: bool = False,
    stopwatch: Stopwatch | None = None,
) -> Summary:
    """Analyse ``video`` and write a summary and what else is asked for.

    Args:
        video: A video file, or a folder of images.
        folder: Where the results go; made if it is missing. It holds the results of one clip: what
            an earlier run wrote there, and this one does not, is removed.
        models: Loaded before, for more clips than one; None loads what the settings ask for.
        settings: None reads the environment; not looked at where there are models.
        dimensions: Of this pitch; None is what the settings say.
        formats: What is written beside ``summary.json``, names of ``touchline.outputs.FORMATS``.
        console: Told what was removed; a progress bar goes there, if it is a terminal.
        deadline: Seconds from now within which the results are to be written: the networks look as
            often as that allows, see ``Deadline``; where not even the fewest looks do, the last
            frames are left out. What was given up is in ``Summary.skipped``.
        span: Seconds between which the frames lie that are analysed; None is the end of the video.
            Numbers and times of frames are those of the whole video.
        resume: Whether to go on where a run into the folder was cut off, from its last whole shot
            (to the last seconds: see ``outputs.journal``); begins anew where it left nothing.
        stopwatch: Times the stages; a ``Profile`` says more of them.

    Raises:
        InputError: The video cannot be read.
        ModelError: A network cannot be loaded or run.
        OutputError: A result cannot be written; each file is whole or absent, and unless all are
            whole, those of an earlier run stay.
        UsageError: There is no such format, a setting is not allowed, a deadline is not above 0, a
            run with one is to be resumed, what was left is of another clip or other settings, or a
            file that would be replaced is the video itself or was written by somebody else.
    """
    started = time.perf_counter()
    if deadline is not None:
        require_number("deadline", deadline, above=0)
        if resume:
            raise UsageError("a run with a deadline cannot be resumed: the time is over")
    path, results = as_path(video), ResultFolder.of(folder, formats)
    results.require_apart(path)
    settings = models.settings if models else settings or Settings.read()
    with ExitStack() as stack:
        reader = stack.enter_context(
            VideoReader(path, image_fps=settings.image_fps or IMAGE_FPS, start=span[0], end=span[1])
        )
        save = stack.enter_context(results.opened())
        models = models or Models.load(settings)
        pacer = None
        if deadline is not None:
            models.warm_up((reader.info.width, reader.info.height))  # no cost of a look
            left = max(0.0, deadline - (time.perf_counter() - started))
            after = AFTER + AFTER_OVERLAY * ("overlay" in formats)
            pacer = Deadline(models.pace(reader.info), reader.info, (left,), after=after)
        hashes = {entry.name: entry.sha256 for entry in weights.listing()}
        key = _key(path, models, dimensions, span) | {"versions": versions(), "weights": hashes}
        waiting = stack.enter_context(Journal.opened(results.path, key, resume=resume))
        analysis = stack.enter_context(
            models.analyze(
                reader,
                pacer=pacer,
                dimensions=dimensions,
                checkpoint=waiting.checkpoint,
                stopwatch=stopwatch,
            )
        )
        summary = SummaryBuilder(video, analysis.info, weights=hashes)
        clip = Clip(path, analysis.info, analysis.dimensions)
        writers = [stack.enter_context(each) for each in new_writers(formats, results.path, clip)]
        for state in _with_progress(analysis, console):
            waiting.write(state)
            if analysis.checkpoint is not None:
                waiting.keep(analysis.checkpoint)
        for state in map(analysis.revise, waiting.states()):
            with analysis.stopwatch("outputs"):
                for writer in writers:
                    writer.write(state)
                summary.see(state)
        for writer in writers:
            writer.finish()
        assumed = settings.image_fps is None and path.is_dir()
        total = waiting.before + time.perf_counter() - started
        result = summary.build(
            seconds=analysis.stopwatch.seconds | {"total": total},
            paces={frame: asdict(pace) for frame, pace in analysis.paces.items()},
            looks=analysis.looks,
            truncated=analysis.truncated,
            timing=_timing(analysis, assumed=assumed),
            verification=analysis.spent,
            teams=analysis.kits,
            files=results.names,
        )
        save(result.to_json().encode())
    if console is not None and results.removed:
        names = ", ".join(results.removed)
        told = f"touchline: removed what an earlier run left in {results.path}: {names}"
        console.print(Text(as_text(told)), soft_wrap=True)
    return result


def _timing(analysis: Analysis, *, assumed: bool) -> str | None:
    """What is to be said of the times of the frames, or None."""
    if analysis.are_stills:
        return "the images do not follow one another: each stands alone; --fps makes a film"
    if assumed:
        return f"{IMAGE_FPS:g} images a second were assumed; --fps says how many there are"
    return analysis.timing


def _key(
    path: Path,
    models: Models,
    dimensions: PitchDimensions | None,
    span: tuple[float, float | None],
) -> dict[str, object]:
    """All that shapes the states of a clip, in plain values."""
    there = path.stat()
    return {
        "video": str(path.absolute()),
        "its size and time": (there.st_size, there.st_mtime_ns),
        "part": tuple(span),
        "pitch": asdict(dimensions or models.dimensions),
        "settings": models.settings.to_json(),
        "models": [
            f"{type(each).__module__}.{type(each).__qualname__}"
            for each in (models.detector, models.pitch, models.student, models.expert)
        ],
    }


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
