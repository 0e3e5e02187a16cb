"""Arithmetic on boxes: corner and centre form, overlap, and what a camera motion does to them."""

import numpy as np
import numpy.typing as npt

from touchline.arrays import Float64


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


def pairwise_iou(first: Float64, second: Float64) -> Float64:
    """Overlap of each of n boxes with each of m: corners (n, 4) and (m, 4) to IoU (n, m)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    union = _areas(first)[:, None] + _areas(second)[None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def warp_points(points: Float64, homography: Float64) -> Float64:
    """Move points (n, 2) in pixels through a (3, 3) homography, or one of (n, 3, 3) each."""
    moved = _times(homography[..., :2], points) + homography[..., 2]
    return np.asarray(moved[:, :2] / moved[:, 2:])


def jacobians(points: Float64, homography: Float64) -> Float64:
    """Give the derivative (n, 2, 2) of a homography (as in ``warp_points``) at points (n, 2)."""
    moved = _times(homography[..., :2], points) + homography[..., 2]
    place = moved[:, :2, None] / moved[:, 2:, None]
    bent = homography[..., :2, :2] - place * homography[..., 2:, :2]
    return np.asarray(bent / moved[:, 2:, None])


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


def _times(matrices: Float64, points: Float64) -> Float64:
    """Matrix (k, 2) or (n, k, 2) times each point (n, 2): (n, k)."""
    return matrices[..., 0] * points[:, :1] + matrices[..., 1] * points[:, 1:]


def _areas(xyxy: Float64) -> Float64:
    return np.asarray(np.prod(np.clip(xyxy[:, 2:] - xyxy[:, :2], 0, None), axis=1))
