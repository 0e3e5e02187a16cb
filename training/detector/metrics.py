"""How good boxes are: COCO average precision, and balls found against balls imagined."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.detector.data import BALL, PLAYER

IOU_THRESHOLDS = np.arange(0.5, 0.96, 0.05)
RECALLS = np.linspace(0, 1, 101)
NEAR_SHARE = 0.012
"""A ball is found where its centre is, but for this share of the width of the frame."""

Boxes = NDArray[np.float32]
"""float32 (n, 4) xyxy in pixels of the original frame."""


@dataclass(frozen=True)
class Scored:
    """Boxes of one frame of `width` pixels: `xyxy` float32 (n, 4), `score` and `class_id` (n,)."""

    xyxy: Boxes
    score: NDArray[np.float32]
    class_id: NDArray[np.int64]
    width: int

    def of(self, class_id: int) -> "Scored":
        """Those of one class, best first."""
        mine = np.flatnonzero(self.class_id == class_id)
        mine = mine[np.argsort(-self.score[mine], kind="stable")]
        return Scored(self.xyxy[mine], self.score[mine], self.class_id[mine], self.width)

    def as_people(self) -> "Scored":
        """The same, with everybody of the class PLAYER."""
        class_id = np.where(self.class_id == BALL, BALL, PLAYER)
        return Scored(self.xyxy, self.score, class_id, self.width)


@dataclass(frozen=True)
class BallCount:
    """Balls at one threshold: share of labelled balls found, false ones a frame."""

    threshold: float
    recall: float
    false_per_frame: float


def iou_matrix(first: Boxes, second: Boxes) -> NDArray[np.float32]:
    """Intersection over union (n, m) of boxes (n, 4) and (m, 4)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = (high - low).clip(min=0).prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None] - shared
    iou: NDArray[np.float32] = shared / np.maximum(union, 1e-9)
    return iou


def match(found: Boxes, truth: Boxes, *, iou: float) -> NDArray[np.bool_]:
    """Which of `found` (best first) hit a box of `truth` that no better one has: bool (n,)."""
    overlaps = iou_matrix(found, truth)
    hits = np.zeros(len(found), bool)
    for row, overlap in enumerate(overlaps):
        if len(truth) and overlap.max() >= iou:
            hits[row] = True
            overlaps[:, overlap.argmax()] = -1
    return hits


def average_precision(score: NDArray[np.float32], hits: NDArray[np.bool_], *, truths: int) -> float:
    """COCO's 101-point average precision of scored hits (n,) over all frames.

    `truths` is the number of labelled boxes; without any the result is NaN.
    """
    if not truths:
        return float("nan")
    ordered = hits[np.argsort(-score, kind="stable")].cumsum()
    precision = np.append(ordered / np.arange(1, len(hits) + 1), 0.0)
    best_from = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(ordered / truths, RECALLS, side="left")
    return float(best_from[at].mean())


def class_precision(found: list[Scored], truth: list[Scored], class_id: int) -> NDArray[np.float64]:
    """Average precision (10,) of one class at IoU 0.50, 0.55 ... 0.95; one item a frame."""
    mine = [(f.of(class_id), t.of(class_id)) for f, t in zip(found, truth, strict=True)]
    score = np.concatenate([f.score for f, _ in mine])
    truths = sum(len(t.score) for _, t in mine)
    at_iou = [
        np.concatenate([match(f.xyxy, t.xyxy, iou=iou) for f, t in mine]) for iou in IOU_THRESHOLDS
    ]
    return np.array([average_precision(score, hits, truths=truths) for hits in at_iou])


def count_balls(found: list[Scored], truth: list[Scored], threshold: float) -> BallCount:
    """Balls whose centre is within NEAR_SHARE of a labelled one, at a score threshold.

    A second box at the same ball counts as false.
    """
    hits = false = truths = 0
    for ours, labelled in zip(found, truth, strict=True):
        balls = ours.of(BALL)
        boxes, near_px = balls.xyxy[balls.score >= threshold], NEAR_SHARE * labelled.width
        near = balls_found(boxes, labelled.of(BALL).xyxy, near=near_px)
        hits += int(near.sum())
        false += int((~near).sum())
        truths += int((labelled.class_id == BALL).sum())
    return BallCount(threshold, hits / max(truths, 1), false / max(len(found), 1))


def balls_found(found: Boxes, truth: Boxes, *, near: float) -> NDArray[np.bool_]:
    """Which balls (n,), best first, are within `near` pixels of one that no better one has."""
    distance = centre_distance(found, truth)
    hits = np.zeros(len(found), bool)
    for row in range(len(found)):
        if len(truth) and distance[row].min() <= near:
            hits[row] = True
            distance[:, distance[row].argmin()] = np.inf
    return hits


def centre_distance(first: Boxes, second: Boxes) -> NDArray[np.floating]:
    """Pixels (n, m) between the centres of boxes (n, 4) and (m, 4)."""
    centres = [(boxes[:, :2] + boxes[:, 2:]) / 2 for boxes in (first, second)]
    distance: NDArray[np.floating] = np.linalg.norm(centres[0][:, None] - centres[1][None], axis=-1)
    return distance
