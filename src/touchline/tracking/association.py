"""Which detection belongs to which track."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.arrays import Float64, Indices
from touchline.geometry import corner_form, pairwise_iou
from touchline.tracking.kalman import VALUE, VAR

GATE, WIDE_GATE = 36.0, 100.0
"""Squared Mahalanobis distance of centres beyond which a pair is impossible; and for what is left
over of tracks seen a moment ago: the camera's motion may have been a little off."""
FAR = 36.0
"""The one that costs half as much as no overlap at all."""
KIT = 1.0
"""What quite another look costs: as much as no overlap at all."""
EXPANSION = 0.5
"""By how much of its size a box is enlarged on each side before overlap is measured."""


def costs(
    state: Float64,
    boxes: Float64,
    variance: Float64,
    *,
    unlike: Float64 | None = None,
    gate: float = GATE,
) -> Float64:
    """Cost (n, m) of giving each of m detections to each of n predicted tracks; inf = impossible.

    Small boxes of quick players often do not overlap their prediction at all, so the overlap is
    that of enlarged boxes (Yang et al. 2023, C-BIoU) and is joined by the distance of the centres
    in standard deviations of the prediction, which also holds back far pairs, and by the change in
    height, which tells a near player from a far one behind, and by how unlike both look: that
    keeps apart opponents who stop together, and finds people after a blind spell.

    Args:
        state: (n, 5, 4) predicted states, see ``kalman.MotionModel``.
        boxes: (m, 4) detections in centre form.
        variance: (m, 4) their variance.
        unlike: (n, m) how unlike both look, 0 to 1, see ``appearance.unlikeness``; None is not
            known.
        gate: Squared Mahalanobis distance of centres beyond which a pair is impossible.
    """
    predicted = state[:, VALUE]
    spread = state[:, VAR, None] + variance[None]
    distance = (((predicted[:, None] - boxes[None]) ** 2) / spread)[:, :, :2].sum(axis=2)
    overlap = pairwise_iou(_enlarged(predicted), _enlarged(boxes))
    growth = np.abs(np.log(np.maximum(boxes[None, :, 3], 1) / np.maximum(predicted[:, 3:], 1)))
    total = (1 - overlap) + 0.5 * distance / FAR + 0.5 * growth
    if unlike is not None:
        total += KIT * unlike
    return np.where((distance > gate) | (growth > 0.7), np.inf, total)


def assign(cost: Float64) -> tuple[Indices, Indices]:
    """Pick the pairs (rows, columns) of least total cost, most pairs first; inf is never picked.

    Kuhn-Munkres, as in Bewley et al. 2016 (SORT).
    """
    possible = np.isfinite(cost)
    if not possible.any():
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    rows, columns = linear_sum_assignment(np.where(possible, cost, 1e4))
    kept = possible[rows, columns]
    return rows[kept], columns[kept]


def _enlarged(boxes: Float64) -> Float64:
    grown = boxes.copy()
    grown[:, 2:] *= 1 + 2 * EXPANSION
    return corner_form(grown)
