"""What the place of somebody says of his role: seventeen rules of thumb, weighed by a logistic.

A keeper is the one nearest to his goal, an assistant walks the touchline level with the second last
defender, staff stand behind it. Without a homography only the height of the box is left to tell.
"""

import numpy as np

from touchline.arrays import Float64
from touchline.geometry import pairwise_iou
from touchline.pitch import PitchDimensions

RULES = (
    "nearest to the goal",
    "second nearest",
    "distance from the goal",
    "nearer than 7 m",
    "nearer than 14 m",
    "gap to the next",
    "in the penalty area",
    "beyond the touchline",
    "on the touchline",
    "outside",
    "behind the goal line",
    "nearest person",
    "before the second last",
    "level with the second last, on the touchline",
    "height off its row's",
    "known in metres",
    "covered",
)
_AREA = (16.5, 20.16)
"""Depth and half the width of the penalty area."""
_ON_PITCH = 1.0
"""Metres beyond a line up to which somebody may take part in the game."""


def place_rules(xyxy: Float64, position: Float64, dimensions: PitchDimensions) -> Float64:
    """Apply the rules to the people of one frame.

    Args:
        xyxy: (n, 4) in pixels.
        position: (n, 2) metres from the centre spot, NaN where unknown.
        dimensions: Of the pitch.

    Returns:
        (n, 17), a column for each of ``RULES``; what a rule cannot say is 0.
    """
    n = len(xyxy)
    if not n:
        return np.zeros((0, len(RULES)))
    half = np.array([dimensions.length, dimensions.width]) / 2
    known = np.isfinite(position[:, 0])
    where = np.where(known[:, None], position, 0.0)
    x, y = np.abs(where[:, 0]), np.abs(where[:, 1])
    deep, aside = half[0] - x, y - half[1]
    goal = np.hypot(deep, y)
    on = known & (aside < _ON_PITCH - 0.5) & (deep > -_ON_PITCH)
    rivals = on[None] & (np.sign(where[:, :1]) == np.sign(where[:, 0])) & ~np.eye(n, dtype=bool)
    rank = (rivals & (goal[None] < goal[:, None])).sum(axis=1)
    first = np.where(rivals, goal[None], np.inf).min(axis=1)
    gap = np.where(np.isfinite(first), first - goal, 20.0)
    defenders = np.sort(np.where(rivals, deep[None], np.inf), axis=1)
    second = defenders[:, 1] if n > 2 else np.full(n, np.inf)
    offside = deep - np.where(np.isfinite(second), second, 30.0)
    apart = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    apart[~(known[:, None] & known[None]) | np.eye(n, dtype=bool)] = np.inf
    on_touchline = (aside > -2.0) & (aside < 2.5)
    columns = [
        rank == 0,
        rank == 1,
        np.minimum(goal, 30) / 10,
        goal < 7,
        goal < 14,
        np.clip(gap, -10, 10) / 5,
        (deep < _AREA[0]) & (y < _AREA[1]),
        aside > -1.0,
        on_touchline,
        aside > 2.0,
        deep < -0.5,
        np.minimum(apart.min(axis=1), 8) / 4,
        np.clip(offside, -10, 10) / 5,
        (np.abs(offside) < 2) & on_touchline,
    ]
    overlap = pairwise_iou(xyxy, xyxy) * ~np.eye(n, dtype=bool)
    in_metres = np.stack([np.asarray(each, np.float64) for each in columns], axis=1)
    return np.concatenate(
        [
            in_metres * known[:, None],
            _height_off(xyxy)[:, None],
            known[:, None],
            overlap.max(axis=1)[:, None],
        ],
        axis=1,
    )


def _height_off(xyxy: Float64) -> Float64:
    """By what share (n,) each box is higher or lower than its row asks, at most 1."""
    height, foot = xyxy[:, 3] - xyxy[:, 1], xyxy[:, 3]
    if len(xyxy) < 4:
        return np.zeros(len(xyxy))
    row = np.stack([foot, np.ones(len(foot))], axis=1)
    expected = row @ np.linalg.lstsq(row, height, rcond=None)[0]
    expected = np.maximum(expected, 0.1 * height.mean())
    return np.asarray(np.minimum(np.abs(height / expected - 1), 1.0))
