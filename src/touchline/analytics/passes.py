"""Passes between team mates: from whom, to whom, when, how far, and how surely."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from touchline.analytics.possession import Possession
from touchline.arrays import Float64, Indices
from touchline.frame import NO_ID, NO_TEAM

LONGEST = 5.0
"""Seconds after which a ball that comes to a team mate was no pass to him."""
LEAST_HOLD = 0.08
"""Seconds for which somebody has the ball at least, if only to pass it on."""
LEAST_CONFIDENCE = 0.5
"""A pass less sure than that would be a guess."""
_SEEN_NEAR = 0.3
"""Seconds from the kick, or from the receipt, within which a ball that is seen tells where."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass.

    Attributes:
        shot: Number of the shot.
        team: Of both.
        passer: ``tracker_id`` of who had the ball.
        receiver: Of who has it then.
        start: Time of the last frame in which the passer had it, and ``start_frame``.
        end: Time of the first in which the receiver had it, and ``end_frame``.
        metres: From where the ball left to where it came, on the ground; None where it was not
            seen at either.
        confidence: Probability that it was one: that both had the ball, that they are team mates,
            and that nobody touched it on a way that was not seen.
    """

    shot: int
    team: int
    passer: int
    receiver: int
    start_frame: int
    start: float
    end_frame: int
    end: float
    metres: float | None
    confidence: float


def passes(held: Possession, *, least: float = LEAST_CONFIDENCE) -> list[Pass]:
    """Find the passes in who had the ball.

    Args:
        held: What ``possession`` says.
        least: Confidence below which one is left out.
    """
    held_by = list(stays(held))
    found = [_between(held, one, two) for one, two in pairwise(held_by)]
    return [each for each in found if each is not None and each.confidence >= least]


def stays(held: Possession) -> Iterator[Indices]:
    """The frames (k,) of each time that somebody has the ball, in order."""
    sure = np.flatnonzero(held.is_said & (held.owner != NO_ID))
    anew = (np.diff(held.owner[sure]) != 0) | (np.diff(held.shot[sure]) != 0)
    for stay in np.split(sure, np.flatnonzero(anew) + 1):
        if len(stay) and held.time[stay[-1]] - held.time[stay[0]] >= LEAST_HOLD:
            yield stay


def _between(held: Possession, one: Indices, two: Indices) -> Pass | None:
    """The pass that led from one stay to the next, or None."""
    start, end = int(one[-1]), int(two[0])
    team = int(held.team[start])
    takes = float(held.time[end] - held.time[start])
    together = team == held.team[end] and held.shot[start] == held.shot[end]
    if team == NO_TEAM or not together or takes > LONGEST:
        return None
    apart = float(np.linalg.norm(_ball_near(held, two, end) - _ball_near(held, one, start)))
    way = held.confidence[start : end + 1]
    sure = held.confidence[one].max() * held.confidence[two].max() * way.mean()
    mates = held.team_confidence[start] * held.team_confidence[end]
    return Pass(
        shot=int(held.shot[start]),
        team=team,
        passer=int(held.owner[start]),
        receiver=int(held.owner[end]),
        start_frame=int(held.frame[start]),
        start=float(held.time[start]),
        end_frame=int(held.frame[end]),
        end=float(held.time[end]),
        metres=apart if np.isfinite(apart) else None,
        confidence=float(sure * mates),
    )


def _ball_near(held: Possession, stay: Indices, at: int) -> Float64:
    """Where the ball (2,) was seen during a stay, closest in time to a frame; NaN if it was not."""
    apart = np.abs(held.time[stay] - held.time[at])
    seen = np.isfinite(held.ball[stay]).all(axis=1) & (apart <= _SEEN_NEAR)
    if not seen.any():
        return np.full(2, np.nan)
    return np.asarray(held.ball[stay[seen][apart[seen].argmin()]])
