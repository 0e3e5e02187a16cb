"""Who was seen where and when: the table that every function of this room reads."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from touchline.arrays import Bools, Float64, Indices, Int64, join_rows, take_rows
from touchline.errors import InputError, UsageError
from touchline.files import as_path
from touchline.frame import NO_ID, NO_TEAM, ClassId, FrameState, Objects
from touchline.geometry import jacobians

NEEDED = ("frame", "time", "tracker_id", "x", "y")
"""Columns without which nothing can be said."""
ERROR = 0.1
"""Standard error in metres of a place of which the table does not tell it."""
FOOT = np.array([0.03, 0.013])
"""Standard error of the middle of a box's lower edge, across and down, in heights of the box."""
LEAST_ERROR = 0.03
"""Metres that are left of an error at any size of a box."""
PIECE, MARGIN = 60.0, 3.0
"""Seconds that go through a filter at once, and what it sees before and after them."""


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """People and the ball at moments, n rows in any order.

    Attributes:
        frame: int64 (n,) number of the frame.
        time: float64 (n,) seconds.
        shot: int64 (n,): nothing is carried over from one to the next.
        tracker_id: int64 (n,), ``NO_ID`` where there is none.
        class_id: int64 (n,), see ``ClassId``.
        team: int64 (n,), 0, 1 or ``NO_TEAM``.
        team_confidence: float64 (n,) 0..1, how likely that team is; 1 where nobody says.
        place: float64 (n, 2) metres: origin at the centre spot, x along the touchline; NaN where
            it is unknown.
        error: float64 (n, 2) standard error of either coordinate from frame to frame, in metres.
    """

    frame: Int64
    time: Float64
    shot: Int64
    tracker_id: Int64
    class_id: Int64
    team: Int64
    team_confidence: Float64
    place: Float64
    error: Float64

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, rows: Bools | Indices | slice) -> Self:
        """The sightings at ``rows``: a mask (n,), indices (k,) or a slice."""
        return take_rows(self, rows)

    @property
    def is_person(self) -> Bools:
        """Which (n,) are of somebody with an id."""
        return np.asarray((self.class_id != ClassId.BALL) & (self.tracker_id != NO_ID))

    @property
    def is_placed(self) -> Bools:
        """Which (n,) have a place."""
        return np.asarray(np.isfinite(self.place).all(axis=1))

    @staticmethod
    def of_table(table: Any, *, error: float = ERROR) -> "Sightings":
        """Read a table: ``tracks.parquet``, or tracking data from elsewhere.

        Args:
            table: Whatever ``pyarrow.table`` takes: an Arrow table, a data frame, a mapping of
                columns. ``frame``, ``time``, ``tracker_id`` (or ``id``), ``x`` and ``y`` are
                needed. ``shot`` is 0, ``class_id`` a player, ``team`` none, ``team_confidence`` 1
                and ``error_x`` and ``error_y`` are ``error`` where they are missing or null; a
                null x or y is an unknown place. Rows that are ``off_pitch`` are left out.
            error: Standard error in metres of a place from frame to frame.

        Raises:
            UsageError: That is no table, a column is missing or is not of numbers.
        """
        try:
            given = pa.table(table)
        except (TypeError, ValueError, pa.ArrowException) as wrong:
            raise UsageError(f"a table of sightings: {wrong}") from wrong
        if "tracker_id" not in given.column_names and "id" in given.column_names:
            given = given.rename_columns(
                ["tracker_id" if name == "id" else name for name in given.column_names]
            )
        if missing := [name for name in NEEDED if name not in given.column_names]:
            raise UsageError(
                f"a table of sightings needs {', '.join(NEEDED)}; {', '.join(missing)} is missing"
            )
        whole = [
            _column(given, name, default).astype(np.int64)
            for name, default in (
                ("frame", -1),
                ("shot", 0),
                ("tracker_id", NO_ID),
                ("class_id", ClassId.PLAYER),
                ("team", NO_TEAM),
            )
        ]
        frame, shot, tracker_id, class_id, team = whole
        everybody = Sightings(
            frame,
            _column(given, "time", np.nan),
            shot,
            tracker_id,
            class_id,
            np.where(np.isin(team, (0, 1)), team, NO_TEAM),
            _column(given, "team_confidence", 1.0),
            np.stack([_column(given, name, np.nan) for name in "xy"], axis=1),
            np.stack([_column(given, f"error_{name}", error) for name in "xy"], axis=1),
        )
        return everybody[_column(given, "off_pitch", 0) == 0]

    @staticmethod
    def read(path: str | os.PathLike[str], *, error: float = ERROR) -> "Sightings":
        """Read ``tracks.parquet``, or a CSV file with such columns.

        Raises:
            InputError: The file cannot be read.
            UsageError: See ``of_table``.
        """
        source = as_path(path)
        try:
            with source.open("rb") as file:
                is_text = source.suffix.lower() == ".csv"
                table = pyarrow.csv.read_csv(file) if is_text else pq.read_table(file)
        except (OSError, pa.ArrowException) as wrong:
            raise InputError(f"cannot read the table {path}: {wrong}") from wrong
        return Sightings.of_table(table, error=error)

    @staticmethod
    def of_states(states: Iterable[FrameState]) -> "Sightings":
        """Take what Touchline says of frames; errors follow from the view of the pitch."""
        return joined([Sightings.of_state(state) for state in states])

    @staticmethod
    def of_state(state: FrameState) -> "Sightings":
        """Those of one frame; who is off the pitch is left out."""
        given = Objects.from_supervision(state.objects)
        objects = given[~given.off_pitch]
        n, place = len(objects), objects.position.astype(np.float64)
        told = np.asarray(objects.extra.get("team_confidence", np.ones(n)), np.float64)
        return Sightings(
            np.full(n, state.index),
            np.full(n, state.time, np.float64),
            np.full(n, state.shot),
            objects.tracker_id,
            objects.class_id,
            objects.team,
            np.nan_to_num(told, nan=0.0),
            place,
            _errors(objects.xyxy, place, state.pitch.homography),
        )


