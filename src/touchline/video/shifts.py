"""How the camera moved between two thumbnails: coarse, but cheap enough for every frame."""

from functools import cache
from typing import Any

import cv2
import numpy as np

from touchline.arrays import Bools, Float32, Float64, Mask

GRID = 4
"""Pixels between the points that are followed, about."""

LEAST_POINTS = 20
"""Fewer points found than this say nothing."""

TOLERANCE = 0.6
"""Pixels by which a point that agrees may be off."""

LEAST_SHARE = 0.3
"""Share of all points that has to agree."""

ZOOM = 1.25
"""Largest zoom from one frame to the next."""


def shift_between(before: Mask, after: Mask) -> Float64:
    """Displacement, turn and zoom from one grey thumbnail to the next.

    Lucas-Kanade flow of a grid of points, of which RANSAC takes what agrees. Where too little does,
    as within a dissolve, the answer is the identity.

    Args:
        before: uint8 (h, w).
        after: The same size.

    Returns:
        (3, 3) float64, from pixels of ``before`` to those of ``after``.
    """
    points = _grid(before.shape[0], before.shape[1])
    flow: Any = cv2.calcOpticalFlowPyrLK
    ends, found, _ = flow(before, after, points, None, winSize=(9, 9), maxLevel=2)
    good = found.ravel() == 1
    if good.sum() < LEAST_POINTS:
        return np.eye(3)
    shift, agree = cv2.estimateAffinePartial2D(
        points[good],
        ends[good],
        method=cv2.RANSAC,
        ransacReprojThreshold=TOLERANCE,
        maxIters=60,
        confidence=0.95,
        refineIters=3,
    )
    if shift is None or float(agree.sum()) < LEAST_SHARE * len(points):
        return np.eye(3)
    zoom = float(np.hypot(shift[0, 0], shift[1, 0]))
    return np.vstack([shift, [0.0, 0.0, 1.0]]) if 1 / ZOOM < zoom < ZOOM else np.eye(3)


def carried(tones: Mask, shift: Float64) -> tuple[Float32, Bools]:
    """A thumbnail moved by a shift, float32 (h, w), and which pixels (h, w) are still in view."""
    size = (tones.shape[1], tones.shape[0])
    moved = cv2.warpAffine(tones.astype(np.float32), shift[:2], size)
    inside = np.zeros(tones.shape, np.uint8)
    inside[2:-2, 2:-2] = 1
    in_view = cv2.warpAffine(inside, shift[:2], size, flags=cv2.INTER_NEAREST) > 0
    in_view[:2], in_view[-2:], in_view[:, :2], in_view[:, -2:] = False, False, False, False
    return np.asarray(moved, np.float32), in_view


@cache
def _grid(height: int, width: int) -> Float32:
    """Points (n, 1, 2) spread over a picture."""
    x, y = np.meshgrid(np.arange(4, width, GRID + 1), np.arange(4, height, GRID))
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)[:, None]
