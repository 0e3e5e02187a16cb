"""How good boxes are: COCO's average precision, and balls found against balls imagined.

Lin et al. 2014, "Microsoft COCO", and its evaluation code: the numbers are those of pycocotools.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Bools, Float64, Indices, Int64
from touchline.evaluation.labels import LabelledFrames, LabelledObjects
from touchline.frame import ClassId
from touchline.geometry import areas, pairwise_intersection, pairwise_iou

IOU_THRESHOLDS: Float64 = np.linspace(0.5, 0.95, 10)
RECALLS: Float64 = np.linspace(0.0, 1.0, 101)
MAX_DETECTIONS = 100
"""Boxes of one class that count in one frame, the surest ones."""
NEAR_PIXELS = 15.0
"""Distance of the centres within which a ball counts as found."""


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Boxes of one class, held against the labels of some frames; the parts of a match add up.

    Attributes:
        score: float64 (d,).
        hit: bool (10, d), whether each found a label, by ``IOU_THRESHOLDS``.
        ignored: bool (10, d), whether what it found is not asked for.
        labelled: Number of labels that are asked for.
    """

    score: Float64
    hit: Bools
    ignored: Bools
    labelled: int


@dataclass(frozen=True, slots=True, eq=False)
class AveragePrecision:
    """Average precision of one class, 0 to 1; NaN without labels.

    Attributes:
        by_iou: float64 (10,), at each of ``IOU_THRESHOLDS``.
        recall: float64 (10,), share of the labels found by all boxes at each threshold.
        labelled: Number of labels.
    """

    by_iou: Float64
    recall: Float64
    labelled: int

    @property
    def ap(self) -> float:
        """Mean over the thresholds: COCO's AP."""
        return float(self.by_iou.mean())

    @property
    def ap50(self) -> float:
        """At IoU 0.5."""
        return float(self.by_iou[0])

    @property
    def ap75(self) -> float:
        """At IoU 0.75."""
        return float(self.by_iou[5])


@dataclass(frozen=True, slots=True)
class BallCount:
    """Balls at one threshold of confidence; the counts of several matches add up.

    Attributes:
        threshold: Confidence from which a ball counts.
        found: Labelled balls with a ball within 15 pixels.
        labelled: Labelled balls.
        false: Balls that are at no labelled one, or are the second there.
        frames: Frames looked at.
    """

    threshold: float
    found: int
    labelled: int
    false: int
    frames: int

    @property
    def recall(self) -> float:
        """Share of the labelled balls that were found; NaN without any."""
        return self.found / self.labelled if self.labelled else float("nan")

    @property
    def false_per_frame(self) -> float:
        """Balls imagined in a frame; NaN without frames."""
        return self.false / self.frames if self.frames else float("nan")


def match_class(truth: LabelledFrames, found: LabelledFrames, class_id: int) -> Matched:
    """Pair boxes of one class with labels, frame by frame, the surest first.

    A box takes the label that it overlaps most among those that no surer box has, from the
    threshold on; one that is asked for goes before one that is not. Overlap with a label that is
    not asked for is the share of the box inside it, and many boxes may take it (COCO's crowd).
    """
    mine = found.objects.where(found.objects.class_id == class_id)
    theirs = truth.objects.where(truth.objects.class_id == class_id)
    parts = [
        _match_frame(mine.where(mine.frame == frame), theirs.where(theirs.frame == frame))
        for frame in range(len(truth))
    ]
    return joined(parts)


def joined(parts: Sequence[Matched]) -> Matched:
    """Several matches as one."""
    rows = len(IOU_THRESHOLDS)
    return Matched(
        np.concatenate([np.zeros(0), *(part.score for part in parts)]),
        np.concatenate([np.zeros((rows, 0), bool), *(part.hit for part in parts)], axis=1),
        np.concatenate([np.zeros((rows, 0), bool), *(part.ignored for part in parts)], axis=1),
        sum(part.labelled for part in parts),
    )


def average_precision(matched: Matched) -> AveragePrecision:
    """COCO's average precision: the mean over 101 recalls of the best precision from there on."""
    order = np.argsort(-matched.score, kind="stable")
    counted = ~matched.ignored[:, order]
    right = (matched.hit[:, order] & counted).cumsum(axis=1)
    wrong = (~matched.hit[:, order] & counted).cumsum(axis=1)
    if not matched.labelled:
        unknown = np.full(len(IOU_THRESHOLDS), np.nan)
        return AveragePrecision(unknown, unknown, 0)
    rows = zip(right, wrong, strict=True)
    by_iou = [_interpolated(*row, labelled=matched.labelled) for row in rows]
    recall = right[:, -1] / matched.labelled if len(order) else np.zeros(len(IOU_THRESHOLDS))
    return AveragePrecision(np.array(by_iou), recall, matched.labelled)