def pieces(time: Float64, shot: Int64) -> Iterator[tuple[Indices, Bools]]:
    """Cut moments (n,) into pieces of one shot that a filter can take at once.

    Yields:
        Rows (k,) in order of time, and which of them (k,) are to be kept: those of the piece
        without its margins. Each row is kept once; those without a time are left out.
    """
    for number in np.unique(shot).tolist():
        rows = np.flatnonzero((shot == number) & np.isfinite(time))
        rows = rows[np.argsort(time[rows], kind="stable")]
        if not len(rows):
            continue
        begin, last = time[rows[0]], time[rows[-1]]
        while begin <= last:
            end = begin + PIECE if begin + PIECE + MARGIN < last else np.inf
            near = rows[(time[rows] >= begin - MARGIN) & (time[rows] < end + MARGIN)]
            yield near, (time[near] >= begin) & (time[near] < end)
            begin = end


def _column(table: pa.Table, name: str, default: float) -> Float64:
    """A column as float64 (n,), with a value where it is missing or null."""
    if name not in table.column_names:
        return np.full(len(table), default, np.float64)
    try:
        numbers = pc.fill_null(pc.cast(table.column(name), pa.float64()), float(default))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as wrong:
        raise UsageError(
            f"the column {name} of a table of sightings has numbers; {wrong}"
        ) from wrong
    values = np.asarray(numbers.to_numpy(), np.float64)
    return np.where(np.isnan(values), default, values)


def _errors(xyxy: Float64, place: Float64, homography: Float64 | None) -> Float64:
    """Standard errors (n, 2) in metres of the places of boxes (n, 4): ``FOOT`` on the pitch."""
    errors = np.full(place.shape, ERROR)
    known = np.isfinite(place).all(axis=1)
    if homography is None or not known.any():
        return errors
    boxes = xyxy[known]
    feet = np.stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, 3]], axis=1)
    pixels = FOOT * (boxes[:, 3:] - boxes[:, 1:2])
    metres = (jacobians(feet, homography) * pixels[:, None]) ** 2
    errors[known] = np.sqrt(metres.sum(axis=2) + LEAST_ERROR**2)
    return errors


def joined(parts: Sequence[Sightings]) -> Sightings:
    """Put sightings together, in the order given; none at all are fine."""
    whole, real, pair = np.empty(0, np.int64), np.empty(0), np.empty((0, 2))
    nothing = Sightings(whole, real, whole, whole, whole, whole, real, pair, pair)
    return join_rows([nothing, *parts])
