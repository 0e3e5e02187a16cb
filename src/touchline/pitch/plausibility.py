"""Whether a camera over a real pitch could have made a homography."""

import numpy as np

from touchline.arrays import Float64
from touchline.pitch.camera import rays, skew
from touchline.pitch.fitting import PointPairs
from touchline.pitch.projection import METRES_PER_UNIT, inverse

MIN_POINTS = 4
_MIN_PITCH_SPREAD = 0.04
"""Smaller singular value of the points on the pitch: 2 m. Less is nearly a line."""

_MIN_IMAGE_SPREAD = 0.02
"""The same in the image, in widths."""

_MAX_SKEW = 0.35
"""How far the pitch's two axes may be from equally long and perpendicular; noise costs some."""

_HEIGHT_LIMITS = (2.0, 120.0)
_MIN_UPRIGHT = np.cos(np.deg2rad(25))


def is_plausible(matrix: Float64, points: PointPairs, *, height: float) -> bool:
    """Say whether `matrix` is a view of a pitch that `points` determine.

    Args:
        matrix: Pitch to image, (3, 3) float64 in units, positive depth at most points.
        points: The points that agree with it.
        height: Height of the image in image units (0.5625 for 16:9).

    Returns:
        True when the points are enough and not nearly on a line, none is behind the camera, the
        horizon leaves the lower corners of the image on the ground, and some camera with square
        pixels, held upright between 2 and 120 m above the grass, has this view.
    """
    return (
        len(np.unique(points.pitch, axis=0)) >= MIN_POINTS
        and _spread(points.pitch) > _MIN_PITCH_SPREAD
        and _spread(points.image) > _MIN_IMAGE_SPREAD
        and bool(np.all(points.pitch @ matrix[2, :2] + matrix[2, 2] > 1e-9))
        and _looks_down(matrix, height)
        and _is_upright_camera(matrix)
    )


def _spread(points: Float64) -> float:
    centred = points - points.mean(axis=0)
    return float(np.linalg.svd(centred, compute_uv=False)[-1])


def _looks_down(matrix: Float64, height: float) -> bool:
    """Both lower corners of the image must show ground that lies in front of the camera."""
    if abs(np.linalg.det(matrix)) < 1e-15:
        return False
    corners = np.array([[-0.5, height / 2, 1.0], [0.5, height / 2, 1.0]])
    ground = corners @ inverse(matrix).T
    return bool(np.all(ground[:, 2] > 0))


def _is_upright_camera(matrix: Float64) -> bool:
    """Take the view apart into a camera and ask whether one could be there."""
    along, across, origin = rays(matrix).T
    up = np.cross(along, across)
    length = np.linalg.norm(up)
    up /= length
    # The cross product of two axes of length s has length s^2: the scale of the translation.
    camera_height = -float(up @ origin) / np.sqrt(length) * METRES_PER_UNIT
    low, high = _HEIGHT_LIMITS
    # Image y runs down: an upright camera sees the pitch's "up" as -y.
    upright = -up[1] > _MIN_UPRIGHT * np.hypot(up[0], up[1])
    plain = np.linalg.norm(skew(matrix)) < _MAX_SKEW
    return bool(plain and upright and low < camera_height < high)
