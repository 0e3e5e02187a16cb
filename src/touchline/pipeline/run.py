"""One whole job: analyse a clip and write its outputs into a folder."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from touchline.errors import OutputError
from touchline.frame import FrameState
from touchline.inference import weights
from touchline.outputs import Overlay, Predictions, Summary, SummaryBuilder, Tracks, Writer
from touchline.pipeline.analysis import Analysis, analyze
from touchline.settings import Settings


def run_job(
    video: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    settings: Settings | None = None,
    overlay: bool = True,
    console: Console | None = None,
) -> Summary:
    """Analyse ``video`` and write predictions, tracks, a summary and, if asked for, an overlay.

    Args:
        video: A video file, or a folder of images.
        folder: Where the results go; made if it is missing.
        settings: None reads the environment.
        overlay: Whether to write ``overlay.mp4``.
        console: Where a progress bar goes, if it is a terminal.

    Raises:
        InputError: The video cannot be read.
        ModelError: A network cannot be loaded or run.
        OutputError: A result cannot be written; each file is whole or absent.
    """
    started = time.perf_counter()
    target = _make_folder(folder)
    with ExitStack() as stack:
        analysis = stack.enter_context(analyze(video, settings=settings))
        summary = SummaryBuilder(video, analysis.info, weights=_hashes())
        writers = _writers(analysis, video, target, overlay=overlay)
        for writer in writers:
            stack.enter_context(writer)
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
        verification=analysis.spent,
    )
    result.save(target / "summary.json")
    return result


def _make_folder(folder: str | os.PathLike[str]) -> Path:
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot make the folder {target}: {reason}; name another") from error
    return target


def _writers(
    analysis: Analysis, video: str | os.PathLike[str], target: Path, *, overlay: bool
) -> list[Writer]:
    size = (analysis.info.width, analysis.info.height)
    writers: list[Writer] = [
        Predictions(target / "predictions.json", size=size, challenge_id=Path(video).stem),
        Tracks(target / "tracks.parquet"),
    ]
    if overlay:
        writers.append(Overlay(target / "overlay.mp4", video))
    return writers


def _hashes() -> dict[str, str]:
    return {entry.name: entry.sha256 for entry in weights.listing()}


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
