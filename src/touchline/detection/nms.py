"""One thing, one box: greedy non-maximum suppression."""

import numpy as np

from touchline.arrays import Float32, Indices
from touchline.detection.decode import Boxes
from touchline.frame import ClassId

PEOPLE_IOU = 0.6
BALL_IOU = 0.3
INSIDE = 0.85
"""Share of a box within a better one from which it is a part of the same: a torso, mostly."""
_TINY = np.finfo(np.float32).tiny
MAX_BOXES = 300
MAX_CANDIDATES = 1000
"""Best boxes that suppression looks at; at usable thresholds a frame has about a hundred."""


def suppress(boxes: Boxes) -> Boxes:
    """Keep the best box of each person and of each ball: at most 300, best first.

    The three classes of people suppress each other, because a person is one of them; a ball and
    the person it touches leave each other alone.
    """
    boxes = boxes.take(np.argsort(-boxes.scores, kind="stable"))
    ball = boxes.class_id == ClassId.BALL
    kept = np.concatenate(
        [
            _kept(boxes, np.flatnonzero(ball), BALL_IOU),
            _kept(boxes, np.flatnonzero(~ball), PEOPLE_IOU),
        ]
    )
    return boxes.take(np.sort(kept)[:MAX_BOXES])


def _kept(boxes: Boxes, index: Indices, limit: float) -> Indices:
    """Which of ``index``, best first, overlap nothing better by ``limit`` and lie in none of it."""
    kept: list[int] = []
    index = index[:MAX_CANDIDATES]
    while len(index) and len(kept) < MAX_BOXES:
        best, rest = index[0], index[1:]
        kept.append(int(best))
        box, others = boxes.xyxy[best], boxes.xyxy[rest]
        index = rest[(iou(box, others) <= limit) & (share_inside(box, others) <= INSIDE)]
    return np.array(kept, np.intp)


def iou(box: Float32, boxes: Float32) -> Float32:
    """Intersection over union of one box (4,) with others (n, 4), all xyxy; 0 for empty boxes."""
    shared = _shared(box, boxes)
    union = _area(box) + _area(boxes) - shared
    return np.asarray(shared / np.maximum(union, _TINY), np.float32)


def share_inside(box: Float32, boxes: Float32) -> Float32:
    """Share (n,) of each of ``boxes`` (n, 4) that lies in ``box`` (4,); 0 for empty boxes."""
    return np.asarray(_shared(box, boxes) / np.maximum(_area(boxes), _TINY), np.float32)


def _shared(box: Float32, boxes: Float32) -> Float32:
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    return np.asarray(np.maximum(sides, 0).prod(1), np.float32)


def _area(boxes: Float32) -> Float32:
    sides = boxes[..., 2:] - boxes[..., :2]
    return np.asarray(sides[..., 0] * sides[..., 1], np.float32)
