"""Long straight lines among ridges: a Hough transform in which each ridge votes near its angle."""

from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import Bools, Float32, Float64, Int64
from touchline.pitch.paint import WIDTH, Paint

MOST = 14
"""Lines that are looked for; with ten, three pitches of twenty are not found."""
_ANGLES, _STEP = 180, 2.0
"""Bins of a half turn, and pixels of a bin of the distance from the corner."""
_VOTES = np.deg2rad(np.arange(-4, 4.1))
_FEWEST, _SHORTEST, _DENSE = 35, 45.0, 0.3
"""Ridges of a line, pixels from end to end, and ridges a pixel, at least."""
_NARROWING = (3.0, 2.5, 2.0)
"""Pixels within which ridges are a line's, while it is fitted."""
_TURNED = np.deg2rad(9)
_TRIES = 40


@dataclass(frozen=True, slots=True, eq=False)
class Straight:
    """Straight lines in a picture ``WIDTH`` wide.

    Attributes:
        lines: float64 (k, 3): a x + b y + c = 0 with a unit normal, the best supported first.
        members: bool (n,), which ridges lie on one of them.
    """

    lines: Float64
    members: Bools


def find_straight(paint: Paint) -> Straight:
    """Find the long straight lines of a picture, the best supported first."""
    votes = _Votes.of(paint)
    members = np.zeros(len(paint), bool)
    found: list[tuple[int, Float64]] = []
    free = np.ones(len(paint), bool)
    counts = votes.count(free)
    for _ in range(_TRIES if len(paint) >= _FEWEST else 0):
        best = int(counts.argmax())
        if counts.flat[best] < 0.35 * _FEWEST or len(found) == MOST:
            break
        line, mine = _fitted(votes.line(best), paint, free)
        counts = votes.without(counts, best, mine)
        free &= ~mine
        if _is_long(line, paint.points[mine]):
            members |= mine
            found.append((int(mine.sum()), line))
    found.sort(key=lambda each: -each[0])
    return Straight(np.array([line for _, line in found]).reshape(-1, 3), members)


@dataclass(frozen=True, slots=True, eq=False)
class _Votes:
    """The bins (n, v) that each ridge votes for, of a table of angles and distances."""

    bins: Int64
    reach: float
    width: int

    @classmethod
    def of(cls, paint: Paint) -> "_Votes":
        reach = float(np.hypot(WIDTH, paint.height))
        width = int(2 * reach / _STEP) + 3
        angle = np.rint((paint.normal[:, None] % np.pi + _VOTES) / np.pi * _ANGLES).astype(np.int64)
        turned = angle * np.pi / _ANGLES
        distance = paint.points[:, :1] * np.cos(turned) + paint.points[:, 1:] * np.sin(turned)
        distance = np.where(angle // _ANGLES % 2 != 0, -distance, distance)
        place = np.rint((distance + reach) / _STEP).astype(np.int64)
        return cls(angle % _ANGLES * width + place, reach, width)

    def count(self, chosen: Bools) -> Float32:
        counts = np.bincount(self.bins[chosen].ravel(), minlength=_ANGLES * self.width)
        table = counts.reshape(_ANGLES, self.width).astype(np.float32)
        return np.asarray(cv2.GaussianBlur(table, (3, 3), 0.8))

    def line(self, best: int) -> Float64:
        angle = best // self.width * np.pi / _ANGLES
        distance = best % self.width * _STEP - self.reach
        return np.array([np.cos(angle), np.sin(angle), -distance])

    def without(self, counts: Float32, best: int, mine: Bools) -> Float32:
        """The table without the votes of some ridges, and nothing around a bin any more."""
        counts = np.maximum(counts - self.count(mine), 0)
        angle, distance = divmod(best, self.width)
        for step in range(-4, 5):
            row, place = angle + step, distance
            if not 0 <= row < _ANGLES:
                row, place = row % _ANGLES, self.width - 1 - distance
            counts[row, max(0, place - 5) : place + 6] = 0
        return counts


def _fitted(line: Float64, paint: Paint, free: Bools) -> tuple[Float64, Bools]:
    """A line through the free ridges near it (total least squares), and which they are."""
    mine = free
    for near in _NARROWING:
        off = paint.points @ line[:2] + line[2]
        across = np.arctan2(line[1], line[0])
        turned = np.abs((paint.normal - across + np.pi / 2) % np.pi - np.pi / 2)
        mine = free & (np.abs(off) < near) & (turned < _TURNED)
        if mine.sum() < 10:
            break
        middle = paint.points[mine].mean(axis=0)
        spread = np.cov((paint.points[mine] - middle).T)
        normal = np.linalg.eigh(spread)[1][:, 0]
        line = np.array([*normal, -normal @ middle])
    return line, mine


def _is_long(line: Float64, points: Float64) -> bool:
    if len(points) < _FEWEST:
        return False
    extent = float(np.ptp(points @ [-line[1], line[0]]))
    return extent > _SHORTEST and len(points) > _DENSE * extent
