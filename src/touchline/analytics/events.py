"""What happens to the ball, in the words of those who count: passes, interceptions, shots.

Each event follows from who had the ball and who has it next, and from how the ball went between
them. It is said only where both are seen and its probability is worth the risk: whoever is paid by
events loses for a false one what a true one earns. What places on the pitch do not tell is never
said: a tackle, a foul or a duel in the air; a clearance, which goes as a long pass does; and who
wins a loose ball, for what made it loose is not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from touchline.analytics.passes import stays
from touchline.analytics.possession import Possession
from touchline.arrays import Float64, Indices
from touchline.frame import NO_ID, NO_TEAM
from touchline.pitch import PitchDimensions

Action = Literal["pass", "pass_received", "interception", "shot", "ball_out_of_play"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        shot: Number of the shot (of the editing).
        frame: In which it happens, and ``time`` in seconds.
        action: What happens.
        team: Of who does it; for a ball out of play, who had it last.
        tracker_id: Who does it, likewise.
        confidence: Probability that it happened, about then.
    """

    shot: int
    frame: int
    time: float
    action: Action
    team: int
    tracker_id: int
    confidence: float


RELIABLE: Mapping[Action, float] = {
    "pass": 0.96,
    "pass_received": 0.95,
    "interception": 0.93,
    "shot": 0.8,
    "ball_out_of_play": 0.83,
}
"""How often it was what it was taken for in 22 rendered matches, (right + 1) / (said + 2): of few
that were said (3 shots, 4 balls out of play) all were right, which promises less."""
WORTH: Mapping[Action, float] = dict.fromkeys(RELIABLE, 0.6)
"""Probability from which it is said. An event that is there earns some .93 of its weight, for it is
found a few frames off, and one that is not costs all of it: above 1 / 1.93 = .52 it gains. Rendered
matches are easier than real ones, so a little more is asked."""
LOOSE, LYING = 4.0, 0.8
"""Metres a second below which a ball is loose, and below which it lies still."""
SHORTEST, AT_ONCE, LONGEST = 0.11, 1.5, 2.8
"""Seconds that a ball is on its way at least, so that it was kicked; at most to be intercepted, for
later it may have been lost to nobody; and at most."""
BLINK, HIGH = 0.3, 1.0
"""Seconds up to which nobody else can have touched it on its way, and from which a ball that does
not roll to an opponent may have been cleared as well as passed."""
STRUCK, WIDE, RANGE = 16.0, 8.0, 32.0
"""A shot: metres a second, metres from the middle of the goal where it comes to its line, metres
from which it may come."""
BEYOND, AROUND = 0.4, 0.45
"""Metres beyond a line from which a ball is out of play, and seconds before and after in which it
is seen to roll."""
LEAVING = 1.5
"""Metres a second with which it does: one that lies on a line seems now within, now beyond."""
LEAST_SEEN, ROUGH, BENT, FASTEST = 6, 0.4, 10.0, 33.0
"""A ball that rolls: frames in which it is seen, metres of scatter, m/s^2, m/s."""


@dataclass(frozen=True, slots=True, eq=False)
class Handover:
    """The ball from one who had it to the next one who has.

    Attributes:
        one, two: Rows of a ``Possession`` in which either has it.
        seconds: That it was on its way.
        pace: Its speed just before it came, m/s; NaN where it was not seen.
        struck: Its velocity (2,) after it left, m/s; NaN where it was not seen to roll.
        place: Where (2,) it left, metres.
        confidence: Probability that both had it, and play for those teams.
        is_team: Whether they play for one team.
    """

    one: Indices
    two: Indices
    seconds: float
    pace: float
    struck: Float64
    place: Float64
    confidence: float
    is_team: bool


def handovers(held: Possession) -> list[Handover]:
    """Find them in who had the ball: within a shot, between people whose teams are known."""
    found = []
    for one, two in pairwise(stays(held)):
        start, end = int(one[-1]), int(two[0])
        teams = held.team[[start, end]]
        if held.shot[start] == held.shot[end] and (teams != NO_TEAM).all():
            sure = held.confidence[one].max() * held.confidence[two].max()
            if held.time[end] - held.time[start] > BLINK:
                sure *= held.confidence[start : end + 1].mean()
            found.append(
                Handover(
                    one=one,
                    two=two,
                    seconds=float(held.time[end] - held.time[start]),
                    pace=_pace(held, start, end),
                    struck=_struck(held, start, end),
                    place=_last_seen(held, one),
                    # One doubt shows in each of the factors: together they would count it twice.
                    confidence=float(np.sqrt(sure * held.team_confidence[[start, end]].prod())),
                    is_team=bool(teams[0] == teams[1]),
                )
            )
    return found


def _last_seen(held: Possession, rows: Indices) -> Float64:
    """Where (2,) the ball was seen last in rows; NaN where it was not."""
    seen = rows[np.isfinite(held.ball[rows]).all(axis=1)]
    return held.ball[seen[-1]] if len(seen) else np.full(2, np.nan)


def _pace(held: Possession, start: int, end: int) -> float:
    """Speed of the ball in the last 0.45 s before row ``end``, since row ``start``."""
    time = held.time
    near = np.flatnonzero((time < time[end]) & (time >= max(time[end] - 0.45, time[start])))
    seen = near[np.isfinite(held.ball[near]).all(axis=1)]
    if len(seen) < 3:
        return float("nan")
    way = held.ball[seen[-1]] - held.ball[seen[0]]
    return float(np.linalg.norm(way) / (time[seen[-1]] - time[seen[0]]))


