"""From metres to pixels and back, and cutting what must not be drawn, in homogeneous coordinates.

A point is (u, v, w) and lies at (u / w, v / w). A half-space is a row of three numbers whose
product with a point is positive inside. As nothing is divided before it is cut, a line through the
horizon cannot swing round to the other side of the image.
"""

import numpy as np

from touchline.arrays import Float64


def to_pixels(homography: Float64, size: tuple[int, int]) -> Float64:
    """Invert an image-to-metres homography so that w is positive in front of the camera.

    Args:
        homography: (3, 3), pixels to metres.
        size: (width, height) of the frame; the middle of its lower edge is taken to be ground.

    Returns:
        (3, 3), metres to homogeneous pixels; w is 1 at the middle of the lower edge.
    """
    foot = homography @ np.array([size[0] / 2, size[1], 1.0])
    inverse: Float64 = np.linalg.inv(homography).astype(np.float64) * foot[2]
    return inverse


def frame_planes(size: tuple[int, int], margin: float = 0.0) -> Float64:
    """Half-spaces (5, 3) of what is in front of the camera, in the frame plus ``margin`` px."""
    width, height = size
    return np.array(
        [
            [0.0, 0.0, 1.0],
            [1.0, 0.0, margin],
            [-1.0, 0.0, width + margin],
            [0.0, 1.0, margin],
            [0.0, -1.0, height + margin],
        ]
    )


def cut_segments(segments: Float64, planes: Float64) -> Float64:
    """Keep the part of each homogeneous segment (n, 2, 3) inside all half-spaces (k, 3)."""
    for plane in planes:
        depth = segments @ plane
        segments, depth = segments[(depth > 0).any(1)], depth[(depth > 0).any(1)]
        outside = depth <= 0
        share = depth[:, 0] / np.where(outside.any(1), depth[:, 0] - depth[:, 1], 1.0)
        crossing = segments[:, 0] + share[:, None] * (segments[:, 1] - segments[:, 0])
        segments = np.where(outside[..., None], crossing[:, None], segments)
    return segments


def cut_polygon(corners: Float64, planes: Float64) -> Float64:
    """Keep the part of a convex homogeneous polygon (n, 3) inside all half-spaces (k, 3).

    Sutherland and Hodgman, "Reentrant polygon clipping", Communications of the ACM 17(1), 1974.
    """
    for plane in planes:
        kept = []
        for here, after in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            a, b = here @ plane, after @ plane
            if a > 0:
                kept.append(here)
            if (a > 0) != (b > 0):
                kept.append(here + a / (a - b) * (after - here))
        corners = np.array(kept).reshape(-1, 3)
    return corners
