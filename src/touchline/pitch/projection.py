"""The units in which homographies are fitted, and the side of one that is in front.

Units keep every number near one: image points are centred and divided by the width of the image,
pitch points are divided by 50 metres.
"""

import numpy as np
import numpy.typing as npt

from touchline.arrays import Float64

METRES_PER_UNIT = 50.0


def inverse(matrix: Float64) -> Float64:
    """Return the inverse of `matrix` (3, 3); it keeps the side that is in front."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def facing(matrix: Float64, points: npt.ArrayLike) -> Float64:
    """Scale `matrix` (3, 3) to norm 1 with most of `points` (n, 2) in front (positive depth)."""
    depth = np.asarray(points, np.float64) @ matrix[2, :2] + matrix[2, 2]
    sign = 1.0 if 2 * np.count_nonzero(depth > 0) >= len(depth) else -1.0
    return np.asarray(matrix * (sign / np.linalg.norm(matrix)))


def image_units(size: tuple[int, int]) -> Float64:
    """Return the (3, 3) matrix from pixels to image units for an image of (width, height)."""
    width, height = size
    return np.array(
        [[1 / width, 0, -0.5], [0, 1 / width, -height / (2 * width)], [0, 0, 1]], np.float64
    )


def pitch_units() -> Float64:
    """Return the (3, 3) matrix from metres to pitch units."""
    return np.diag([1 / METRES_PER_UNIT, 1 / METRES_PER_UNIT, 1.0])
