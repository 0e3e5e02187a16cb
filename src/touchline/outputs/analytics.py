"""``analytics.parquet``, and beside it players, passes, events, teams and what is not known."""

import io
import os
from contextlib import ExitStack
from pathlib import Path

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
    event_table,
    events,
    joined_possession,
    own_goals,
    pass_table,
    passes,
    row_table,
    team_table,
)
from touchline.frame import FrameState
from touchline.outputs.json_text import to_json
from touchline.outputs.tracks import AXES
from touchline.outputs.writer import FilesWriter
from touchline.pitch import PitchDimensions

EVENT_FILE = "events.csv"
BESIDE = ("players.csv", "passes.csv", EVENT_FILE, "teams.csv", "analytics.json")
"""What is written beside ``analytics.parquet``."""
_DECIMALS = 3


class Analytics(FilesWriter):
    """Writes how people run, who has the ball and how teams stand; see ``docs/analytics.md``.

    The rows go out a minute at a time; beside them are the sums, after the last one.

    Args:
        path: ``analytics.parquet``: a row for each person with an id in each frame, columns as in
            ``touchline.analytics.ROWS``. ``BESIDE`` are written into the same folder.
        dimensions: Of the pitch; 105 x 68 m unless told.

    Raises:
        OutputError: As ``FileWriter``, for each of the files.
    """

    beside = BESIDE

    def __init__(
        self, path: str | os.PathLike[str], *, dimensions: PitchDimensions | None = None
    ) -> None:
        super().__init__(path)
        self._dimensions = dimensions
        self._chapters = Chapters()
        self._files = ExitStack()
        self._writer: pq.ParquetWriter | None = None
        self._tally = Tally()
        self._held: list[Possession] = []
        self._goals: dict[int, dict[int, float]] = {}
        self._teams: list[pa.Table] = []

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
            self._tally.see(chapter)
            self._held.append(chapter.held)
            goals = own_goals(chapter.sightings, dimensions=self._dimensions)
            self._goals.setdefault(int(chapter.held.shot[0]), {}).update(goals)
            self._teams.append(team_table(chapter, dimensions=self._dimensions))

    def _beside(self) -> list[bytes]:
        held = joined_possession(self._held) if self._held else None
        found = passes(held) if held else []
        said = events(held, self._goals, dimensions=self._dimensions) if held else []
        teams = pa.concat_tables([TEAMS.empty_table(), *self._teams])
        tables = [self._tally.player_table(), pass_table(found), event_table(said), teams]
        report = to_json(self._tally.report(found), allow_nan=False) + "\n"
        return [*map(_csv, tables), report.encode()]


def _csv(table: pa.Table) -> bytes:
    """A table as text: names in the first line, numbers to a thousandth, nothing for a null."""
    for place, (name, kind) in enumerate(zip(table.schema.names, table.schema.types, strict=True)):
        if pa.types.is_floating(kind):
            table = table.set_column(place, name, pc.round(table.column(name), _DECIMALS))
    text = io.BytesIO()
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="none")
    pyarrow.csv.write_csv(table, text, options)
    return text.getvalue()