def detection(
    truth: LabelledFrames, found: LabelledFrames, *, classes: Iterable[int] = tuple(ClassId)
) -> dict[int, AveragePrecision]:
    """Average precision of each class; ``found`` is aligned with ``truth``."""
    return {
        class_id: average_precision(match_class(truth, found, class_id)) for class_id in classes
    }


def mean_ap(precisions: Iterable[AveragePrecision]) -> float:
    """Mean of AP over the classes that have labels: COCO's mAP. NaN without any."""
    known = [each.ap for each in precisions if each.labelled]
    return float(np.mean(known)) if known else float("nan")


def count_balls(
    truth: LabelledFrames, found: LabelledFrames, thresholds: Sequence[float]
) -> list[BallCount]:
    """Count balls found and imagined at each threshold of confidence.

    Each labelled ball takes the surest ball whose centre is within 15 pixels and that no other
    took. Balls at a label that is not asked for count neither way.
    """
    mine = found.objects.where(found.objects.class_id == ClassId.BALL)
    theirs = truth.objects.where(truth.objects.class_id == ClassId.BALL)
    pairs = [
        (mine.where(mine.frame == frame), theirs.where(theirs.frame == frame))
        for frame in range(len(truth))
    ]
    return [_count_balls(pairs, threshold) for threshold in thresholds]


def _count_balls(
    pairs: Sequence[tuple[LabelledObjects, LabelledObjects]], threshold: float
) -> BallCount:
    counts = [_near(m.where(m.confidence >= threshold), t) for m, t in pairs]
    return BallCount(
        threshold,
        found=sum(hits for hits, _ in counts),
        labelled=sum(int((~t.ignored).sum()) for _, t in pairs),
        false=sum(wrong for _, wrong in counts),
        frames=len(pairs),
    )


def _near(found: LabelledObjects, truth: LabelledObjects) -> tuple[int, int]:
    """Balls found and imagined in one frame."""
    order = np.argsort(-found.confidence, kind="stable")
    distance = np.linalg.norm(_centres(found.where(order))[:, None] - _centres(truth), axis=2)
    hits = wrong = 0
    for row in distance:
        if row.min(initial=np.inf) > NEAR_PIXELS:
            wrong += 1
            continue
        taken = int(row.argmin())
        hits += not truth.ignored[taken]
        if not truth.ignored[taken]:
            distance[:, taken] = np.inf
    return hits, wrong


def _centres(objects: LabelledObjects) -> Float64:
    return (objects.xyxy[:, :2] + objects.xyxy[:, 2:]) / 2


def _match_frame(found: LabelledObjects, truth: LabelledObjects) -> Matched:
    order = np.argsort(-found.confidence, kind="stable")[:MAX_DETECTIONS]
    found = found.where(order)
    overlap = _overlaps(found, truth)
    hit = np.zeros((len(IOU_THRESHOLDS), len(found)), bool)
    ignored = np.zeros_like(hit)
    taken = np.zeros((len(IOU_THRESHOLDS), len(truth)), bool)
    for place, row in enumerate(overlap if len(truth) else overlap[:0]):
        free = ~taken & (row >= IOU_THRESHOLDS[:, None])
        best, hit[:, place] = _best(free, row, truth.ignored)
        ignored[:, place] = hit[:, place] & truth.ignored[best]
        used = np.flatnonzero(hit[:, place] & ~truth.ignored[best])
        taken[used, best[used]] = True
    return Matched(found.confidence, hit, ignored, int((~truth.ignored).sum()))


def _best(free: Bools, overlap: Float64, ignored: Bools) -> tuple[Indices, Bools]:
    """The label (10,) that each threshold gives, and whether there is one (10,)."""
    worth = np.where(free, overlap + 2.0 * ~ignored, -1.0)
    # Ties go to the last label, as in pycocotools.
    best = worth.shape[1] - 1 - worth[:, ::-1].argmax(axis=1)
    return best, np.asarray(free.any(axis=1))


def _overlaps(found: LabelledObjects, truth: LabelledObjects) -> Float64:
    overlap = pairwise_iou(found.xyxy, truth.xyxy)
    shared = pairwise_intersection(found.xyxy, truth.xyxy)
    inside = shared / np.maximum(areas(found.xyxy)[:, None], 1e-9)
    return np.where(truth.ignored[None], inside, overlap)


def _interpolated(right: Int64, wrong: Int64, *, labelled: int) -> float:
    precision = right / np.maximum(right + wrong, np.spacing(1.0))
    best = np.maximum.accumulate(np.append(precision, 0.0)[::-1])[::-1]
    at = np.searchsorted(right / labelled, RECALLS, side="left")
    return float(best[at].mean())
