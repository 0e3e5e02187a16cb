"""Boxes in the image, and points through a homography.

Boxes are corners (n, 4) x1, y1, x2, y2 unless they are called centred. A homography is (3, 3); its
product with a point is homogeneous, (u, v, w), and lies at (u / w, v / w): behind the camera where
its w has the wrong sign.
"""

import numpy as np
import numpy.typing as npt

from touchline.arrays import Float64, Floats


def centre_form(xyxy: npt.ArrayLike) -> Float64:
    """Turn corners (n, 4) into (n, 4) centre x, centre y, width, height."""
    corners = np.asarray(xyxy, dtype=np.float64).reshape(-1, 4)
    low, high = corners[:, :2], corners[:, 2:]
    return np.concatenate([(low + high) / 2, high - low], axis=1)


def corner_form(cxcywh: npt.ArrayLike) -> Float64:
    """Turn (n, 4) centre x, centre y, width, height into corners (n, 4)."""
    centred = np.asarray(cxcywh, dtype=np.float64).reshape(-1, 4)
    centre, half = centred[:, :2], centred[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def areas(xyxy: Floats) -> Floats:
    """Areas (n,) of boxes (n, 4); 0 where a box is empty. The dtype stays."""
    sides: Floats = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 0)
    return sides[:, 0] * sides[:, 1]


def pairwise_intersection(first: Floats, second: Floats) -> Floats:
    """Area that each of n boxes shares with each of m: (n, 4) and (m, 4) to (n, m)."""
    # Axis by axis: over pairs of numbers NumPy's inner loop is two long, and several times as slow.
    low = [np.maximum(first[:, None, axis], second[None, :, axis]) for axis in (0, 1)]
    high = [np.minimum(first[:, None, axis], second[None, :, axis]) for axis in (2, 3)]
    width, height = (np.maximum(end - start, 0) for start, end in zip(low, high, strict=True))
    shared: Floats = width * height
    return shared


def covered_shares(xyxy: Float64, *, nearer_only: bool = False) -> Float64:
    """Largest share (n,) of each box (n, 4) that another one covers, 0 to 1.

    Args:
        xyxy: The boxes.
        nearer_only: Leave out those that stand higher in the picture: they are behind.
    """
    shared = pairwise_intersection(xyxy, xyxy)
    np.fill_diagonal(shared, 0)
    if nearer_only:
        shared *= xyxy[None, :, 3] > xyxy[:, None, 3]
    area = np.maximum(areas(xyxy), 1.0)
    return np.asarray((shared / area[:, None]).max(axis=1, initial=0.0).clip(max=1.0))


def pairwise_iou(first: Floats, second: Floats) -> Floats:
    """Overlap of each of n boxes with each of m: (n, 4) and (m, 4) to IoU (n, m), 0 to 1.

    The dtype stays. Two empty boxes do not overlap.
    """
    shared = pairwise_intersection(first, second)
    union = areas(first)[:, None] + areas(second)[None] - shared
    overlap: Floats = shared / np.maximum(union, np.finfo(union.dtype).tiny)
    return overlap


def through(points: npt.ArrayLike, matrix: Float64) -> Float64:
    """Send points through a homography, or through a camera that projects from space.

    Args:
        points: (..., n, k).
        matrix: (..., 3, k + 1), one for all n points: a homography with k = 2, a camera with k = 3.

    Returns:
        (..., n, 3), homogeneous.
    """
    moved = np.asarray(points, np.float64) @ np.swapaxes(matrix[..., :-1], -1, -2)
    shift = matrix[..., None, :, -1] if matrix.ndim > 2 else matrix[:, -1]
    return np.asarray(moved + shift)


def plain(points: Float64) -> Float64:
    """Divide (..., 3) homogeneous points by their w; gives (..., 2)."""
    return np.asarray(points[..., :2] / points[..., 2:])


def project_points(points: npt.ArrayLike, homography: Float64) -> Float64:
    """Send points (..., n, 2) through a homography (..., 3, 3) with its sign set: (..., n, 2).

    NaN where a point lands on or behind infinity: where its w is not positive.
    """
    moved = through(points, homography)
    depth = moved[..., 2:]
    return np.asarray(moved[..., :2] / np.where(depth > 1e-12, depth, np.nan))


def warp_points(points: Float64, homography: Float64) -> Float64:
    """Move points (n, 2) with the camera: by one (3, 3) homography, or one of (n, 3, 3) each.

    Nothing lands behind the camera when it moves from one frame to the next: no sign is looked at.
    """
    return plain(_warped(points, homography))


def jacobians(points: Float64, homography: Float64) -> Float64:
    """Give the derivative (n, 2, 2) of a homography (as in ``warp_points``) at points (n, 2)."""
    return point_jacobians(_warped(points, homography), homography)


def point_jacobians(moved: Float64, homography: Float64) -> Float64:
    """Derive the images of points by the points themselves.

    Args:
        moved: (n, 3), where the homography sends them, homogeneous: see ``through``.
        homography: (3, 3), or (n, 3, 3): one each.

    Returns:
        (n, 2, 2).
    """
    place = moved[:, :2, None] / moved[:, 2:, None]
    bent = homography[..., :2, :2] - place * homography[..., 2:, :2]
    return np.asarray(bent / moved[:, 2:, None])


def entry_jacobians(points: Float64, homography: Float64) -> Float64:
    """Derive the images of points (n, 2) by the entries of a (3, 3): (n, 2, 9), row-major."""
    homogeneous = np.column_stack([points, np.ones(len(points))])
    moved = homogeneous @ homography.T
    row = homogeneous / moved[:, 2:]
    jacobian = np.zeros((len(points), 2, 9))
    jacobian[:, 0, 0:3] = row
    jacobian[:, 1, 3:6] = row
    jacobian[:, :, 6:9] = -plain(moved)[:, :, None] * row[:, None, :]
    return jacobian


def local_scales(points: Float64, homography: Float64) -> Float64:
    """By how much a homography enlarges lengths at points (n, 2): factors (n,)."""
    turn = jacobians(points, homography)
    area = turn[:, 0, 0] * turn[:, 1, 1] - turn[:, 0, 1] * turn[:, 1, 0]
    return np.asarray(np.sqrt(np.abs(area)))


def warp_boxes(xyxy: Float64, homography: Float64) -> Float64:
    """Move boxes (n, 4) with the camera: centres by the homography, sizes by its local scale.

    People stay upright in the picture, so a box keeps its shape: its corners are not warped one by
    one, which would shear it. One (3, 3) homography for all, or (n, 3, 3).
    """
    boxes = centre_form(xyxy)
    moved = warp_points(boxes[:, :2], homography)
    sizes = boxes[:, 2:] * local_scales(boxes[:, :2], homography)[:, None]
    return corner_form(np.concatenate([moved, sizes], axis=1))


def _warped(points: Float64, homography: Float64) -> Float64:
    """(n, 3) homogeneous, as ``through``, but one homography for each point if need be."""
    by_x, by_y, shift = homography[..., 0], homography[..., 1], homography[..., 2]
    return np.asarray(by_x * points[:, :1] + by_y * points[:, 1:] + shift)
