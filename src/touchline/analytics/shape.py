"""How a team stands: middle, length, width, hull, lines; and where somebody is most of the time."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from touchline.analytics.sightings import Sightings
from touchline.arrays import Bools, Float64, Int64
from touchline.errors import UsageError, require_number
from touchline.frame import NO_TEAM, ClassId
from touchline.pitch import PitchDimensions

LEAST_SEEN = 8
"""Of ten: with fewer of a team in the picture its extent is that of the picture."""
_LINES = 3
_KEEPS = 20.0
"""Metres from the halfway line beyond which a keeper tells which goal is his."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the outfield players of a team stand at a moment, in metres.

    Attributes:
        people: How many were seen; with fewer than ``LEAST_SEEN`` the rest is None.
        x: Middle of them along the pitch, and ``y`` across it.
        length: From the first to the last along the pitch.
        width: From the first to the last across it.
        area: Of their convex hull, in square metres.
    """

    people: int
    x: float | None = None
    y: float | None = None
    length: float | None = None
    width: float | None = None
    area: float | None = None


def shape(places: Float64) -> Shape:
    """Measure how people (n, 2) in metres stand; those with a NaN are left out."""
    seen = places[np.isfinite(places).all(axis=1)]
    if len(seen) < LEAST_SEEN:
        return Shape(len(seen))
    (x, y), (length, width) = seen.mean(axis=0).tolist(), np.ptp(seen, axis=0).tolist()
    try:
        area = float(ConvexHull(seen).volume)
    except QhullError:  # all on a line
        area = 0.0
    return Shape(len(seen), x, y, length, width, area)


def line_heights(places: Float64, *, own_goal: float) -> tuple[float, ...] | None:
    """Metres from the own goal line to defence, midfield and attack.

    The lines are the split of the outfield players into three groups along the pitch with the least
    sum of squares within them (natural breaks, Jenks 1967).

    Args:
        places: (n, 2) metres; those with a NaN are left out.
        own_goal: x of the goal line that they defend, in metres.

    Returns:
        Mean distances, rising; None with fewer than ``LEAST_SEEN`` people.
    """
    seen = np.isfinite(places).all(axis=1)
    if seen.sum() < LEAST_SEEN:
        return None
    away = np.sort(np.abs(places[seen, 0] - own_goal))
    cuts = min(
        combinations(range(1, len(away)), _LINES - 1),
        key=lambda cut: sum(float(part.var() * len(part)) for part in np.split(away, cut)),
    )
    return tuple(float(part.mean()) for part in np.split(away, cuts))


def own_goals(
    sightings: Sightings, *, dimensions: PitchDimensions | None = None
) -> dict[int, float]:
    """Say which goal line (x in metres) each team defends, by where its keeper was seen.

    Args:
        sightings: Of one shot, or of one half of a match at most.
        dimensions: Of the pitch; 105 x 68 m unless told.

    Returns:
        x by team; empty where no keeper tells, or both tell the same.
    """
    half = (dimensions or PitchDimensions()).length / 2
    keeps = (sightings.class_id == ClassId.GOALKEEPER) & sightings.is_placed
    mean = {
        team: float(sightings.place[keeps & (sightings.team == team), 0].mean())
        for team in (0, 1)
        if (keeps & (sightings.team == team)).any()
    }
    sides = {team: float(np.sign(x)) for team, x in mean.items() if abs(x) > _KEEPS}
    if not sides or len({*sides.values()}) < len(sides):
        return {}
    (team, side), *_ = sides.items()
    return {team: side * half, 1 - team: -side * half}


def heat_map(
    places: Float64,
    seconds: Float64,
    *,
    cell: float = 1.0,
    dimensions: PitchDimensions | None = None,
) -> Float64:
    """Count the seconds that somebody spends in each cell of the pitch.

    Args:
        places: (n, 2) metres; NaN and what lies beyond the lines are left out.
        seconds: (n,) that each stands for.
        cell: Side of a cell in metres, about: as many as fit.
        dimensions: Of the pitch; 105 x 68 m unless told.

    Returns:
        float64 (rows, columns): rows from the near touchline to the far one, columns along x.

    Raises:
        UsageError: A cell is no finite number above 0, or the lengths differ.
    """
    require_number("cell", cell, above=0.0)
    if len(places) != len(seconds):
        raise UsageError(f"seconds has one for each of {len(places)} places; got {len(seconds)}")
    pitch = dimensions or PitchDimensions()
    size = np.array([pitch.width, pitch.length])
    bins = np.maximum(1, np.round(size / cell)).astype(int)
    known = np.isfinite(places).all(axis=1)
    counts, _, _ = np.histogram2d(
        places[known, 1],
        places[known, 0],
        bins=(int(bins[0]), int(bins[1])),
        range=[[-size[0] / 2, size[0] / 2], [-size[1] / 2, size[1] / 2]],
        weights=seconds[known],
    )
    return np.asarray(counts, np.float64)


def is_outfield(sightings: Sightings, team: int) -> Bools:
    """Which (n,) sightings are of an outfield player of a team."""
    plays = (sightings.class_id == ClassId.PLAYER) & (sightings.team == team)
    return np.asarray(plays & (team != NO_TEAM) & sightings.is_person)


def mean_places(ids: Int64, places: Float64, least: float) -> Float64:
    """Mean place (k, 2) of each id of (n,) that has at least so many of the places (n, 2)."""
    known = np.isfinite(places).all(axis=1)
    found = [places[known & (ids == each)] for each in np.unique(ids)]
    means = [each.mean(axis=0) for each in found if len(each) >= max(least, 1)]
    return np.array(means).reshape(-1, 2)
