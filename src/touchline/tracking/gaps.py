"""Boxes for the frames between two detections of one track."""

import numpy as np

from touchline.arrays import Float64
from touchline.geometry import warp_boxes


def between(
    first: Float64, last: Float64, motions: Float64, *, shares: Float64 | None = None
) -> Float64:
    """Interpolate boxes from one frame to a later one, in coordinates that pan with the camera.

    Both ends are carried by the camera's motion into each frame between, and mixed there in
    proportion to time; a straight run on the pitch so stays straight when the camera pans.

    Args:
        first: (n, 4) boxes in frame a.
        last: (n, 4) boxes of the same objects in frame b = a + k.
        motions: (k, 3, 3) homographies, the i-th from frame a + i to frame a + i + 1.
        shares: (k - 1,) of the time from a to b at which the frames between lie; None is evenly.

    Returns:
        (k - 1, n, 4) boxes in frames a + 1 to b - 1.
    """
    steps = len(motions)
    if shares is None:
        shares = np.arange(1, steps) / steps
    from_first: Float64 = np.eye(3)
    to_last: list[Float64] = [np.eye(3)]
    for motion in motions[:0:-1]:
        to_last.append(to_last[-1] @ motion)
    filled = np.empty((max(steps - 1, 0), len(first), 4))
    for index in range(steps - 1):
        from_first = motions[index] @ from_first
        from_last = np.asarray(np.linalg.inv(to_last[steps - 1 - index]), dtype=np.float64)
        part = shares[index]
        filled[index] = (1 - part) * warp_boxes(first, from_first)
        filled[index] += part * warp_boxes(last, from_last)
    return filled


def discounted(
    first: Float64,
    last: Float64,
    steps: float,
    *,
    half_life: float,
    inner: Float64 | None = None,
) -> Float64:
    """Confidence (k, n) between two detections: the lower end, less far from both.

    Args:
        first: (n,) confidence at the start.
        last: (n,) confidence at the end.
        steps: Frames from start to end.
        half_life: Distance to the nearer end, in frames, that halves the confidence.
        inner: (k,) places between 0 and ``steps``, in frames; None is each whole one.
    """
    if inner is None:
        inner = np.arange(1.0, steps)
    distance = np.minimum(inner, steps - inner)
    fade = np.asarray(0.5 ** (distance / half_life))
    return fade[:, None] * np.minimum(first, last)[None]
