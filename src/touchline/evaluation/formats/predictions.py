"""Reads what Touchline wrote: ``predictions.json`` and ``tracks.parquet``."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from touchline.arrays import Float64, Strings
from touchline.errors import InputError
from touchline.evaluation.formats.fields import (
    field,
    items,
    mapping,
    number,
    numbers,
    one_of,
    read_json,
    whole,
)
from touchline.evaluation.labels import LabelledFrames, blank_objects, blank_pitch
from touchline.evaluation.metrics import fitted_homography
from touchline.files import as_path
from touchline.frame import N_KEYPOINTS, NO_ID, ClassId

_COLUMNS = ("frame", "id", "class_id", "x1", "y1", "x2", "y2", "confidence", "x", "y")
_NULLS: Mapping[str, float] = {"id": NO_ID, "x": np.nan, "y": np.nan}


class _Row(NamedTuple):
    tracker_id: int
    class_id: int
    confidence: float
    xyxy: list[float]


def read_predictions(
    path: str | os.PathLike[str], *, size: tuple[int, int] | None = None
) -> LabelledFrames:
    """Read ``predictions.json``.

    Args:
        path: The file, frames in a list, each with its ``frame_number``.
        size: (width, height) of the video in pixels. With it each frame's homography is fitted to
            its keypoints; without it the pitch is left out.

    Raises:
        InputError: The file cannot be read, or a field in it; the message names both. The old form,
            in which ``frames`` is an object with a key per frame, is refused.
    """
    content = read_json(path)
    frames = _by_number(content, f"{path}")
    order = sorted(frames)
    rows = [
        (place, _row(each, f"{path}: frame {key}, object {i}"))
        for place, key in enumerate(order)
        for i, each in enumerate(items(frames[key], "objects", f"{path}: frame {key}"))
    ]
    found = LabelledFrames(
        source=os.fspath(path),
        name=tuple(str(key) for key in order),
        number=np.array(order, np.int64),
        match=(str(content.get("challenge_id", "")),) * len(order),
        objects=replace(
            blank_objects(len(rows)),
            frame=np.array([place for place, _ in rows], np.int64),
            tracker_id=np.array([row.tracker_id for _, row in rows], np.int64),
            class_id=np.array([row.class_id for _, row in rows], np.int64),
            confidence=np.array([row.confidence for _, row in rows], np.float64),
            xyxy=np.array([row.xyxy for _, row in rows], np.float64).reshape(-1, 4),
        ),
    )
    if size is None:
        return found
    return with_pitch(found, [_vertices(frames[key], path, key) for key in order], size=size)


def with_pitch(
    found: LabelledFrames, keypoints: list[Float64], *, size: tuple[int, int]
) -> LabelledFrames:
    """Add the pitch to f frames: keypoints (32, 2) of each, NaN where absent, and what they fit."""
    pitch = blank_pitch(np.tile(np.array(size, np.int64), (len(keypoints), 1)))
    points = np.array(keypoints).reshape(pitch.keypoints.shape)
    fitted = [fitted_homography(each, size) for each in points]
    homography = np.array(fitted).reshape(-1, 3, 3)
    return replace(found, pitch=replace(pitch, keypoints=points, homography=homography))


def read_tracks(path: str | os.PathLike[str], *, frames: int) -> LabelledFrames:
    """Read ``tracks.parquet`` of a video of so many frames; a frame without objects has no row.

    Teams are read where there is a column ``team``.

    Raises:
        InputError: The file cannot be read, a column is missing, or not of
            finite numbers, or a frame is beyond the last.
    """
    table = _table(path)
    column = {name: _column(table, name, f"{path}: column {name}") for name in _COLUMNS}
    n = len(column["frame"])
    number = column["frame"].astype(np.int64)
    outside = (number < 0) | (number >= frames)
    if outside.any():
        raise InputError(f"{path}: frame {number[outside][0]} is not one of 0 to {frames - 1}.")
    return LabelledFrames(
        source=os.fspath(path),
        name=tuple(str(each) for each in range(frames)),
        number=np.arange(frames),
        match=("",) * frames,
        objects=replace(
            blank_objects(n),
            frame=number,
            tracker_id=column["id"].astype(np.int64),
            class_id=column["class_id"].astype(np.int64),
            confidence=column["confidence"].astype(np.float64),
            xyxy=_stacked(column, ("x1", "y1", "x2", "y2")),
            metres=_stacked(column, ("x", "y")),
            team=_teams(table, f"{path}: column team"),
        ),
    )


def _table(path: str | os.PathLike[str]) -> pa.Table:
    try:
        with as_path(path).open("rb") as file:  # Arrow takes no name that is not UTF-8
            return pq.read_table(file)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    except pa.ArrowException as error:
        raise InputError(f"{path} is not a tracks file: {error}.") from error


def _teams(table: pa.Table, where: str) -> Strings:
    """The name of each row's team (n,), empty where there is none."""
    if "team" not in table.column_names:
        return np.full(table.num_rows, "", np.str_)
    try:
        names = table["team"].cast(pa.string()).fill_null("")
    except pa.ArrowException as error:
        raise InputError(f"{where} holds numbers or names; got {table['team'].type}.") from error
    return np.array(names.to_pylist(), np.str_)


