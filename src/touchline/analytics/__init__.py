"""What an analyst makes of places on the pitch: plain functions over tables.

``Sightings`` reads Touchline's frame states and files, and tracking data from elsewhere. A value
that would be a guess is absent, and says why.
"""

from touchline.analytics.chapters import Chapter, Chapters
from touchline.analytics.events import Event, events
from touchline.analytics.motion import Motions, Reason, motions
from touchline.analytics.passes import Pass, passes
from touchline.analytics.possession import (
    Possession,
    PossessionModel,
    joined_possession,
    possession,
)
from touchline.analytics.shape import Shape, heat_map, line_heights, own_goals, shape
from touchline.analytics.sightings import Sightings
from touchline.analytics.smoother import RunningModel
from touchline.analytics.tables import (
    EVENTS,
    PASSES,
    ROWS,
    TEAMS,
    event_table,
    pass_table,
    row_table,
    team_table,
)
from touchline.analytics.tally import PLAYERS, Tally

__all__ = [
    "EVENTS",
    "PASSES",
    "PLAYERS",
    "ROWS",
    "TEAMS",
    "Chapter",
    "Chapters",
    "Event",
    "Motions",
    "Pass",
    "Possession",
    "PossessionModel",
    "Reason",
    "RunningModel",
    "Shape",
    "Sightings",
    "Tally",
    "event_table",
    "events",
    "heat_map",
    "joined_possession",
    "line_heights",
    "motions",
    "own_goals",
    "pass_table",
    "passes",
    "possession",
    "row_table",
    "shape",
    "team_table",
]
