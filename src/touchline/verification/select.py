"""Which objects are looked at: each track on its best views, and again when it has changed."""

import cv2
import numpy as np

from touchline.arrays import Bools, Int64
from touchline.verification.vote import TrackRecord, TrackRecords
from touchline.verification.window import WindowTable

CLOSE_UP = 0.45
"""Share of the picture's height from which a person is a close-up. The student has seen few of them
and takes half a person for none; there the detector's class stands."""
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


def select(table: WindowTable, tracks: TrackRecords, *, full: bool) -> Int64:
    """Choose what the first verifier looks at: tracks that need it, each ball and each gap.

    Args:
        table: The objects of the window.
        tracks: What is known of their tracks.
        full: Take no shortcut: choose all that may be looked at.

    Returns:
        Rows (k,) of the table, rising.
    """
    may = table.pictured & ~_close_up(table) & (~table.objects.is_filled | table.in_view)
    if full:
        return np.flatnonzero(may)
    people = table.detected_people
    return np.flatnonzero(_best_views(table, tracks, may & people) | (may & ~people))


def select_doubtful(
    table: WindowTable, rows: Int64, tracks: TrackRecords, *, at_most: int
) -> Int64:
    """Choose what the expensive verifier looks at, the most doubtful first.

    Args:
        table: The objects of the window, with the first verifier's probabilities.
        rows: Those that it has looked at (k,).
        tracks: What is known of their tracks, the first verifier's looks included.
        at_most: How many may be chosen.

    Returns:
        Rows of the table, at most ``at_most`` of those given.
    """
    single = ~table.detected_people
    margins = np.array(
        [_margin(table, row, tracks, single=bool(single[row])) for row in rows.tolist()]
    )
    # How many rows of its track stand before each: that spreads the looks over the tracks.
    track = table.objects.tracker_id[rows]
    margins += np.tril(track[:, None] == track[None], -1).sum(axis=1)
    order = np.argsort(margins, kind="stable")[: max(at_most, 0)]
    return rows[order[margins[order] < DOUBTFUL]]


def _close_up(table: WindowTable) -> Bools:
    """Which objects (n,) fill so much of their picture that no verifier knows them."""
    heights = np.array(
        [
            np.inf if frame.image is None else frame.image.shape[0] / frame.scale
            for frame in table.frames
        ]
    )
    xyxy = table.objects.xyxy
    return np.asarray(xyxy[:, 3] - xyxy[:, 1] > CLOSE_UP * heights[table.place])


def _best_views(table: WindowTable, tracks: TrackRecords, eligible: Bools) -> Bools:
    """The best views (n,) of the tracks that need a look: large, uncovered, sharp ones."""
    chosen = np.zeros(len(table.place), np.bool_)
    tracker_id = table.objects.tracker_id
    quality = table.heights * (1 - table.covered)
    for track in np.unique(tracker_id[eligible]).tolist():
        views = np.flatnonzero(eligible & (tracker_id == track))
        best = views[np.argsort(-quality[views], kind="stable")]
        count = _wanted(tracks[track], table, int(best[0]))
        if count:
            best = best[: 2 * count]
            sharpness = np.array([_sharpness(table, row) for row in best.tolist()])
            chosen[best[np.argsort(-sharpness, kind="stable")][:count]] = True
    return chosen


def _wanted(record: TrackRecord, table: WindowTable, best: int) -> int:
    """How many looks a track needs, of which row ``best`` would be the first."""
    if record.student.looks < BEST_VIEWS / 2:
        return BEST_VIEWS
    if record.margin(int(table.objects.class_id[best])) < SETTLED:
        return UNSETTLED_VIEWS
    height = table.heights[best]
    grown = max(height / record.height, record.height / height) > GROWN
    recoloured = np.linalg.norm(table.shirt(best) - record.colour) > RECOLOURED
    old = table.frame(best).time - record.looked_at >= REFRESH
    return int(grown or recoloured or old)


def _sharpness(table: WindowTable, row: int) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) in a box."""
    patch = table.patch(row)
    if min(patch.shape[:2]) < 3:
        return 0.0
    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _margin(table: WindowTable, row: int, tracks: TrackRecords, *, single: bool) -> float:
    """How far, in log odds, an object is from being called something else; new ones are nearer.

    A ball or a gap is judged by its own crop (``single``), a person by all looks at the track.
    """
    if single:
        sure = np.clip(table.verified[row], 1e-3, 1 - 1e-3)
        return float(abs(np.log(sure / (1 - sure))))
    objects = table.objects
    record = tracks[int(objects.tracker_id[row])]
    unsure = float(objects.confidence[row] < SURE)
    return record.margin(int(objects.class_id[row])) + 0.5 * min(record.expert.looks, 4.0) - unsure
