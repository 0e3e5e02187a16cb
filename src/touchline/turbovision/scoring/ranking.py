"""Pillars by rank: ``map50``, ``precision``, ``recall`` and ``false_positive``.

Source: the description, "map50, precision, recall, false_positive".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from touchline.arrays import Bools
from touchline.turbovision.scoring.reading import Answered, Known
from touchline.turbovision.scoring.shapes import CANVAS, Instance, area, in_form_of, overlap

AREA_RATIOS = (0.0005, 0.01, 0.05, 0.25)
"""Area of a box by that of the image, where the threshold is given."""
IOU_THRESHOLDS = (0.30, 0.50, 0.50, 0.70)
"""The thresholds there; between them linear in the logarithm of the ratio."""
MOST_FALSE = 10
"""False positives a frame from which ``false_positive`` is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPillars:
    """The four pillars, each 0 to 1, and what they were counted from.

    Attributes:
        map50: Mean over the classes that the truth has of their average precision.
        precision: Share of the predictions on scored frames that are true; 0 of none.
        recall: Share of the true objects that were found; 0 of none.
        false_positive: 1 without any, falling by a tenth for each one a frame.
        found: True positives.
        false: False positives.
        true: Objects in the truth.
    """

    map50: float
    precision: float
    recall: float
    false_positive: float
    found: int
    false: int
    true: int


def ranked_pillars(
    answer: Answered, truth: Known, *, size: tuple[int, int] | None = None
) -> RankedPillars:
    """Count hits by rank, class by class.

    Over all frames of the truth, predictions of a class go by descending score; equals stay in the
    order of the frames, then of the answer. Each takes the unmatched truth of its frame with the
    largest IoU, if any is above 0 (of equals the first), and is true where that reaches the
    threshold of the truth box; see ``iou_threshold``. Labels count stripped and in lower case,
    empty ones not at all. Predictions on frames without truth count nowhere. Without truth all
    four are 0.

    Args:
        answer: What was predicted.
        truth: What is there.
        size: (height, width) of the frames; None, or 1 x 1, is 540 x 960. It is also the least
            canvas of masks.
    """
    if not truth:
        return RankedPillars(
            map50=0.0, precision=0.0, recall=0.0, false_positive=0.0, found=0, false=0, true=0
        )
    image = size if size and size != (1, 1) else CANVAS
    mine = _by_label({frame: answer.get(frame, ()) for frame in truth})
    formed = {frame: in_form_of(answer.get(frame, ()), truth[frame]) for frame in truth}
    true = _by_label(formed)
    hits = {
        label: _hits(mine.get(label, ()), true.get(label, ()), image) for label in {**true, **mine}
    }
    count = sum(map(len, true.values()))
    found = int(sum(each.sum() for each in hits.values()))
    false = sum(map(len, hits.values())) - found
    precisions = [average_precision(hits[label], len(true[label])) for label in true]
    return RankedPillars(
        map50=fmean(precisions) if precisions else 0.0,
        precision=found / (found + false) if found + false else 0.0,
        recall=found / count if count else 0.0,
        false_positive=max(0.0, 1 - false / len(truth) / MOST_FALSE),
        found=found,
        false=false,
        true=count,
    )


def iou_threshold(bbox: tuple[int, int, int, int], *, size: tuple[int, int]) -> float:
    """The IoU that a true box asks for: .3 for the smallest, .7 from a quarter of the image on.

    Linear in log10 of ``area / image area`` between (.0005, .30), (.01, .50), (.05, .50) and
    (.25, .70), constant outside.

    Args:
        bbox: A box of the truth.
        size: (height, width) of the image.
    """
    ratio = max(area(bbox) / (size[0] * size[1]), AREA_RATIOS[0])
    return float(np.interp(np.log10(ratio), np.log10(AREA_RATIOS), IOU_THRESHOLDS))


def average_precision(hits: Bools, true: int) -> float:
    """Area under the precision envelope over recall 0 to 1, at all points.

    Args:
        hits: (n,) whether each prediction is true, by descending score.
        true: Objects in the truth, at least 1.
    """
    if not len(hits):
        return 0.0
    found = np.cumsum(hits)
    recall = np.concatenate([[0.0], found / true, [1.0]])
    precision = np.concatenate([[0.0], found / np.arange(1, len(hits) + 1), [0.0]])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall) * envelope[1:]).sum())


def _by_label(
    frames: Mapping[int, Sequence[Instance]],
) -> dict[str, list[tuple[int, Instance]]]:
    found: dict[str, list[tuple[int, Instance]]] = {}
    for frame, shapes in frames.items():
        for shape in shapes:
            if label := shape.label.strip().lower():
                found.setdefault(label, []).append((frame, replace(shape, label=label)))
    return found


def _hits(
    mine: Sequence[tuple[int, Instance]],
    true: Sequence[tuple[int, Instance]],
    image: tuple[int, int],
) -> Bools:
    """Whether each prediction of a class is true, by descending score."""
    free: dict[int, list[Instance]] = {}
    for frame, shape in true:
        free.setdefault(frame, []).append(shape)
    hits = np.zeros(len(mine), bool)
    for rank, (frame, shape) in enumerate(sorted(mine, key=lambda each: -each[1].score)):
        left = free.get(frame, [])
        shared = [overlap(shape, each, canvas=image) for each in left]
        best = int(np.argmax(shared)) if shared else 0
        if shared and 0 < shared[best] >= iou_threshold(left[best].bbox, size=image):
            hits[rank] = True
            del left[best]
    return hits
