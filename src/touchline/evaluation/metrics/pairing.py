"""Which found person is which labelled one."""

from collections.abc import Iterator

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.arrays import Bools, Int64
from touchline.errors import InputError
from touchline.evaluation.labels import OTHER, LabelledFrames, LabelledObjects, are_known
from touchline.evaluation.metrics.hota import EPSILON, rows_by_frame
from touchline.frame import ClassId
from touchline.geometry import pairwise_iou

SAME = 0.5
"""IoU from which a found person is the labelled one."""


def people(frames: LabelledFrames) -> LabelledObjects:
    """Everybody but the ball.

    Raises:
        InputError: Somebody has no box in the image.
    """
    objects = frames.objects.where(frames.objects.class_id != ClassId.BALL)
    unknown = ~are_known(objects.xyxy)
    if unknown.any():
        name = frames.name[int(objects.frame[unknown][0])]
        raise InputError(f"{frames.source}: frame {name}: an object has no box in the image.")
    return objects


def unasked(labels: LabelledObjects) -> Bools:
    """Labels (n,) that whoever finds them gains and loses nothing by."""
    free: Bools = labels.ignored | (labels.class_id == OTHER)
    return free


def pairs(truth: LabelledObjects, found: LabelledObjects) -> tuple[Int64, Int64]:
    """Rows of either that belong together, each used once.

    In each frame as many as can be of IoU 0.5 or more, of the greatest overlap in all, as
    TrackEval prepares the MOT challenge.
    """
    parts = list(_pairs(truth, found))
    empty = np.zeros(0, np.int64)
    rows = np.concatenate([empty, *(mine for mine, _ in parts)])
    return rows, np.concatenate([empty, *(theirs for _, theirs in parts)])


def first_come(truth: LabelledObjects, found: LabelledObjects) -> tuple[Int64, Int64]:
    """Rows of either that belong together, each used once: who is named first chooses first.

    In each frame the labels take, in their order, the found person that they overlap most among
    those that are left, from IoU 0.5 on.
    """
    taken = []
    for mine, theirs in rows_by_frame(truth.frame, found.frame):
        overlap = pairwise_iou(truth.xyxy[mine], found.xyxy[theirs])
        for row, left in zip(mine, overlap, strict=True):
            if left.max(initial=0.0) >= SAME:
                best = int(left.argmax())
                overlap[:, best] = -1.0
                taken.append((row, theirs[best]))
    rows = np.array(taken, np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def judged(truth: LabelledObjects, found: LabelledObjects) -> LabelledObjects:
    """What was found, but for those who are paired with a label that is not asked for."""
    rows, others = pairs(truth, found)
    kept = np.ones(len(found), bool)
    kept[others[unasked(truth)[rows]]] = False
    return found.where(kept)


def _pairs(truth: LabelledObjects, found: LabelledObjects) -> Iterator[tuple[Int64, Int64]]:
    for mine, theirs in rows_by_frame(truth.frame, found.frame):
        overlap = pairwise_iou(truth.xyxy[mine], found.xyxy[theirs])
        overlap[overlap < SAME - EPSILON] = 0
        i, j = linear_sum_assignment(-overlap)
        kept = overlap[i, j] > EPSILON
        yield mine[i[kept]], theirs[j[kept]]
