"""How good tracks are against labelled ones: HOTA, IDF1, MOTA.

Pure functions: two tables of boxes in, a frozen dataclass out. They agree with TrackEval 1.3, the
reference implementation; stored results of it are the tests.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.arrays import Float64, Int64
from touchline.geometry import pairwise_iou

ALPHAS: Float64 = np.arange(0.05, 0.99, 0.05)
"""IoU from which a pair counts as a match in HOTA; (19,)."""
EPSILON = float(np.finfo(float).eps)
Similarity = Callable[[Int64, Int64], Float64]
"""How alike rows (n,) of the labels and rows (m,) of the result are: (n, m), 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackedBoxes:
    """Boxes of a whole video, one row each, in any order.

    Attributes:
        frame: int64 (n,).
        tracker_id: int64 (n,), once per frame at most.
        xyxy: float64 (n, 4) pixels.
        confidence: float64 (n,).
        class_id: int64 (n,), as the file numbers its classes.
    """

    frame: Int64
    tracker_id: Int64
    xyxy: Float64
    confidence: Float64
    class_id: Int64

    def __post_init__(self) -> None:
        n = len(self.frame)
        lengths = [len(self.tracker_id), len(self.xyxy), len(self.confidence), len(self.class_id)]
        if any(length != n for length in lengths) or self.xyxy.shape != (n, 4):
            raise ValueError(f"columns of unequal length: {[n, *lengths]}, xyxy {self.xyxy.shape}")
        if len(np.unique(np.stack([self.frame, self.tracker_id]), axis=1).T) != n:
            raise ValueError("an id occurs twice in one frame")


@dataclass(frozen=True, slots=True, eq=False)
class Hota:
    """Higher order tracking accuracy; all but ``by_alpha`` are means over ``ALPHAS``, 0 to 1.

    Attributes:
        hota: Geometric mean of detection and association accuracy.
        det_a: Detection accuracy.
        ass_a: Association accuracy.
        loc_a: Mean IoU of the matches.
        by_alpha: HOTA at each of ``ALPHAS`` (19,).
        sums: What videos are combined by.
    """

    hota: float
    det_a: float
    ass_a: float
    loc_a: float
    by_alpha: Float64
    sums: "HotaSums"


