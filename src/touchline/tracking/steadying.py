"""What the measured camera motion has missed, told from the people themselves.

A fast pan over bare grass in footage of few bits leaves nothing to measure the camera by, and the
answer is that it stands. Then nobody is where he is looked for, and everybody would get a new id.
But all are off by about the same, and nothing else moves a whole crowd by one step.
"""

import numpy as np

from touchline.arrays import Bools, Float64

LEAST = 5
"""Tracks, and detections, below which no crowd tells anything."""
NEAR = 0.3
"""Box heights within which a detection is where its track is looked for."""
SETTLED = 0.6
"""Share of tracks, or of detections if those are fewer, that are where they should be: no shift."""
FURTHEST = 3.0
"""Box heights that a shift has at most."""
GROWTH = 0.3
"""Difference in the natural log of the height from which a pair is not the same person."""


def missed_shift(predicted: Float64, boxes: Float64) -> Float64:
    """By how many pixels (2,) most tracks are beside what was detected; 0 where they are not.

    Args:
        predicted: (n, 4) boxes where tracks should be, in centre form.
        boxes: (m, 4) detections, in centre form.
    """
    fewer = min(len(predicted), len(boxes))
    if fewer < LEAST:
        return np.zeros(2)
    heights = np.maximum(predicted[:, None, 3], 1)
    apart = boxes[None, :, :2] - predicted[:, None, :2]
    alike = np.abs(np.log(np.maximum(boxes[None, :, 3], 1) / heights)) < GROWTH
    reach = NEAR * heights
    here = _at_place(apart, reach, alike)
    if here >= SETTLED * fewer:
        return np.zeros(2)
    shifts = apart[alike & (np.linalg.norm(apart, axis=2) < FURTHEST * heights)]
    counts = [_at_place(apart - shift, reach, alike) for shift in shifts]
    if not counts or max(counts) < max(SETTLED * fewer, here + LEAST):
        return np.zeros(2)
    left = apart - shifts[np.argmax(counts)]
    near = alike & (np.linalg.norm(left, axis=2) < reach)
    return np.asarray(np.median(apart[near], axis=0))


def _at_place(apart: Float64, reach: Float64, alike: Bools) -> int:
    """How many of n tracks have a detection near: fewer of them than there are detections near."""
    near = alike & (np.linalg.norm(apart, axis=2) < reach)
    return min(int(near.any(axis=1).sum()), int(near.any(axis=0).sum()))