def _struck(held: Possession, start: int, end: int) -> Float64:
    """Velocity (2,) with which the ball rolls in the first 0.9 s after row ``start``, or NaN."""
    last = min(held.time[start] + 0.9, held.time[end])
    after = (held.time > held.time[start] + 0.04) & (held.time <= last)
    return _rolling(held, np.flatnonzero(after))


def _rolling(held: Possession, rows: Indices) -> Float64:
    """Velocity (2,) of a ball that rolls in rows; NaN where it is not seen, or in the air.

    A ball in the air seems to lie where the line of sight meets the ground, behind it: as it rises
    and falls that place speeds up and slows down by tens of m/s^2, as no ball on grass does.
    """
    seen = rows[np.isfinite(held.ball[rows]).all(axis=1)]
    if len(seen) < LEAST_SEEN:
        return np.full(2, np.nan)
    time = held.time[seen] - held.time[seen].mean()
    bend, slope, middle = np.polyfit(time, held.ball[seen], 2)
    error = held.ball[seen] - (np.outer(time**2, bend) + np.outer(time, slope) + middle)
    is_smooth = np.sqrt((error**2).sum(axis=1).mean()) <= ROUGH
    is_low = np.linalg.norm(2 * bend) <= BENT and np.linalg.norm(slope) <= FASTEST
    return np.asarray(slope) if is_smooth and is_low else np.full(2, np.nan)


def events(
    held: Possession,
    goals: Mapping[int, Mapping[int, float]],
    *,
    dimensions: PitchDimensions | None = None,
) -> list[Event]:
    """Find the events in who had the ball, in order of time.

    Args:
        held: What ``possession`` says, of a whole clip.
        goals: Of each shot what ``own_goals`` says; without it nobody shoots or clears.
        dimensions: Of the pitch; 105 x 68 m unless told.
    """
    pitch = dimensions or PitchDimensions()
    gone = _departures(held, pitch)
    found = [_event(held, row, "ball_out_of_play", 1.0, by) for row, by in gone]
    for each in handovers(held):
        start, end = int(each.one[-1]), int(each.two[0])
        is_dead = any(start <= row <= end for row, _ in gone)
        own = goals.get(int(held.shot[start]), {}).get(int(held.team[start]))
        left, came = _named(each, own, is_dead=is_dead)
        if left is not None:
            found.append(_event(held, start, left, each.confidence, start))
        if came is not None:
            found.append(_event(held, end, came, each.confidence, end))
    said = [each for each in found if each.confidence >= WORTH[each.action]]
    return sorted(said, key=lambda event: event.time)


def _event(held: Possession, row: int, action: Action, sure: float, by: int) -> Event:
    """An event at a row, by who has the ball in the row ``by``."""
    return Event(
        shot=int(held.shot[row]),
        frame=int(held.frame[row]),
        time=float(held.time[row]),
        action=action,
        team=int(held.team[by]),
        tracker_id=int(held.owner[by]),
        confidence=float(sure * RELIABLE[action]),
    )


def _named(
    each: Handover, own_goal: float | None, *, is_dead: bool
) -> tuple[Action | None, Action | None]:
    """What a handover began and ended with; None where that is nothing, or would be a guess."""
    if own_goal is not None and _is_shot(each, own_goal):
        return "shot", None
    if not SHORTEST <= each.seconds <= LONGEST:
        return None, None
    if is_dead or each.pace < LYING:
        return "pass", None
    if each.is_team:
        return "pass", "pass_received"
    if each.seconds >= HIGH and np.isnan(each.struck).any():
        return None, None
    is_cut = each.seconds <= AT_ONCE and not each.pace < LOOSE
    return "pass", "interception" if is_cut else None


def _is_shot(each: Handover, own_goal: float) -> bool:
    """Whether the ball was struck at the other goal, from near enough, hard enough."""
    way = -own_goal - each.place[0]
    towards = each.struck[0] * np.sign(way)
    if not (abs(way) <= RANGE and towards > 0 and np.linalg.norm(each.struck) >= STRUCK):
        return False
    aside = each.place[1] + each.struck[1] * abs(way) / towards
    return bool(abs(aside) <= WIDE)


def _departures(held: Possession, pitch: PitchDimensions) -> list[tuple[int, int]]:
    """Rows in which the ball rolls off the pitch, each with the last in which somebody had it."""
    limits = np.array([pitch.length, pitch.width]) / 2
    out = (np.abs(held.ball) - limits).max(axis=1)  # NaN where it is not seen
    owned = np.flatnonzero(held.is_said & (held.owner != NO_ID))
    found = []
    for row in np.flatnonzero(out > BEYOND).tolist():
        near = np.flatnonzero(
            (np.abs(held.time - held.time[row]) <= AROUND) & (held.shot == held.shot[row])
        )
        before, by = near[(near < row) & (out[near] <= BEYOND)], owned[owned < row]
        is_first = len(before) >= LEAST_SEEN // 2 and not (out[near[near < row]] > BEYOND).any()
        if is_first and len(by) and np.linalg.norm(_rolling(held, near)) >= LEAVING:
            found.append((row, int(by[-1])))
    return found
