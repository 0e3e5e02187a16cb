"""How people run: speed, acceleration and distance, each with its standard error, or none."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from touchline.analytics.sightings import Sightings, pieces
from touchline.analytics.smoother import RunningModel, smooth
from touchline.arrays import Bools, Float64, Int64, Strings

TOO_FAST = 12.5
"""Metres per second that nobody runs: the fastest ever measured is 12.4 (Bolt 2009)."""
TOO_SUDDEN = 10.0
"""Metres per second squared that nobody brakes or starts with."""
LEAST_SURE = 0.6
"""Standard error in m/s above which a speed would be a guess."""
ERRORS_LAST = 0.2
"""Seconds in which an error of a speed becomes another one, which a sum of them needs."""
_APART = 4.0
"""Standard errors by which a jump exceeds what somebody can run."""
_TAINTED = 0.6
"""Seconds before and after a jump within which a smoothed speed is of the jump too."""
_LONGEST_GAP = 1.0
"""Seconds without a place after which a run begins anew."""


class Reason(StrEnum):
    """Why there is no speed."""

    NONE = ""
    """There is one."""
    NO_PLACE = "no_place"
    """The pitch is not known in that frame, or the place lies beyond it."""
    UNSURE = "unsure"
    """Too little is seen of the run around that frame; see ``LEAST_SURE``."""
    JUMP = "jump"
    """It would be above ``TOO_FAST`` or change by more than ``TOO_SUDDEN``, or no run leads through
    the places, here or close by: a track, a box or the view of the pitch has jumped."""


@dataclass(frozen=True, slots=True, eq=False)
class Motions:
    """One row for each of n sightings, NaN where nothing can be said.

    Attributes:
        place: float64 (n, 2) metres, smoothed.
        place_error: float64 (n,) its standard error a coordinate, what a whole view is off by not
            included.
        velocity: float64 (n, 2) m/s.
        speed: float64 (n,) m/s, with its standard error ``speed_error``.
        acceleration: float64 (n,) m/s^2: how fast the speed changes, with ``acceleration_error``.
        distance: float64 (n,) metres run since the sighting before.
        reason: str (n,), values of ``Reason``.
    """

    place: Float64
    place_error: Float64
    velocity: Float64
    speed: Float64
    speed_error: Float64
    acceleration: Float64
    acceleration_error: Float64
    distance: Float64
    reason: Strings


def motions(sightings: Sightings, *, model: RunningModel | None = None) -> Motions:
    """Say how everybody with an id moves.

    The path of each id is smoothed over all its places, before and after (see ``smoother``). A path
    that jumps further than anybody runs begins anew there. With velocity v of covariance P the
    speed is |v|, its variance v P v / |v|^2, and the acceleration a v / |v|. Distance is the
    integral of the speed by the trapezoidal rule.
    """
    means, variances = (np.full((len(sightings), 2, 3), np.nan) for _ in range(2))
    for rows, kept in pieces(sightings.time, sightings.shot):
        part = sightings[rows]
        mean, variance = _smoothed(part, _paths(part), model or RunningModel())
        means[rows[kept]], variances[rows[kept]] = mean[kept], variance[kept]
    return _said(sightings, means, variances)


def _paths(part: Sightings) -> Int64:
    """The path (k,) to which each sighting belongs, from 0; -1 without an id or a place."""
    paths = np.full(len(part), -1)
    rows = np.flatnonzero(part.is_person & part.is_placed)
    rows = rows[np.lexsort((part.time[rows], part.tracker_id[rows]))]
    if len(rows):
        step = np.diff(part.time[rows])
        apart = np.linalg.norm(np.diff(part.place[rows], axis=0), axis=1)
        error = np.linalg.norm(part.error[rows], axis=1)
        reach = TOO_FAST * step + _APART * np.hypot(error[1:], error[:-1])
        anew = np.diff(part.tracker_id[rows]) != 0
        begins = anew | (apart > reach) | (step > _LONGEST_GAP) | (step <= 0)
        paths[rows] = np.concatenate([[0], np.cumsum(begins)])
    return paths


def _smoothed(part: Sightings, paths: Int64, model: RunningModel) -> tuple[Float64, Float64]:
    """Means and variances (k, 2, 3) of place, velocity and acceleration, NaN off the paths."""
    means, variances = (np.full((len(part), 2, 3), np.nan) for _ in range(2))
    rows = np.flatnonzero(paths >= 0)
    if len(rows):
        times, moment = np.unique(part.time[rows], return_inverse=True)
        places, errors = (np.full((len(times), paths.max() + 1, 2), np.nan) for _ in range(2))
        places[moment, paths[rows]] = part.place[rows]
        errors[moment, paths[rows]] = part.error[rows]
        flat = len(times), -1
        found = smooth(places.reshape(flat), errors.reshape(flat), times, model=model)
        mean, variance = (each.reshape(*places.shape, 3) for each in found)
        means[rows], variances[rows] = mean[moment, paths[rows]], variance[moment, paths[rows]]
    return means, variances


def _said(sightings: Sightings, means: Float64, variances: Float64) -> Motions:
    """What may be said of each sighting, and why of some nothing is."""
    velocity, spread = means[:, :, 1], variances[:, :, 1]
    speed, floor = np.linalg.norm(velocity, axis=1), spread.mean(axis=1)
    # Somebody who stands has no direction: the mean of both coordinates takes over.
    weight = (velocity**2 + floor[:, None] / 2) / (speed**2 + floor)[:, None]
    error = np.sqrt((weight * spread).sum(axis=1))
    sudden = np.linalg.norm(means[:, :, 2], axis=1) > TOO_SUDDEN
    off = (np.abs(means[:, :, 0] - sightings.place) > _APART * sightings.error).any(axis=1)
    sure = error <= LEAST_SURE
    jumps = _near(sightings, off | (sure & ((speed > TOO_FAST) | sudden)))
    reason = np.select(
        [np.isnan(speed), ~sure, jumps],
        [Reason.NO_PLACE.value, Reason.UNSURE.value, Reason.JUMP.value],
        Reason.NONE.value,
    )
    known = reason == Reason.NONE.value
    ahead = velocity / np.maximum(speed, 1e-9)[:, None]
    speed = np.where(known, speed, np.nan)
    return Motions(
        place=means[:, :, 0],
        place_error=np.sqrt(variances[:, :, 0].mean(axis=1)),
        velocity=np.where(known[:, None], velocity, np.nan),
        speed=speed,
        speed_error=np.where(known, error, np.nan),
        acceleration=np.where(known, (means[:, :, 2] * ahead).sum(axis=1), np.nan),
        acceleration_error=np.where(known, np.sqrt((weight * variances[:, :, 2]).sum(1)), np.nan),
        distance=_distances(sightings, speed),
        reason=reason,
    )


def _near(sightings: Sightings, chosen: Bools) -> Bools:
    """Which (n,) sightings are within ``_TAINTED`` of a chosen one of the same id."""
    ids = np.unique(sightings.tracker_id, return_inverse=True)[1]
    moments = sightings.time + ids * 2 * (np.ptp(sightings.time) + 1 if len(ids) else 0.0)
    at = np.concatenate([[-np.inf], np.sort(moments[chosen]), [np.inf]])
    after = np.searchsorted(at, moments).clip(1, len(at) - 1)
    return np.asarray(np.minimum(at[after] - moments, moments - at[after - 1]) <= _TAINTED)


def _distances(sightings: Sightings, speed: Float64) -> Float64:
    """Metres (n,) since the sighting before of the same id; NaN where either has no speed."""
    distance = np.full(len(sightings), np.nan)
    rows = np.flatnonzero(sightings.is_person)
    rows = rows[np.lexsort((sightings.time[rows], sightings.tracker_id[rows]))]
    before, after = rows[:-1], rows[1:]
    step = sightings.time[after] - sightings.time[before]
    same = (sightings.tracker_id[after] == sightings.tracker_id[before]) & (step <= _LONGEST_GAP)
    metres = (speed[after] + speed[before]) / 2 * step
    distance[after] = np.where(same, metres, np.nan)
    return distance
