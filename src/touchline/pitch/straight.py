"""Long straight lines among ridges: a Hough transform in which each ridge votes near its angle."""

from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import Bools, Float64, Indices
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
_NEAR = 15.0
"""Pixels from where a line was voted for, within which it is fitted."""
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
    votes = _Votes(paint)
    members = np.zeros(len(paint), bool)
    found: list[tuple[int, Float64]] = []
    free = np.ones(len(paint), bool)
    for _ in range(_TRIES if len(paint) >= _FEWEST else 0):
        best = int(votes.smooth.argmax())
        if votes.smooth.flat[best] < 0.35 * _FEWEST or len(found) == MOST:
            break
        line, mine = _fitted(votes.line(best), paint, free)
        votes.remove(best, mine)
        free[mine] = False
        if _is_long(line, paint.points[mine]):
            members[mine] = True
            found.append((len(mine), line))
    found.sort(key=lambda each: -each[0])
    return Straight(np.array([line for _, line in found]).reshape(-1, 3), members)


class _Votes:
    """What ridges vote for in a table of angles and distances, ``smooth`` (angles, distances)."""

    def __init__(self, paint: Paint) -> None:
        self._reach = float(np.hypot(WIDTH, paint.height))
        self._width = int(2 * self._reach / _STEP) + 3
        angle = np.rint((paint.normal[:, None] % np.pi + _VOTES) / np.pi * _ANGLES).astype(np.int64)
        turned = angle * np.pi / _ANGLES
        distance = paint.points[:, :1] * np.cos(turned) + paint.points[:, 1:] * np.sin(turned)
        distance = np.where(angle // _ANGLES % 2 != 0, -distance, distance)
        place = np.rint((distance + self._reach) / _STEP).astype(np.int64)
        self._bins = angle % _ANGLES * self._width + place
        counts = np.bincount(self._bins.ravel(), minlength=_ANGLES * self._width)
        self._counts = counts.reshape(_ANGLES, self._width).astype(np.float32)
        self.smooth = np.zeros_like(self._counts)
        self._smoothen(0, _ANGLES)

    def line(self, best: int) -> Float64:
        """The line (3,) of a bin."""
        angle = best // self._width * np.pi / _ANGLES
        distance = best % self._width * _STEP - self._reach
        return np.array([np.cos(angle), np.sin(angle), -distance])

    def remove(self, best: int, mine: Indices) -> None:
        """Take out the votes of some ridges, and all that are around a bin."""
        angle, distance = divmod(best, self._width)
        rows = np.arange(angle - 4, angle + 5)
        if len(mine):
            bins = self._bins[mine].ravel()
            low = int(bins.min())
            gone = np.bincount(bins - low)
            self._counts.reshape(-1)[low : low + len(gone)] -= gone
            rows = np.append(rows, [low // self._width, (low + len(gone)) // self._width])
        for row in range(angle - 4, angle + 5):
            place = distance if 0 <= row < _ANGLES else self._width - 1 - distance
            self._counts[row % _ANGLES, max(0, place - 5) : place + 6] = 0
        rows = rows % _ANGLES
        self._smoothen(max(0, int(rows.min()) - 1), min(_ANGLES, int(rows.max()) + 2))

    def _smoothen(self, first: int, last: int) -> None:
        """Make the rows between anew."""
        low, high = max(0, first - 1), min(_ANGLES, last + 1)
        rows = np.maximum(self._counts[low:high], 0)
        self.smooth[first:last] = cv2.GaussianBlur(rows, (3, 3), 0.8)[first - low : last - low]


def _fitted(line: Float64, paint: Paint, free: Bools) -> tuple[Float64, Indices]:
    """A line through the free ridges near it (total least squares), and which they are."""
    (near,) = np.nonzero(free & (np.abs(paint.points @ line[:2] + line[2]) < _NEAR))
    points, normal, mine = paint.points[near], paint.normal[near], np.ones(len(near), bool)
    for narrow in _NARROWING:
        off = points @ line[:2] + line[2]
        turned = np.abs((normal - np.arctan2(line[1], line[0]) + np.pi / 2) % np.pi - np.pi / 2)
        mine = (np.abs(off) < narrow) & (turned < _TURNED)
        if mine.sum() < 10:
            break
        middle = points[mine].mean(axis=0)
        spread = (points[mine] - middle).T @ (points[mine] - middle)
        across = np.linalg.eigh(spread)[1][:, 0]
        line = np.array([*across, -across @ middle])
    return line, near[mine]


def _is_long(line: Float64, points: Float64) -> bool:
    if len(points) < _FEWEST:
        return False
    extent = float(np.ptp(points @ [-line[1], line[0]]))
    return extent > _SHORTEST and len(points) > _DENSE * extent
