"""Which objects are looked at: each track on its best views, and again when it has changed."""

from collections.abc import Sequence

import cv2
import numpy as np

from touchline.arrays import Bools, Float64, Image, Int64
from touchline.frame import TrackedFrame
from touchline.geometry import areas, pairwise_intersection
from touchline.verification.ledger import Ledger, Record
from touchline.verification.rows import Rows

BEST_VIEWS = 5
"""Looks at a new track."""
UNSETTLED_VIEWS = 12
"""Looks in each window at a track of which it is still open what it is."""
REFRESH = 2.0
"""Seconds after which a settled track is looked at again though nothing seems to have changed."""
GROWN = 1.3
"""Ratio of heights from which a box counts as changed."""
RECOLOURED = 45.0
"""Distance in 8-bit BGR from which a shirt counts as changed: a track that took up another man."""
SETTLED = 2.0
"""Margin, in log odds, from which a few more looks would hardly change a verdict."""
DOUBTFUL = 4.0
"""Margin up to which the expensive verifier could overturn a verdict."""
SURE = 0.5
"""Score of the detector below which an object is doubtful."""


def best_views(
    rows: Rows, window: Sequence[TrackedFrame], ledger: Ledger, eligible: Bools
) -> Bools:
    """Choose the looks at people.

    Args:
        rows: The objects of the window.
        window: Its frames.
        ledger: What was said before.
        eligible: (n,) detections of people in frames with a picture.

    Returns:
        (n,) True for the best views of the tracks that need one.
    """
    chosen = np.zeros(len(rows), np.bool_)
    quality = _height(rows) * (1 - covered(rows))
    for track in np.unique(rows.tracker_id[eligible]).tolist():
        views = np.flatnonzero(eligible & (rows.tracker_id == track))
        best = views[np.argsort(-quality[views], kind="stable")]
        count = _wanted(ledger[track], rows, window, int(best[0]))
        if count:
            chosen[_sharpest(best[: 2 * count], rows, window)[:count]] = True
    return chosen


def doubtful(rows: Rows, candidates: Int64, ledger: Ledger, looks: int) -> Int64:
    """Choose what the expensive verifier sees: at most ``looks`` rows, the most doubtful first.

    Args:
        rows: The objects of the window, with the first verifier's ``probability``.
        candidates: Rows (k,) that the first verifier has looked at.
        ledger: What was said before, this window's first looks included.
        looks: How many may be spent.
    """
    margins = np.array([_margin(rows, row, ledger) for row in candidates.tolist()])
    margins += _again(rows.tracker_id[candidates])
    order = np.argsort(margins, kind="stable")[: max(looks, 0)]
    return candidates[order[margins[order] < DOUBTFUL]]


def note_look(record: Record, rows: Rows, row: int, shown: TrackedFrame) -> None:
    """Remember how a track looked when it was last looked at."""
    record.looked_at = shown.time
    record.height = float(_height(rows[row : row + 1])[0])
    record.colour = _shirt(shown, rows.xyxy[row])


def _wanted(record: Record, rows: Rows, window: Sequence[TrackedFrame], best: int) -> int:
    """How many looks a track needs, of which row ``best`` would be the first."""
    if record.student.looks < BEST_VIEWS / 2:
        return BEST_VIEWS
    if record.margin(int(rows.class_id[best])) < SETTLED:
        return UNSETTLED_VIEWS
    shown = window[rows.place[best]]
    height = _height(rows[best : best + 1])[0]
    grown = max(height / record.height, record.height / height) > GROWN
    recoloured = np.linalg.norm(_shirt(shown, rows.xyxy[best]) - record.colour) > RECOLOURED
    old = shown.time - record.looked_at >= REFRESH
    return int(grown or recoloured or old)


def _margin(rows: Rows, row: int, ledger: Ledger) -> float:
    """How far, in log odds, an object is from being called something else; new ones are nearer."""
    if rows.is_ball[row] or rows.is_filled[row]:
        sure = np.clip(rows.probability[row], 1e-3, 1 - 1e-3)
        return float(abs(np.log(sure / (1 - sure))))
    record = ledger[int(rows.tracker_id[row])]
    unsure = float(rows.confidence[row] < SURE)
    return record.margin(int(rows.class_id[row])) + 0.5 * min(record.expert.looks, 4.0) - unsure


def _again(tracker_id: Int64) -> Float64:
    """For each row (k,), how many rows of its track stand before it: spread the looks."""
    same = tracker_id[:, None] == tracker_id[None]
    return np.asarray(np.tril(same, -1).sum(axis=1), np.float64)


def _sharpest(views: Int64, rows: Rows, window: Sequence[TrackedFrame]) -> Int64:
    """Sort rows by the sharpness of their pictures, best first."""
    sharpness = [_sharpness(window[rows.place[row]], rows.xyxy[row]) for row in views.tolist()]
    return views[np.argsort(-np.array(sharpness), kind="stable")]


def _sharpness(shown: TrackedFrame, xyxy: Float64) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) in a box."""
    patch = _patch(shown, xyxy)
    if min(patch.shape[:2]) < 3:
        return 0.0
    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _shirt(shown: TrackedFrame, xyxy: Float64) -> Float64:
    """Mean BGR (3,) of the middle of the upper body."""
    left, top, right, bottom = xyxy
    width, height = right - left, bottom - top
    upper = np.array(
        [left + 0.3 * width, top + 0.2 * height, right - 0.3 * width, top + 0.5 * height]
    )
    patch = _patch(shown, upper)
    return np.asarray(patch.reshape(-1, 3).mean(axis=0)) if patch.size else np.zeros(3)


def _patch(shown: TrackedFrame, xyxy: Float64) -> Image:
    """The part of the picture in a box, clipped to it; perhaps empty."""
    assert shown.image is not None, "only frames with a picture are looked at"
    height, width = shown.image.shape[:2]
    left, top, right, bottom = np.clip(
        xyxy * shown.scale, 0, (width, height, width, height)
    ).astype(int)
    return shown.image[top : max(bottom, top), left : max(right, left)]


def _height(rows: Rows) -> Float64:
    return np.maximum(rows.xyxy[:, 3] - rows.xyxy[:, 1], 1.0)


def covered(rows: Rows) -> Float64:
    """Largest share (n,) of each box that another box of its frame covers."""
    share = np.zeros(len(rows))
    for place in np.unique(rows.place).tolist():
        here = np.flatnonzero(rows.place == place)
        share[here] = _shares(rows.xyxy[here])
    return share


def _shares(xyxy: Float64) -> Float64:
    shared = pairwise_intersection(xyxy, xyxy)
    np.fill_diagonal(shared, 0)
    area = np.maximum(areas(xyxy), 1.0)
    return np.asarray((shared / area[:, None]).max(axis=1, initial=0.0).clip(max=1.0))
