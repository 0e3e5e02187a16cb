"""Points through a plane homography, and how that moves when its nine entries move.

Fits run in *units* that keep every number near one: image points are centred and divided by the
width of the image, pitch points are divided by 50 metres.
"""

import numpy as np
import numpy.typing as npt

from touchline.arrays import Float64

METRES_PER_UNIT = 50.0


def apply(matrix: Float64, points: npt.ArrayLike) -> Float64:
    """Send points (..., n, 2) through `matrix` (..., 3, 3): (..., n, 2).

    NaN where a point lands on or behind infinity: where its third coordinate is not positive, so
    `matrix` must have its sign set (`facing`).
    """
    flat = np.asarray(points, np.float64)
    mapped = flat @ np.swapaxes(matrix[..., :2], -1, -2) + matrix[..., None, :, 2]
    depth = mapped[..., 2:]
    return np.asarray(mapped[..., :2] / np.where(depth > 1e-12, depth, np.nan))


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


def entry_jacobian(matrix: Float64, points: Float64) -> Float64:
    """Derive the images of `points` (n, 2) by the entries of `matrix`: (n, 2, 9), row-major."""
    homogeneous = np.column_stack([points, np.ones(len(points))])
    mapped = homogeneous @ matrix.T
    row = homogeneous / mapped[:, 2:]
    image = mapped[:, :2] / mapped[:, 2:]
    jacobian = np.zeros((len(points), 2, 9))
    jacobian[:, 0, 0:3] = row
    jacobian[:, 1, 3:6] = row
    jacobian[:, :, 6:9] = -image[:, :, None] * row[:, None, :]
    return jacobian


def point_jacobian(matrix: Float64, points: Float64) -> Float64:
    """Derive the images of `points` (n, 2) by the points themselves: (n, 2, 2)."""
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    image = mapped[:, :2] / mapped[:, 2:]
    numerator = matrix[None, :2, :2] - image[:, :, None] * matrix[None, 2:, :2]
    return np.asarray(numerator / mapped[:, 2:, None])
