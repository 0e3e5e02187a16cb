"""A run that is over, read back from its folder frame by frame."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import supervision as sv

from touchline.arrays import AnyArray, Float64
from touchline.errors import InputError
from touchline.files import PathLike, as_path, as_text
from touchline.frame import (
    NO_CLASS,
    FrameState,
    Objects,
    PitchState,
    Source,
    no_pitch,
)
from touchline.outputs.exports import MatchSheet
from touchline.outputs.folder import SUMMARY
from touchline.outputs.formats import FORMATS, Clip
from touchline.outputs.predictions import answered_frames, first_answered
from touchline.outputs.tracks import ROWS_PER_GROUP, SCHEMA, class_names
from touchline.pitch import PitchDimensions
from touchline.video import VideoInfo

TRACKS, CAMERAS, PREDICTIONS, ANALYTICS = (
    FORMATS[name].file for name in ("parquet", "cameras", "predictions", "analytics")
)


@dataclass(frozen=True, slots=True)
class SavedRun:
    """The folder of a run.

    Attributes:
        folder: Where ``summary.json`` and ``tracks.parquet`` are.
        clip: The video that was analysed; it need not be there any more.
        frames: Frames in the result.
    """

    folder: Path
    clip: Clip
    frames: int

    @classmethod
    def open(
        cls,
        folder: PathLike,
        *,
        dimensions: PitchDimensions | None = None,
        match: PathLike | None = None,
    ) -> "SavedRun":
        """Read the summary of a run.

        Args:
            folder: What was given to ``touchline run`` with ``--output``.
            dimensions: Of the pitch, which the summary does not tell; 105 x 68 m unless told.
            match: A file with what a video cannot know of its match.

        Raises:
            InputError: The folder holds no run, or not its ``tracks.parquet``.
        """
        path = as_path(folder)
        summary = _summary(path)
        if not (path / TRACKS).is_file():
            raise InputError(
                f"{as_text(path)} has no {TRACKS}; run with --format parquet, or with none"
            )
        sheet = None if match is None else MatchSheet.read(match)
        try:
            names = [each.name for each in fields(VideoInfo)]
            given = {name: value for name, value in summary["video"].items() if name in names}
            info = VideoInfo(**given)
            clip = Clip(Path(summary["path"]), info, dimensions or PitchDimensions(), sheet)
            return cls(path, clip, int(summary["frames"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{as_text(path / SUMMARY)} is not the summary of a run: {error!r}"
            ) from error

    @property
    def files(self) -> tuple[Path, ...]:
        """What is read, as far as it is there."""
        names = (SUMMARY, TRACKS, CAMERAS, PREDICTIONS)
        return tuple(self.folder / name for name in names if (self.folder / name).is_file())

    def states(self, *, keypoints: bool = False) -> Iterator[FrameState]:
        """What was said of each frame, in order, a group of rows in memory at a time.

        Homographies are read from ``cameras.parquet`` where it is there. A frame without objects
        has the time between those of its neighbours.

        Args:
            keypoints: Whether to read those of ``predictions.json``, where it is there; all that
                are present count as detected.

        Raises:
            InputError: A file cannot be read, or does not fit to the others.
        """
        first = self._first()
        numbers = range(first, first + self.frames)
        seen = _filled(_frames(self.folder / TRACKS), numbers, self.clip.info.fps)
        views = _views(self.folder / CAMERAS)
        points = _points(self.folder / PREDICTIONS) if keypoints else repeat(None)
        for moment, view, xy in zip(seen, views, points, strict=False):
            pitch = no_pitch() if xy is None else _seen_pitch(xy)
            homography, uncertainty = view
            yield FrameState(
                moment.number,
                moment.time,
                moment.shot,
                moment.objects,
                replace(pitch, homography=homography, uncertainty=uncertainty),
            )

    def _first(self) -> int:
        """The number of the first frame, which is not 0 where a part of a video was analysed."""
        try:
            told = first_answered(self.folder / PREDICTIONS)
            if told is not None:
                return told
        except (OSError, ValueError):
            pass  # there need not be such a file
        first, last = None, 0
        for batch in _batches(self.folder / TRACKS, ["frame"]):
            frame = batch.column("frame").to_numpy()
            if len(frame):
                first, last = frame[0] if first is None else first, int(frame[-1])
        return 0 if last < self.frames else int(first or 0)


class _Moment(NamedTuple):
    number: int
    time: float
    shot: int
    objects: sv.Detections


def _filled(found: Iterator[_Moment], numbers: range, fps: float) -> Iterator[_Moment]:
    """A moment for each frame: those without objects have the time between their neighbours."""
    before = numbers.start - 1
    last = _Moment(before, before / fps, 0, sv.Detections.empty())
    for moment in found:
        yield from _between(last, moment)
        yield moment
        last = moment
    after = last.time + (numbers.stop - last.number) / fps
    yield from _between(last, last._replace(number=numbers.stop, time=after))


def _between(first: _Moment, second: _Moment) -> Iterator[_Moment]:
    step = (second.time - first.time) / max(second.number - first.number, 1)
    for number in range(first.number + 1, second.number):
        time = first.time + step * (number - first.number)
        yield _Moment(number, time, first.shot, sv.Detections.empty())


def _frames(path: Path) -> Iterator[_Moment]:
    """The frames of ``tracks.parquet`` that have objects."""
    rest: pa.Table | None = None
    for batch in _batches(path):
        table = batch if rest is None else pa.concat_tables([rest, batch])
        frame = table.column("frame").to_numpy()
        # The last frame may go on in the next batch.
        last = int(np.searchsorted(frame, frame[-1])) if len(frame) else 0
        yield from _moments(table.slice(0, last))
        rest = table.slice(last)
    if rest is not None:
        yield from _moments(rest)


def _batches(path: Path, names: Sequence[str] | None = None) -> Iterator[pa.Table]:
    try:
        with path.open("rb") as file, pq.ParquetFile(file) as rows:
            if missing := {*SCHEMA.names} - {*rows.schema_arrow.names}:
                names = ", ".join(sorted(missing))
                raise InputError(
                    f"{as_text(path)} has no column {names}; it is no {TRACKS} of ours"
                )
            for batch in rows.iter_batches(ROWS_PER_GROUP, columns=names):
                yield pa.table(batch)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{as_text(path)} cannot be read: {error}") from error


def _moments(table: pa.Table) -> Iterator[_Moment]:
    if not len(table):
        return
    frame = table.column("frame").to_numpy()
    objects = _objects(table)
    starts = np.flatnonzero(np.diff(frame, prepend=-1)).tolist()
    time, shot = (table.column(name).to_numpy() for name in ("time", "shot"))
    for start, end in zip(starts, [*starts[1:], len(frame)], strict=True):
        rows = objects[start:end].to_supervision()
        yield _Moment(int(frame[start]), float(time[start]), int(shot[start]), rows)


def _objects(table: pa.Table) -> Objects:
    """The rows of a table under ``SCHEMA``, and what was added to them."""
    column = {name: _column(table.column(name)) for name in table.column_names}
    detected = pc.index_in(table.column("detected_class").cast(pa.string()), class_names())
    added = {name: each for name, each in column.items() if name not in SCHEMA.names}
    return Objects(
        xyxy=_stacked(column, "x1", "y1", "x2", "y2").astype(np.float64),
        confidence=column["confidence"].astype(np.float64),
        class_id=column["class_id"].astype(np.int64),
        tracker_id=column["id"].astype(np.int64),
        source=column["source"].astype("U12"),
        detected_class_id=pc.fill_null(detected, NO_CLASS).to_numpy().astype(np.int64),
        extra={"position": _stacked(column, "x", "y"), "verified": column["verified"], **added},
    )


def _column(column: pa.ChunkedArray) -> AnyArray:
    """A column as an array: NaN, -1 or an empty text where nothing is said."""
    kind = column.type
    if pa.types.is_fixed_size_list(kind):
        whole = column.combine_chunks()
        flat = _column(pa.chunked_array([whole.flatten()], kind.value_type))
        return flat.reshape(len(column), kind.list_size)
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(pa.string()), pa.string()
    if pa.types.is_string(kind):
        return np.array(pc.fill_null(column, "").to_pylist(), np.str_)
    if pa.types.is_floating(kind):
        return np.asarray(column.to_numpy())  # a null becomes NaN
    nothing = False if pa.types.is_boolean(kind) else -1
    return np.asarray(pc.fill_null(column, nothing).to_numpy())


def _stacked(column: dict[str, AnyArray], *names: str) -> AnyArray:
    return np.stack([column[name] for name in names], axis=1)


def _views(path: Path) -> Iterator[tuple[Float64 | None, float | None]]:
    """Homography and uncertainty of each frame, None and None where they are not known."""
    if not path.is_file():
        yield from repeat((None, None))
    try:
        with path.open("rb") as file, pq.ParquetFile(file) as rows:
            names = ["homography", "uncertainty"]
            for batch in rows.iter_batches(ROWS_PER_GROUP, columns=names):
                for row in batch.to_pylist():
                    numbers = row["homography"]
                    yield (
                        None if numbers is None else np.array(numbers, np.float64).reshape(3, 3),
                        row["uncertainty"],
                    )
    except (OSError, pa.ArrowException, ValueError) as error:
        raise InputError(f"{as_text(path)} cannot be read: {error}") from error
    yield from repeat((None, None))


def _points(path: Path) -> Iterator[Float64 | None]:
    """Keypoints (32, 2) of each frame of ``predictions.json``."""
    if path.is_file():
        try:
            for frame in answered_frames(path):
                yield np.array(frame["keypoints"], np.float64)
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{as_text(path)} cannot be read: {error}") from error
    yield from repeat(None)


def _seen_pitch(xy: Float64) -> PitchState:
    known = (xy != 0).any(axis=1)
    return PitchState(
        keypoints=sv.KeyPoints(
            xy=xy[None].astype(np.float32), keypoint_confidence=known[None].astype(np.float32)
        ),
        sources=tuple(Source.DETECTED if each else None for each in known.tolist()),
    )


def _summary(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / SUMMARY).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(
            f"{as_text(folder)} is not the folder of a run: {SUMMARY} cannot be read: {reason}"
        ) from error
    if not isinstance(content, dict):
        raise InputError(f"{as_text(folder / SUMMARY)} is not the summary of a run")
    return content
