"""One thing, one box: greedy non-maximum suppression."""

from dataclasses import replace

import numpy as np

from touchline.arrays import Float32, Indices
from touchline.detection.decode import DecodedBoxes
from touchline.frame import ClassId
from touchline.geometry import areas, pairwise_intersection, pairwise_iou

PEOPLE_IOU = 0.6
BALL_IOU = 0.3
INSIDE = 0.85
"""Share of a box within a better one from which it is a part of the same: a torso, mostly."""
_TINY = np.finfo(np.float32).tiny
MAX_BOXES = 300
MAX_CANDIDATES = 1000
"""Best boxes that suppression looks at; at usable thresholds a frame has about a hundred."""


def suppress(boxes: DecodedBoxes) -> DecodedBoxes:
    """Keep the best box of each person and of each ball: at most 300, best first.

    The three classes of people suppress each other, because a person is one of them; a ball and
    the person it touches leave each other alone. What a box suppresses is another look at the same
    thing: its ``class_scores`` are the mean over all of them, weighted by their scores.
    """
    boxes = boxes.take(np.argsort(-boxes.scores, kind="stable"))
    ball = boxes.class_id == ClassId.BALL
    balls, ball_scores = _kept(boxes, np.flatnonzero(ball), BALL_IOU)
    people, people_scores = _kept(boxes, np.flatnonzero(~ball), PEOPLE_IOU)
    kept = np.concatenate([balls, people])
    class_scores = np.concatenate([ball_scores, people_scores])
    order = np.argsort(kept)[:MAX_BOXES]
    return replace(boxes.take(kept[order]), class_scores=class_scores[order])


def suppress_each(boxes: DecodedBoxes) -> DecodedBoxes:
    """Keep the best box of each thing, whatever classes there are: at most 300, best first.

    Only boxes of one class suppress each other, and only by how much they overlap: what things of
    others are, and whether one may lie in another, nobody knows here.
    """
    boxes = boxes.take(np.argsort(-boxes.scores, kind="stable")[:MAX_CANDIDATES])
    apart = pairwise_iou(boxes.xyxy, boxes.xyxy) <= PEOPLE_IOU
    apart |= boxes.class_id[:, None] != boxes.class_id[None]
    free = np.ones(len(boxes.scores), np.bool_)
    kept: list[int] = []
    for row in range(len(free)):
        if free[row] and len(kept) < MAX_BOXES:
            kept.append(row)
            free &= apart[row]
    return boxes.take(np.array(kept, np.int64))


def _kept(boxes: DecodedBoxes, index: Indices, limit: float) -> tuple[Indices, Float32]:
    """Which of ``index``, best first, overlap nothing better by ``limit`` and lie in none of it.

    Returns:
        Those k of ``index``, and the class scores (k, 4) of each and what it suppresses.
    """
    index = index[:MAX_CANDIDATES]
    xyxy = boxes.xyxy[index]
    apart = (pairwise_iou(xyxy, xyxy) <= limit) & (shares_inside(xyxy, xyxy) <= INSIDE)
    free = np.ones(len(index), np.bool_)
    kept: list[int] = []
    for row in range(len(index)):
        if free[row] and len(kept) < MAX_BOXES:
            kept.append(row)
            free &= apart[row]
    weight = np.where(apart[kept], 0, boxes.scores[index])
    weight[np.arange(len(kept)), kept] = boxes.scores[index[kept]]  # an empty box is apart too
    total = np.maximum(weight.sum(axis=1, keepdims=True), _TINY)
    return index[kept], np.asarray(weight / total @ boxes.class_scores[index], np.float32)


def shares_inside(first: Float32, second: Float32) -> Float32:
    """Share (n, m) of each of m boxes (m, 4) that lies in each of n (n, 4); 0 for empty ones."""
    shared = pairwise_intersection(first, second)
    return np.asarray(shared / np.maximum(areas(second), _TINY), np.float32)
