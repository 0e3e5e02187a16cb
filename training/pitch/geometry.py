"""The pitch plane as the labels know it: 32 points in metres and the homography of a frame."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from touchline.pitch.dimensions import PitchDimensions

TEMPLATE = PitchDimensions().vertices()
"""(32, 2) metres, origin at the centre spot, y up; 11, 12, 19, 20 where the D meets the box."""

ASPECT = np.array([1.0, 9 / 16])
"""Normalised points times ASPECT are in image widths: the unit of every threshold here."""


def label_homography(
    points: npt.NDArray[np.float32], visible: npt.NDArray[np.bool_], *, inlier: float = 0.02
) -> npt.NDArray[np.float64] | None:
    """Fit metres -> image widths to the visible points (32, 2, normalised), RANSAC.

    None when fewer than six points are visible, when fewer than 80 % of them agree within
    `inlier` widths, or when those that agree lie near one line (the fit would be arbitrary).
    """
    if visible.sum() < 6:
        return None
    target = points[visible] * ASPECT
    matrix, mask = cv2.findHomography(TEMPLATE[visible], target, cv2.RANSAC, inlier)
    if matrix is None or mask.mean() < 0.8:
        return None
    agreeing = TEMPLATE[visible][mask.ravel() > 0]
    spread = np.linalg.svd(agreeing - agreeing.mean(axis=0), compute_uv=False)
    return np.asarray(matrix) if spread[1] > 10 else None


def project(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Project the template by metres -> widths: (32, 2), nan for points behind the camera."""
    homogeneous = np.column_stack([TEMPLATE, np.ones(len(TEMPLATE))]) @ matrix.T
    depth = homogeneous[:, 2:]
    return np.where(depth > 1e-9, homogeneous[:, :2] / np.where(depth > 1e-9, depth, 1), np.nan)


def is_mirrored(matrix: npt.NDArray[np.float64], metres: npt.NDArray[np.float64]) -> bool:
    """Say whether metres -> widths keeps the sense of turning at `metres` (2,).

    A true view inverts it, because y points up on the pitch and down in the image.
    """
    depth = matrix[2] @ [*metres, 1.0]
    return bool(np.linalg.det(matrix) / depth**3 > 0)


def far_points(
    points: npt.NDArray[np.float32], visible: npt.NDArray[np.bool_], *, limit: float = 0.025
) -> npt.NDArray[np.bool_]:
    """Say which visible points (32,) lie over `limit` widths from where all others put them.

    All do where the labels show a mirrored pitch: near and far were exchanged.
    """
    matrix = label_homography(points, visible)
    if matrix is None:
        return np.zeros(len(points), np.bool_)
    if is_mirrored(matrix, TEMPLATE[visible].mean(axis=0)):
        return visible.copy()
    distance = np.linalg.norm(project(matrix) - points * ASPECT, axis=1)
    return np.asarray(visible & ~(distance <= limit))
