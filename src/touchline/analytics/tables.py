"""What was said of a stretch of a clip as tables."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchline.analytics.chapters import Chapter
from touchline.analytics.events import Event
from touchline.analytics.motion import Reason
from touchline.analytics.passes import Pass
from touchline.analytics.shape import (
    is_outfield,
    line_heights,
    mean_places,
    own_goals,
    shape,
)
from touchline.frame import NO_TEAM
from touchline.pitch import PitchDimensions

_FLOATS = {
    "x": "m",
    "y": "m",
    "place_error": "m",
    "vx": "m/s",
    "vy": "m/s",
    "speed": "m/s",
    "speed_error": "m/s",
    "acceleration": "m/s^2",
    "acceleration_error": "m/s^2",
    "distance": "m",
}
ROWS = pa.schema(
    [
        pa.field("frame", pa.int32(), nullable=False),
        pa.field("time", pa.float64(), nullable=False, metadata={"unit": "s"}),
        pa.field("shot", pa.int32(), nullable=False),
        pa.field("tracker_id", pa.int64(), nullable=False),
        pa.field("class_id", pa.int8(), nullable=False),
        pa.field("team", pa.int8()),
        *(pa.field(name, pa.float32(), metadata={"unit": unit}) for name, unit in _FLOATS.items()),
        pa.field("reason", pa.dictionary(pa.int8(), pa.string())),
        pa.field("has_ball", pa.bool_()),
        pa.field("ball_confidence", pa.float32()),
    ]
)
"""Columns of ``analytics.parquet``."""

_LINES = ("defence", "midfield", "attack")
TEAMS = pa.schema(
    [
        *(pa.field(name, pa.int64(), nullable=False) for name in ("shot", "second", "team")),
        pa.field("people", pa.int64(), nullable=False),
        *(
            pa.field(name, pa.float64(), metadata={"unit": unit})
            for name, unit in (
                *(("x", "m"), ("y", "m"), ("length", "m"), ("width", "m"), ("area", "m^2")),
                *((name, "m") for name in _LINES),
                ("possession", "1"),
            )
        ),
    ]
)
"""Columns of ``teams.csv``."""

PASSES = pa.schema(
    [
        *(pa.field(name, pa.int64()) for name in ("shot", "team", "passer", "receiver")),
        *(pa.field("start_frame", pa.int64()), pa.field("start", pa.float64())),
        *(pa.field("end_frame", pa.int64()), pa.field("end", pa.float64())),
        *(pa.field("metres", pa.float64()), pa.field("confidence", pa.float64())),
    ]
)
"""Columns of ``passes.csv``: those of ``Pass``."""


EVENTS = pa.schema(
    [
        *(pa.field(name, pa.int64()) for name in ("shot", "frame")),
        *(pa.field("time", pa.float64()), pa.field("action", pa.string())),
        *(pa.field(name, pa.int64()) for name in ("team", "tracker_id")),
        pa.field("confidence", pa.float64()),
    ]
)
"""Columns of ``events.csv``: those of ``Event``."""


def row_table(chapter: Chapter) -> pa.Table:
    """One row for each person with an id in each frame, see ``ROWS``; null is not known."""
    people = np.flatnonzero(chapter.sightings.is_person)
    seen, moving, held = chapter.sightings[people], chapter.moving, chapter.held
    frame = np.searchsorted(held.frame, seen.frame)
    said = held.is_said[frame]
    numbers = np.column_stack(
        [
            moving.place,
            moving.place_error,
            moving.velocity,
            moving.speed,
            moving.speed_error,
            moving.acceleration,
            moving.acceleration_error,
            moving.distance,
        ]
    )[people]
    reasons = pa.array([reason.value for reason in Reason if reason is not Reason.NONE])
    # What is no reason is found nowhere among them, and becomes null.
    why = pc.index_in(pa.array(moving.reason[people].tolist(), pa.string()), reasons)
    arrays = [
        *(seen.frame, seen.time, seen.shot, seen.tracker_id, seen.class_id),
        pa.array(seen.team, pa.int8(), mask=seen.team == NO_TEAM),
        *numbers.T,
        pa.DictionaryArray.from_arrays(why.cast(pa.int8()), reasons),
        pa.array(held.owner[frame] == seen.tracker_id, pa.bool_(), mask=~said),
        pa.array(held.confidence[frame], pa.float32(), mask=~said),
    ]
    return pa.Table.from_arrays(
        [
            each if isinstance(each, pa.Array) else pa.array(each, kind.type, from_pandas=True)
            for each, kind in zip(arrays, ROWS, strict=True)
        ],
        schema=ROWS,
    )


def team_table(chapter: Chapter, *, dimensions: PitchDimensions | None = None) -> pa.Table:
    """How both teams stand in each second of a chapter, by everybody's mean place in it.

    A row for each second and team, see ``TEAMS``: ``second`` (of the clip), what ``Shape`` has, the
    lines in metres from the own goal line, and the share of the frames in which the team has the
    ball, of those in which it is known who has it or that nobody has. Null is not known.
    """
    goals = own_goals(chapter.sightings, dimensions=dimensions)
    seconds = np.unique(np.floor(chapter.held.time)).astype(int).tolist()
    rows = [_team_row(chapter, s, team=t, goal=goals.get(t)) for s in seconds for t in (0, 1)]
    return pa.Table.from_pylist(rows, TEAMS)


def _team_row(chapter: Chapter, second: int, *, team: int, goal: float | None) -> dict[str, Any]:
    seen, held = chapter.sightings, chapter.held
    frames = np.floor(held.time) == second
    said = frames & held.is_said
    chosen = (np.floor(seen.time) == second) & is_outfield(seen, team)
    places = mean_places(seen.tracker_id[chosen], chapter.moving.place[chosen], frames.sum() / 2)
    lines = None if goal is None else line_heights(places, own_goal=goal)
    return {
        "shot": int(held.shot[0]),
        "second": second,
        "team": team,
        **asdict(shape(places)),
        **dict(zip(_LINES, lines or (None,) * len(_LINES), strict=True)),
        "possession": float((held.team[said] == team).mean()) if said.any() else None,
    }


def pass_table(found: Sequence[Pass]) -> pa.Table:
    """A row for each pass, see ``PASSES``."""
    return pa.Table.from_pylist([asdict(each) for each in found], PASSES)


def event_table(found: Sequence[Event]) -> pa.Table:
    """A row for each event, see ``EVENTS``."""
    return pa.Table.from_pylist([asdict(each) for each in found], EVENTS)