@dataclass(frozen=True, slots=True, eq=False)
class HotaSums:
    """Sums over the matches at each of ``ALPHAS``; those of several videos add up.

    Attributes:
        hits: Matches (19,).
        boxes: Labelled and predicted boxes together.
        association: Sum of ``TPA / (TPA + FNA + FPA)`` over the matches (19,).
        overlap: Sum of IoU over the matches (19,).
    """

    hits: Float64
    boxes: float
    association: Float64
    overlap: Float64

    def __add__(self, other: "HotaSums") -> "HotaSums":
        return HotaSums(
            self.hits + other.hits,
            self.boxes + other.boxes,
            self.association + other.association,
            self.overlap + other.overlap,
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity scores at IoU 0.5: ``idf1``, and the counts of boxes behind it."""

    idf1: float
    true_positives: int
    false_positives: int
    false_negatives: int


@dataclass(frozen=True, slots=True)
class Clear:
    """CLEAR scores at IoU 0.5: ``mota`` (may be negative), and the counts behind it."""

    mota: float
    true_positives: int
    false_positives: int
    false_negatives: int
    switches: int


class _Frame(NamedTuple):
    """Labelled ids (n,), predicted ids (m,), both counted from 0, and their overlap (n, m)."""

    labelled: Int64
    predicted: Int64
    iou: Float64


def hota(
    truth: TrackedBoxes, predicted: TrackedBoxes, *, similarity: Similarity | None = None
) -> Hota:
    """Score tracks by HOTA (Luiten et al. 2021, IJCV 129).

    At each threshold ``alpha``: ``HOTA = sqrt(DetA * AssA)`` with ``DetA = TP / (TP + FN + FP)``
    and ``AssA`` the mean over the matches of ``TPA / (TPA + FNA + FPA)``, counted over the whole
    video for the match's pair of ids. Matches maximise overlap times how well the two ids fit
    together in the whole video.

    Args:
        truth: The labels.
        predicted: The result.
        similarity: What counts as overlap; IoU unless told.
    """
    frames, sizes = _aligned(truth, predicted, similarity)
    fit, counts = _fit(frames, sizes)
    together = np.zeros((len(ALPHAS), *sizes))
    total_iou = np.zeros(len(ALPHAS))
    for frame in frames:
        pair = fit[np.ix_(frame.labelled, frame.predicted)] * frame.iou
        rows, columns = linear_sum_assignment(-pair)
        iou = frame.iou[rows, columns]
        matched = iou[None] >= ALPHAS[:, None] - EPSILON
        together[:, frame.labelled[rows], frame.predicted[columns]] += matched
        total_iou += (matched * iou).sum(axis=1)
    return _hota(_sums(together, counts, total_iou))


def combined_hota(videos: Sequence[Hota]) -> Hota:
    """Score several videos as one, as TrackEval does: over all their boxes, not as a mean."""
    nothing = np.zeros(len(ALPHAS))
    return _hota(sum((each.sums for each in videos), HotaSums(nothing, 0.0, nothing, nothing)))


def identity(truth: TrackedBoxes, predicted: TrackedBoxes) -> Identity:
    """Score tracks by IDF1 (Ristani et al. 2016): ``2 IDTP / (2 IDTP + IDFP + IDFN)``.

    Each labelled id is paired with at most one predicted id, so that the number of boxes that
    overlap by at least 0.5 within the pairs, IDTP, is as high as can be.
    """
    frames, sizes = _aligned(truth, predicted)
    together = np.zeros(sizes)
    for frame in frames:
        together[np.ix_(frame.labelled, frame.predicted)] += frame.iou >= 0.5
    hits = int(together[linear_sum_assignment(-together)].sum())
    wrong, missed = len(predicted.frame) - hits, len(truth.frame) - hits
    return _identity(hits, wrong, missed)


def combined_identity(videos: Sequence[Identity]) -> Identity:
    """Score several videos as one: by the sums of their boxes."""
    return _identity(
        sum(each.true_positives for each in videos),
        sum(each.false_positives for each in videos),
        sum(each.false_negatives for each in videos),
    )


def _identity(hits: int, wrong: int, missed: int) -> Identity:
    return Identity(2 * hits / max(1, 2 * hits + wrong + missed), hits, wrong, missed)


def clear(truth: TrackedBoxes, predicted: TrackedBoxes) -> Clear:
    """Score tracks by MOTA (Bernardin and Stiefelhagen 2008): ``1 - (FN + FP + IDSW) / boxes``.

    Matches of the last frame are kept while they still overlap by 0.5; a switch is a labelled id
    whose match differs from its last one.
    """
    frames, (n_labelled, _) = _aligned(truth, predicted)
    last_frame = np.full(n_labelled, -1, dtype=np.int64)
    last_ever = np.full(n_labelled, -1, dtype=np.int64)
    hits = switches = 0
    for frame in frames:
        if not frame.iou.size:
            continue
        labelled, given = _clear_matches(frame, last_frame)
        before = last_ever[labelled]
        switches += int(((before >= 0) & (before != given)).sum())
        hits += len(labelled)
        last_ever[labelled] = given
        last_frame[:] = -1
        last_frame[labelled] = given
    wrong, missed = len(predicted.frame) - hits, len(truth.frame) - hits
    score = _clear(hits, wrong, missed, switches)
    # TrackEval's answer for one video without labels; several go by their sums.
    return score if len(truth.frame) else replace(score, mota=0.0)


def combined_clear(videos: Sequence[Clear]) -> Clear:
    """Score several videos as one: by the sums of their boxes and switches."""
    return _clear(
        sum(each.true_positives for each in videos),
        sum(each.false_positives for each in videos),
        sum(each.false_negatives for each in videos),
        sum(each.switches for each in videos),
    )


def _clear(hits: int, wrong: int, missed: int, switches: int) -> Clear:
    return Clear((hits - wrong - switches) / max(1, hits + missed), hits, wrong, missed, switches)


def _clear_matches(frame: _Frame, last: Int64) -> tuple[Int64, Int64]:
    """Matched labelled ids and the predicted ids they got."""
    worth = frame.iou + 1000.0 * (frame.predicted[None] == last[frame.labelled][:, None])
    worth[frame.iou < 0.5 - EPSILON] = 0
    rows, columns = linear_sum_assignment(-worth)
    kept = worth[rows, columns] > EPSILON
    return frame.labelled[rows[kept]], frame.predicted[columns[kept]]


def _fit(frames: list[_Frame], sizes: tuple[int, int]) -> tuple[Float64, tuple[Float64, Float64]]:
    """How well each pair of ids fits over the video (n, m), and how often each id occurs."""
    shared = np.zeros(sizes)
    labelled, predicted = np.zeros((sizes[0], 1)), np.zeros((1, sizes[1]))
    for frame in frames:
        union = frame.iou.sum(0)[None] + frame.iou.sum(1)[:, None] - frame.iou
        part = np.divide(frame.iou, union, out=np.zeros_like(union), where=union > EPSILON)
        shared[np.ix_(frame.labelled, frame.predicted)] += part
        labelled[frame.labelled] += 1
        predicted[0, frame.predicted] += 1
    return shared / (labelled + predicted - shared), (labelled, predicted)


def _sums(together: Float64, counts: tuple[Float64, Float64], overlap: Float64) -> HotaSums:
    """Turn counts of matches (19, n, m), of ids, and summed overlap (19,) into sums."""
    labelled, predicted = counts
    jaccard = together / np.maximum(1, labelled + predicted - together)
    return HotaSums(
        hits=together.sum(axis=(1, 2)),
        boxes=float(labelled.sum() + predicted.sum()),
        association=(together * jaccard).sum(axis=(1, 2)),
        overlap=overlap,
    )


def _hota(sums: HotaSums) -> Hota:
    det_a = sums.hits / np.maximum(1, sums.boxes - sums.hits)
    ass_a = sums.association / np.maximum(1, sums.hits)
    loc_a = np.maximum(1e-10, sums.overlap) / np.maximum(1e-10, sums.hits)
    by_alpha = np.sqrt(det_a * ass_a)
    return Hota(
        float(by_alpha.mean()),
        float(det_a.mean()),
        float(ass_a.mean()),
        float(loc_a.mean()),
        by_alpha,
        sums,
    )


def _aligned(
    truth: TrackedBoxes, predicted: TrackedBoxes, similarity: Similarity | None = None
) -> tuple[list[_Frame], tuple[int, int]]:
    """Both sides frame by frame, ids counted from 0, and the number of ids on each side."""
    labelled_ids, labelled = np.unique(truth.tracker_id, return_inverse=True)
    predicted_ids, guessed = np.unique(predicted.tracker_id, return_inverse=True)

    alike = similarity or (lambda m, p: pairwise_iou(truth.xyxy[m], predicted.xyxy[p]))
    frames = [
        _Frame(labelled[mine], guessed[theirs], alike(mine, theirs))
        for mine, theirs in rows_by_frame(truth.frame, predicted.frame)
    ]
    return frames, (len(labelled_ids), len(predicted_ids))


def rows_by_frame(labelled: Int64, predicted: Int64) -> Iterator[tuple[Int64, Int64]]:
    """Yield the rows of either side for each frame number that occurs, ascending."""
    for number in np.union1d(labelled, predicted):
        yield np.flatnonzero(labelled == number), np.flatnonzero(predicted == number)
