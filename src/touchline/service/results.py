"""What a page needs to show a job later, written beside its video while it is analysed."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from touchline.errors import TouchlineError
from touchline.frame import FrameState
from touchline.outputs import FORMATS, Clip, SummaryBuilder, new_writers
from touchline.pipeline import Analysis

KEPT = ("predictions", "parquet", "cameras")
"""Formats of ``touchline.outputs`` that are written: half a millisecond a frame in all."""

_log = logging.getLogger("touchline.worker")


class RunFiles:
    """The files of a run, as ``touchline run`` leaves them.

    Nobody waits for them: what cannot be written is told in the log, and ends them alone.

    Args:
        folder: Where they go, made here; None writes nothing.
        video: The file that is analysed.
        analysis: Of it.
    """

    def __init__(self, folder: str | None, video: Path, analysis: Analysis) -> None:
        self._analysis = analysis
        self._stack = ExitStack()
        self._folder = None if folder is None else Path(folder)
        with self._or_nothing():
            if self._folder is None:
                return
            self._folder.mkdir()
            clip = Clip(video, analysis.info, analysis.dimensions)
            self._summary = SummaryBuilder(video, analysis.info, weights={})
            self._writers = [
                self._stack.enter_context(each) for each in new_writers(KEPT, self._folder, clip)
            ]

    def write(self, state: FrameState) -> None:
        """Take the next frame."""
        with self._or_nothing():
            if self._folder is not None:
                self._summary.see(state)
                for writer in self._writers:
                    writer.write(state)

    def close(self, seconds: dict[str, float]) -> None:
        """After the last frame: the files get their names, and the summary is written."""
        with self._or_nothing():
            if self._folder is not None:
                self._stack.close()
                self._summary.build(
                    seconds=seconds,
                    paces={frame: asdict(pace) for frame, pace in self._analysis.paces.items()},
                    looks=self._analysis.looks,
                    truncated=self._analysis.truncated,
                    timing=self._analysis.timing,
                    files=[file for name in KEPT for file in FORMATS[name].files],
                ).save(self._folder / "summary.json")

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        try:
            yield
        except (TouchlineError, OSError) as error:
            _log.warning("the results are not kept: %s", error)
            self._folder = None
            self._stack.pop_all().__exit__(type(error), error, error.__traceback__)
