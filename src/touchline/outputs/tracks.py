"""``tracks.parquet``: one row for each object in each frame."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from touchline.arrays import Int64, Strings
from touchline.frame import NO_CLASS, NO_ID, ClassId, FrameState, Source
from touchline.outputs.columns import columns
from touchline.outputs.writer import FileWriter

ROWS_PER_GROUP = 8192
"""Rows that are held back before they are written together."""

_CLASSES = pa.array([member.name.lower() for member in ClassId])
_SOURCES = pa.array([member.value for member in Source])
_NAME = pa.dictionary(pa.int8(), pa.string())

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
    metadata={"pitch": "origin at the centre spot, x along the touchline, y to the far touchline"},
)


class Tracks(FileWriter):
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

    Rows come in frame order. A frame without objects has no row.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        self._batches: list[pa.RecordBatch] = []
        self._held = 0

    def _open(self, partial: Path) -> None:
        self._writer = pq.ParquetWriter(str(partial), SCHEMA, compression="zstd")

    def _append(self, state: FrameState) -> None:
        self._batches.append(_rows(state))
        self._held += len(state.objects)
        if self._held >= ROWS_PER_GROUP:
            self._write_group()

    def _close(self) -> None:
        if not self._writer.is_open:
            return
        try:
            self._write_group()
        finally:
            self._writer.close()

    def _write_group(self) -> None:
        batches, self._batches, self._held = self._batches, [], 0
        self._writer.write_table(pa.Table.from_batches(batches, SCHEMA))


def _rows(state: FrameState) -> pa.RecordBatch:
    """One frame's objects under ``SCHEMA``."""
    given, n = columns(state.objects), len(state.objects)
    class_id = given.class_id.astype(np.int8)
    arrays: list[Any] = [
        np.full(n, state.index, np.int32),
        np.full(n, state.time, np.float64),
        np.full(n, state.shot, np.int32),
        pa.array(given.tracker_id, pa.int64(), mask=given.tracker_id == NO_ID),
        pa.DictionaryArray.from_arrays(class_id, _CLASSES),
        class_id,
        *given.xyxy.T,
        given.confidence,
        _source_names(given.source),
        _detected(given.detected_class_id),
        given.verified,
        *given.position.T,
    ]
    pairs = zip(arrays, SCHEMA, strict=True)
    return pa.RecordBatch.from_arrays([_column(*pair) for pair in pairs], schema=SCHEMA)


def _column(values: Any, field: pa.Field) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    return pa.array(values, field.type, from_pandas=True)  # a NaN becomes null


def _detected(class_id: Int64) -> pa.DictionaryArray:
    places = pa.array(class_id.astype(np.int8), mask=class_id == NO_CLASS)
    return pa.DictionaryArray.from_arrays(places, _CLASSES)


def _source_names(sources: Strings) -> pa.DictionaryArray:
    places = pc.index_in(pa.array(sources.tolist(), pa.string()), _SOURCES)
    return pa.DictionaryArray.from_arrays(places.cast(pa.int8()), _SOURCES)
