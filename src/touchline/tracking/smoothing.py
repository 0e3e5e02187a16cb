"""Boxes from all detections of a track around a frame, not from the one in it.

A detector's box shakes by a few per cent of its height from frame to frame; a person does not. At
each frame a polynomial in time is fitted to the detections of a track around it, with weights that
fall off with distance (local regression, Cleveland 1979), in coordinates that move along with the
camera. Centres get a parabola, sizes a line. A weak prior on speed and acceleration keeps the fit
calm where detections are few or lie on one side only.
"""

from dataclasses import dataclass, replace

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.frame import Objects, Source
from touchline.geometry import centre_form, corner_form, warp_boxes


@dataclass(frozen=True, slots=True)
class SmoothingModel:
    """How much is averaged; times in seconds.

    Attributes:
        reach: Half of the window from which detections are taken.
        width: Standard deviation of the weights.
        prior: Weight, in detections, of zero speed, and of zero acceleration, at one second.
        enough: Sum of weights below which a track is left as it is.
    """

    reach: float = 0.3
    width: float = 0.1
    prior: tuple[float, float] = (1e-4, 1e-3)
    enough: float = 2.0


def smooth(boxes: Objects, near: list[Objects], warps: Float64, seconds: Float64) -> Objects:
    """Replace the boxes of a frame by those fitted to the detections around it.

    Detected boxes are marked ``tracked`` then; interpolated ones stay marked as such. Boxes with
    too few detections around stay as they are.

    Args:
        boxes: The frame's n boxes, no id twice.
        near: Detections in k frames around it, itself included.
        warps: (k, 3, 3) homographies from each of those frames to this one.
        seconds: (k,) their times relative to it.
    """
    lengths = [len(rows) for rows in near]
    detected = np.concatenate([rows.xyxy for rows in near])
    owner, known = _owners(boxes.tracker_id, np.concatenate([rows.tracker_id for rows in near]))
    xyxy = warp_boxes(detected[known], np.repeat(warps, lengths, axis=0)[known])
    model = SmoothingModel()
    times = np.repeat(seconds, lengths)[known]
    fitted, weight = fit(xyxy, times, owner[known], tracks=len(boxes), model=model)
    good = weight >= model.enough
    source = np.where(boxes.source == Source.DETECTED.value, Source.TRACKED.value, boxes.source)
    return replace(
        boxes,
        xyxy=np.where(good[:, None], fitted, boxes.xyxy),
        source=np.where(good, source, boxes.source),
    )


def _owners(ids: Int64, others: Int64) -> tuple[Int64, Bools]:
    """For each of the other ids, its place among ``ids`` (not empty), and whether it is there."""
    order = np.argsort(ids)
    place = order[np.searchsorted(ids[order], others).clip(max=len(ids) - 1)]
    return place, ids[place] == others


def fit(
    xyxy: Float64, seconds: Float64, owner: Int64, *, tracks: int, model: SmoothingModel
) -> tuple[Float64, Float64]:
    """Fit the boxes of several tracks at time 0.

    Args:
        xyxy: (m, 4) detections, all carried into the pixels of the frame at time 0.
        seconds: (m,) their times relative to it.
        owner: (m,) which of the tracks, 0 to n - 1, each belongs to.
        tracks: n, the number of tracks.
        model: How much is averaged.

    Returns:
        (n, 4) boxes, and (n,) the sum of the weights behind each; a box of less than
        ``model.enough`` is not to be used.
    """
    weights = np.exp(-0.5 * (seconds / model.width) ** 2)
    powers = weights[:, None] * seconds[:, None] ** np.arange(5)
    belongs = (owner == np.arange(tracks)[:, None]).astype(np.float64)
    moments = belongs @ powers
    terms = powers[:, :3, None] * centre_form(xyxy)[:, None]
    values = (belongs @ terms.reshape(-1, 12)).reshape(tracks, 3, 4)
    boxes = np.empty((tracks, 4))
    boxes[:, :2] = _fit(moments, values[:, :, :2], degree=2, prior=model.prior)
    boxes[:, 2:] = _fit(moments, values[:, :, 2:], degree=1, prior=model.prior)
    return corner_form(boxes), moments[:, 0]


def _fit(moments: Float64, values: Float64, *, degree: int, prior: tuple[float, float]) -> Float64:
    """Value at time 0 (n, k) of the weighted polynomial through moments (n, 5), (n, 3, k)."""
    size = degree + 1
    normal = moments[:, np.add.outer(np.arange(size), np.arange(size))]
    normal = normal + np.diag([1e-9, *prior][:size])
    return np.asarray(np.linalg.solve(normal, values[:, :size])[:, 0])
