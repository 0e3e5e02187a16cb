"""``analytics.parquet``, ``players.csv``, ``passes.csv``, ``teams.csv`` and ``analytics.json``."""

import io
import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from touchline.analytics import (
    ROWS,
    TEAMS,
    Chapter,
    Chapters,
    Possession,
    Tally,
    joined_possession,
    pass_table,
    passes,
    row_table,
    team_table,
)
from touchline.files import as_path
from touchline.frame import FrameState
from touchline.outputs.json_text import to_json
from touchline.outputs.tracks import AXES
from touchline.outputs.writer import FileWriter, whole_file
from touchline.pitch import PitchDimensions

BESIDE = ("players.csv", "passes.csv", "teams.csv", "analytics.json")
"""What is written beside ``analytics.parquet``."""
_DECIMALS = 3


class _Rows(FileWriter):
    """``analytics.parquet``, a minute at a time, and the sums for what comes after it."""

    def __init__(self, path: Path, dimensions: PitchDimensions | None) -> None:
        super().__init__(path)
        self._dimensions = dimensions
        self._chapters = Chapters()
        self._files = ExitStack()
        self._writer: pq.ParquetWriter | None = None
        self.tally = Tally()
        self.held: list[Possession] = []
        self.teams: list[pa.Table] = []

    def _open(self, partial: Path) -> None:
        # Opened here: Arrow takes no name that is not UTF-8, and some for addresses.
        file = self._files.enter_context(partial.open("xb"))
        schema = ROWS.with_metadata(AXES)
        self._writer = self._files.enter_context(pq.ParquetWriter(file, schema, compression="zstd"))

    def _append(self, state: FrameState) -> None:
        for chapter in self._chapters.push(state):
            self._write(chapter)

    def _close(self) -> None:
        with self._files:
            for chapter in self._chapters.flush():
                self._write(chapter)

    def _write(self, chapter: Chapter) -> None:
        if self._writer is not None and len(chapter.sightings):
            self._writer.write_table(row_table(chapter).cast(self._writer.schema))
            self.tally.see(chapter)
            self.held.append(chapter.held)
            self.teams.append(team_table(chapter, dimensions=self._dimensions))


class Analytics:
    """Writes how people run, who has the ball and how teams stand; see ``docs/analytics.md``.

    Args:
        path: ``analytics.parquet``: a row for each person with an id in each frame, columns as in
            ``touchline.analytics.ROWS``. ``BESIDE`` are written into the same folder.
        dimensions: Of the pitch; 105 x 68 m unless told.

    Raises:
        OutputError: As ``FileWriter``, for each of the files.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, dimensions: PitchDimensions | None = None
    ) -> None:
        self.path = as_path(path)
        self._rows = _Rows(self.path, dimensions)
        self._stack = ExitStack()
        self._is_finished = False

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._rows)
            folder = self.path.parent
            self._beside = [stack.enter_context(whole_file(folder / name)) for name in BESIDE]
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._stack as stack:
            if kind is not None:
                stack.__exit__(kind, error, traceback)
            elif not self._is_finished:
                self.finish()

    def write(self, state: FrameState) -> None:
        """Add one frame; frames come in order."""
        self._rows.write(state)

    def finish(self) -> None:
        """After the last frame: say the rest, so that the end of the block only renames."""
        self._rows.finish()
        rows = self._rows
        found = passes(joined_possession(rows.held)) if rows.held else []
        teams = pa.concat_tables([TEAMS.empty_table(), *rows.teams])
        tables = [rows.tally.player_table(), pass_table(found), teams]
        texts = [_csv(table) for table in tables]
        report = to_json(rows.tally.report(found), allow_nan=False) + "\n"
        for write, text in zip(self._beside, [*texts, report.encode()], strict=True):
            write(text)
        self._is_finished = True


def _csv(table: pa.Table) -> bytes:
    """A table as text: names in the first line, numbers to a thousandth, nothing for a null."""
    for place, (name, kind) in enumerate(zip(table.schema.names, table.schema.types, strict=True)):
        if pa.types.is_floating(kind):
            table = table.set_column(place, name, pc.round(table.column(name), _DECIMALS))
    text = io.BytesIO()
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="none")
    pyarrow.csv.write_csv(table, text, options)
    return text.getvalue()
