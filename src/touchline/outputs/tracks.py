"""``tracks.parquet`` and ``tracks.csv``: one row for each object in each frame."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from touchline.arrays import AnyArray, Bools
from touchline.errors import UsageError
from touchline.frame import NO_CLASS, NO_ID, NO_TEAM, ClassId, FrameState, Objects, Source
from touchline.outputs.writer import FileWriter

ROWS_PER_GROUP = 8192
"""Rows that are held back before they are written together."""

_NAME = pa.dictionary(pa.int8(), pa.string())
_OWN = ("position", "verified", "class_scores")
"""Columns of ``Objects.extra`` that have columns of their own here."""

_TEAMS = ("team", "team_confidence", "role_confidence", "off_pitch")
"""Columns of the stage ``teams``: they come before those of others."""

AXES = {"pitch": "origin at the centre spot, x along the touchline, y to the far touchline"}
"""What tables with places on the pitch say of them."""

SCHEMA = pa.schema(
    [
        pa.field("frame", pa.int32(), nullable=False),
        pa.field("time", pa.float64(), nullable=False, metadata={"unit": "s"}),
        pa.field("shot", pa.int32(), nullable=False),
        pa.field("id", pa.int64()),
        pa.field("class", _NAME, nullable=False),
        pa.field("class_id", pa.int8(), nullable=False),
        *(
            pa.field(name, pa.float32(), nullable=False, metadata={"unit": "px"})
            for name in ("x1", "y1", "x2", "y2")
        ),
        pa.field("confidence", pa.float32(), nullable=False),
        pa.field("source", _NAME, nullable=False),
        pa.field("detected_class", _NAME),
        pa.field("verified", pa.float32()),
        pa.field("x", pa.float32(), metadata={"unit": "m"}),
        pa.field("y", pa.float32(), metadata={"unit": "m"}),
    ],
    metadata=AXES,
)


class TracksParquet(FileWriter):
    """Writes ``tracks.parquet``.

    ========== ============ ======================================================================
    column     type         meaning
    ========== ============ ======================================================================
    frame      int32        number of the frame in decode order, from 0
    time       float64      seconds from the first frame
    shot       int32        number of the shot, from 0
    id         int64        track; never shared between shots; null where no track took it up
    class      dictionary   ball, goalkeeper, player or referee
    class_id   int8         0, 1, 2 or 3, in that order
    x1 y1      float32      top left corner of the box, pixels of the original frame
    x2 y2      float32      bottom right corner of the box
    confidence float32      0..1
    source     dictionary   detected, tracked, interpolated or proposed
    detected_  dictionary   the class that the detector gave it in this very frame; null where it
    class                   saw nothing
    verified   float32      0..1, how sure the verifier is that it is what is claimed (the ball, or
                            a person of the game); null where it did not look at this very box
    x y        float32      metres on the pitch: origin at the centre spot, x along the touchline,
                            y towards the far touchline; null where the pitch is not known
    ========== ============ ======================================================================

    With the stage ``teams`` these follow:

    ========== ============ ======================================================================
    team       int8         0 or 1, the team of a player or a keeper; null for a referee, for who is
                            off the pitch, and where it is not known
    team_      float32      0..1, how likely that team is; null without one
    confidence
    role_      float32      0..1, how likely the class is, for a person; null where nobody looked
    confidence
    off_pitch  bool         whether somebody stands beyond the lines and takes no part, as staff do
    ========== ============ ======================================================================

    Then follow ``identity_confidence`` (float32, how probably all under the id is one person; null
    for the ball and where no track led), and the columns that a detector or a stage has added,
    under their names, so of the shipped detector ``seen_at`` (int64, the longer side in pixels at
    which it saw the box in this frame) and ``probability`` (float32, how often a box of such a
    score is right): a number or a text a box, or a list of numbers (an
    embedding). Where nothing was said of a box stands null for a number with a point, -1 for a
    whole one, and an empty text. What has more dimensions (a mask) stays in the frame states.

    Rows come in frame order. A frame without objects has no row.

    Raises:
        UsageError: While writing: an added column has the name of one of these, or cannot be
            written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        self._batches: list[pa.Table] = []
        self._held = 0
        self._writer: pq.ParquetWriter | None = None
        # Files are opened here: Arrow takes no name that is not UTF-8, and some for addresses.
        self._files = ExitStack()

    def _open(self, partial: Path) -> None:
        partial.touch(exist_ok=False)

    def _append(self, state: FrameState) -> None:
        self._batches.append(_rows(state))
        self._held += len(state.objects)
        if self._held >= ROWS_PER_GROUP:
            self._write_group()

    def _close(self) -> None:
        if self._writer is not None and not self._writer.is_open:
            return
        with self._files:
            try:
                self._write_group()
            finally:
                if self._writer is not None:
                    self._writer.close()

    def _write_group(self) -> None:
        batches, self._batches, self._held = self._batches, [], 0
        table = _joined([SCHEMA.empty_table(), *batches])
        if self._writer is None:
            self._writer = self._new_writer(table.schema)
        elif not {*table.schema.names} <= {*self._writer.schema.names}:
            self._writer = self._widened(self._writer, table.schema)
        self._writer.write_table(_fitted(table, self._writer.schema))

    def _widened(self, writer: pq.ParquetWriter, schema: pa.Schema) -> pq.ParquetWriter:
        """Make room for a column that comes late: copy what is written, with nulls in it."""
        writer.close()
        self._files.close()
        schema = pa.unify_schemas([writer.schema, schema], promote_options="permissive")
        narrow = self._partial.replace(self._partial.with_suffix(".narrow.part"))
        try:
            wide = self._new_writer(schema)
            with narrow.open("rb") as file, pq.ParquetFile(file) as before:
                for batch in before.iter_batches(ROWS_PER_GROUP):
                    wide.write_table(_fitted(pa.table(batch), schema))
        finally:
            narrow.unlink()
        return wide

    def _new_writer(self, schema: pa.Schema) -> pq.ParquetWriter:
        file = self._files.enter_context(self._partial.open("wb"))
        schema = schema.with_metadata(SCHEMA.metadata)
        return pq.ParquetWriter(file, schema, compression="zstd")


