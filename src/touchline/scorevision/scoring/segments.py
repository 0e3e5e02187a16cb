"""How far points lie from line segments, and from each other: all at once."""

import numpy as np

from touchline.arrays import Float64

PAIRS_AT_ONCE = 2**22
"""Distances that are held together; any sane frame fits at once."""


def nearest_distances(points: Float64, segments: Float64) -> Float64:
    """Distance of each point to the nearest segment.

    The point is projected on the segment, the share ``t = w.v / |v|^2`` cut to 0..1.

    Args:
        points: (n, 2).
        segments: (m, 4) as x1, y1, x2, y2, none of them a point; m from 1.

    Returns:
        (n,) in the units given.
    """
    start = segments[:, :2]
    along = segments[:, 2:] - start
    offset = points[:, None] - start
    share = np.clip((offset * along).sum(axis=2) / (along**2).sum(axis=1), 0.0, 1.0)
    away = offset - share[..., None] * along
    nearest: Float64 = np.hypot(away[..., 0], away[..., 1]).min(axis=1)
    return nearest


def mean_pairwise_distance(points: Float64) -> float:
    """Mean distance of all pairs of ``points`` (n, 2), n from 2."""
    count = len(points)
    rows = max(PAIRS_AT_ONCE // count, 1)
    total = sum(
        float(np.hypot(*np.moveaxis(points[i : i + rows, None] - points, 2, 0)).sum())
        for i in range(0, count, rows)
    )
    return total / (count * (count - 1))


def pairwise_distances(points: Float64) -> Float64:
    """Distances (..., n, n) between the points (..., n, 2) of each group."""
    between = points[..., :, None, :] - points[..., None, :, :]
    distances: Float64 = np.hypot(between[..., 0], between[..., 1])
    return distances
