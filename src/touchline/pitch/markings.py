"""The painted lines of a pitch as points along them, each with its direction."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from touchline.arrays import Float64, Int64
from touchline.pitch.dimensions import PitchDimensions

_CURVED = 10
"""Corners from which a painted line is an arc: one line, not one of many."""


@dataclass(frozen=True, slots=True, eq=False)
class Markings:
    """Points along the painted lines.

    Attributes:
        points: float64 (n, 2) metres.
        along: float64 (n, 2), unit vectors.
        line: int64 (n,), the number of the straight line or arc that each lies on.
        step: Metres between two points.
        width: Of the pitch.
    """

    points: Float64
    along: Float64
    line: Int64
    step: float
    width: float

    @classmethod
    def of(cls, dimensions: PitchDimensions, *, step: float) -> "Markings":
        """Points about so many metres apart on all lines of a pitch."""
        points, along, line = [], [], []
        number = 0
        for corners in dimensions.lines():
            is_arc = len(corners) >= _CURVED
            for first, last in pairwise(corners):
                length = float(np.linalg.norm(last - first))
                count = max(1, round(length / step))
                shares = (np.arange(count) + 0.5) / count
                points.append(first + (last - first) * shares[:, None])
                along.append(np.tile((last - first) / length, (count, 1)))
                line.append(np.full(count, number))
                number += not is_arc
            number += is_arc
        columns = np.concatenate(points), np.concatenate(along), np.concatenate(line)
        return cls(*columns, step, dimensions.width)