class TracksCsv(TracksParquet):
    """Writes ``tracks.csv``: the rows and columns of ``tracks.parquet`` as text.

    The first line has the names; a missing value is empty; a list of k numbers becomes k columns
    ``NAME_0``, ``NAME_1`` and so on.
    """

    _is_text = False

    def _close(self) -> None:
        super()._close()
        if self._is_text:
            return
        text = self._partial.with_suffix(".text.part")
        try:
            with self._partial.open("rb") as file, pq.ParquetFile(file) as rows:
                schema = _flat(rows.schema_arrow.empty_table()).schema
                with text.open("wb") as target, pyarrow.csv.CSVWriter(target, schema) as out:
                    for batch in rows.iter_batches(ROWS_PER_GROUP):
                        out.write_table(_flat(pa.table(batch)))
            text.replace(self._partial)
        finally:
            text.unlink(missing_ok=True)
        self._is_text = True


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise UsageError(
            f"an added column changes its kind from frame to frame: {error}"
        ) from error


@cache
def class_names() -> pa.Array:
    """The names of the classes, in the order of their ids.

    Made when it is asked for: the first array of all makes PyArrow load pandas where that is
    installed, for a quarter of a second.
    """
    return pa.array([member.name.lower() for member in ClassId])


@cache
def _source_names() -> pa.Array:
    return pa.array([member.value for member in Source])


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns of a wider schema."""
    return _joined([schema.empty_table(), table]).select(schema.names).cast(schema)


def _flat(table: pa.Table) -> pa.Table:
    """The table as CSV takes it: names as text, each number of a list in a column of its own."""
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            columns[name] = column.cast(pa.string())
        elif pa.types.is_fixed_size_list(column.type):
            for place in range(column.type.list_size):
                columns[f"{name}_{place}"] = pc.list_element(column, place)
        else:
            columns[name] = column
    return pa.table(columns)


def _rows(state: FrameState) -> pa.Table:
    """One frame's objects under ``SCHEMA``, and what was added to them."""
    given, n = Objects.from_supervision(state.objects), len(state.objects)
    class_id, detected = (c.astype(np.int8) for c in (given.class_id, given.detected_class_id))
    sources = _source_names()
    arrays: list[Any] = [
        np.full(n, state.index, np.int32),
        np.full(n, state.time, np.float64),
        np.full(n, state.shot, np.int32),
        pa.array(given.tracker_id, pa.int64(), mask=given.tracker_id == NO_ID),
        _named(class_id, class_names()),
        class_id,
        *given.xyxy.astype(np.float32).T,
        given.confidence.astype(np.float32),
        _named(pc.index_in(pa.array(given.source.tolist(), pa.string()), sources), sources),
        _named(pa.array(detected, mask=detected == NO_CLASS), class_names()),
        given.verified,
        *given.position.T,
    ]
    table = pa.Table.from_arrays(
        [
            # A NaN becomes null.
            each if isinstance(each, pa.Array) else pa.array(each, field.type, from_pandas=True)
            for each, field in zip(arrays, SCHEMA, strict=True)
        ],
        schema=SCHEMA,
    )
    for name, values in sorted(given.extra.items(), key=lambda item: item[0] not in _TEAMS):
        if name not in _OWN and values.ndim <= 2:
            told = given.team != NO_TEAM if name == "team" and "off_pitch" in given.extra else None
            table = _with_added(table, name, values, told=told)
    return table


def _with_added(
    table: pa.Table, name: str, values: AnyArray, *, told: Bools | None = None
) -> pa.Table:
    """The table with one more column; null where nothing is ``told`` (n,) of an object."""
    if name in SCHEMA.names:
        raise UsageError(f"an added column is called {name}, as one of ours in tracks.parquet is")
    try:
        mask = None if told is None else ~told
        flat = pa.array(values.reshape(-1), mask=mask, from_pandas=True)  # a NaN becomes null
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise UsageError(f"the added column {name} cannot be written: {error}") from error
    column = flat
    if values.ndim == 2:
        column = pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
    return table.append_column(name, column)


def _named(places: Any, names: pa.Array) -> pa.DictionaryArray:
    """Entries by their places in a list of names."""
    return pa.DictionaryArray.from_arrays(pa.array(places).cast(pa.int8()), names)