def _column(table: pa.Table, name: str, where: str) -> Float64:
    """A column of numbers; those of ``_NULLS`` may have gaps."""
    if name not in table.column_names:
        raise InputError(f"{where} is missing.")
    column = table[name]
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise InputError(f"{where} holds numbers; got {column.type}.")
    values: Float64 = (column.fill_null(_NULLS[name]) if name in _NULLS else column).to_numpy()
    if name not in _NULLS and not np.isfinite(values).all():
        raise InputError(f"{where} has a value that is null or not finite.")
    return values


def _stacked(column: Mapping[str, Float64], names: tuple[str, ...]) -> Float64:
    return np.stack([column[name] for name in names], axis=1).astype(np.float64)


def _by_number(content: Mapping[str, Any], path: str) -> dict[int, dict[str, Any]]:
    """Each frame by its number."""
    if isinstance(content.get("frames"), dict):
        raise InputError(
            f"{path}: frames is an object with a key per frame, the old form; "
            "a list of frames, each with its frame_number, is needed."
        )
    frames: dict[int, dict[str, Any]] = {}
    for count, each in enumerate(items(content, "frames", path)):
        frame = mapping(each, f"{path}: entry {count} of frames")
        key = whole(frame, "frame_number", f"{path}: entry {count} of frames")
        if key < 0 or key in frames:
            why = "is below 0" if key < 0 else "occurs twice"
            raise InputError(f"{path}: entry {count} of frames: frame_number {key} {why}.")
        frames[key] = frame
    return frames


def _row(given: Any, where: str) -> _Row:
    box = numbers(field(mapping(given, where), "bbox", where), 4, f"{where}: bbox")
    if box[2] < box[0] or box[3] < box[1]:
        raise InputError(f"{where}: bbox is [x1, y1, x2, y2], no size negative; got {box}.")
    allowed = tuple(int(member) for member in ClassId)
    return _Row(
        tracker_id=whole(given, "id", where),
        class_id=int(one_of(field(given, "class_id", where), allowed, f"{where}: class_id")),
        confidence=number(given, "confidence", where) if "confidence" in given else 1.0,
        xyxy=box,
    )


def _vertices(frame: Mapping[str, Any], path: str | os.PathLike[str], key: int) -> Float64:
    where = f"{path}: frame {key}"
    given = items(frame, "keypoints", where)
    if len(given) != N_KEYPOINTS:
        raise InputError(f"{where}: keypoints has {N_KEYPOINTS} points; got {len(given)}.")
    points = np.array([numbers(each, 2, f"{where}: keypoint {i}") for i, each in enumerate(given)])
    return np.where((points == 0).all(axis=1, keepdims=True), np.nan, points)
