"""The camera behind a homography: its focal length, and how far it is from a real one.

With square pixels and the principal point in the middle, the first two columns of K^-1 H are the
pitch's axes as the camera sees them: equally long and at right angles (Zhang, A flexible new
technique for camera calibration, 2000, section 3.1). Two conditions, one unknown: the focal length
that comes closest is the camera's, and what is left is the skew.
"""

import numpy as np

from touchline.arrays import Float64

_FOCAL_LIMITS = (0.4, 12.0)
"""Widths of the image: from an opening of 100 degrees to one of 5."""


def inverse_square_focal(along: Float64, across: Float64) -> Float64:
    """Return 1 / f^2 (...,), f the focal length in widths, for the pitch's axes (..., 3) as seen.

    The axes' product and the gap of their squares must vanish: g * dot + dot_depth = 0 and
    (g * gap + gap_depth) / 2 = 0 with g = 1 / f^2, here by least squares.
    """
    product, squares = along * across, along**2 - across**2
    dot, dot_depth = product[..., 0] + product[..., 1], product[..., 2]
    gap, gap_depth = squares[..., 0] + squares[..., 1], squares[..., 2]
    over = dot * dot_depth + gap * gap_depth / 4
    under = dot**2 + gap**2 / 4
    low, high = _FOCAL_LIMITS
    return np.asarray(np.clip(-over / np.maximum(under, 1e-30), high**-2, low**-2))


def focal_length(matrix: Float64) -> Float64:
    """Return the focal length (...,) in widths for pitch-to-image homographies (..., 3, 3)."""
    return np.asarray(inverse_square_focal(matrix[..., 0], matrix[..., 1]) ** -0.5)


def rays(matrix: Float64) -> Float64:
    """Return K^-1 H (..., 3, 3) with the camera's own focal length."""
    found = matrix.copy()
    found[..., :2, :] /= focal_length(matrix)[..., None, None]
    return found


def skew(matrix: Float64) -> Float64:
    """Return (..., 2): the cosine between the pitch's axes and the log ratio of their lengths.

    Both are 0 for a camera with square pixels.
    """
    seen = rays(matrix)
    along, across = seen[..., 0], seen[..., 1]
    lengths = np.linalg.norm(along, axis=-1), np.linalg.norm(across, axis=-1)
    cosine = np.sum(along * across, axis=-1) / (lengths[0] * lengths[1])
    return np.stack([cosine, np.log(lengths[0] / lengths[1])], axis=-1)
