"""A result held against the exact truth of a synthetic match."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq

from touchline.arrays import Bools, Float64, Int64, take_rows
from touchline.evaluation.metrics.hota import TrackedBoxes, hota
from touchline.frame import ClassId
from touchline.geometry import pairwise_iou
from touchline.pitch import positions
from touchline.synthetic import Truth

MIN_VISIBLE = 0.25
"""Share of a figure that must be visible for it to be asked for; less counts neither way."""
BALL_RADIUS = 15.0
"""Pixels from the centre within which a ball counts as found."""
SAME = 0.5
"""IoU from which a found person is the one in the truth."""
IDS_IN_A_SHOT = 1000
"""More than there are people in a match: a person in another shot is another track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well a result agrees with the truth.

    Attributes:
        hota: Of people, all roles as one, 0 to 1.
        det_a: Its detection part.
        ass_a: Its association part.
        role_accuracy: Share of the people found whose class is right.
        ball_found: Share of the visible balls with a ball within 15 pixels; None without any.
        position_error: Median distance in metres between where people are said to stand and where
            they do; None where no position is known.
    """

    hota: float
    det_a: float
    ass_a: float
    role_accuracy: float | None
    ball_found: float | None
    position_error: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Objects:
    """Objects of one frame, found or true.

    Attributes:
        tracker_id: (n,), never the same in two shots.
        class_id: (n,), as in ``ClassId``.
        xyxy: (n, 4) pixels.
        metres: (n, 2) on the pitch, NaN where unknown.
        visible: (n,) share of the figure that can be seen; 1 for what was found.
    """

    tracker_id: Int64
    class_id: Int64
    xyxy: Float64
    metres: Float64
    visible: Float64

    def where(self, rows: Bools | Int64) -> "_Objects":
        return take_rows(self, rows)

    @property
    def is_ball(self) -> Bools:
        ball: Bools = self.class_id == ClassId.BALL
        return ball

    @property
    def is_asked(self) -> Bools:
        return self.visible >= MIN_VISIBLE


def agreement(tracks: str | os.PathLike[str], truths: Sequence[Truth]) -> Agreement:
    """Hold ``tracks.parquet`` against the truth of each frame, in order."""
    found, true = _found(tracks, len(truths)), [_true(truth) for truth in truths]
    balls = [
        _ball_hits(f.where(f.is_ball), t.where(t.is_ball & t.is_asked))
        for f, t in zip(found, true, strict=True)
    ]
    asked = [t.where(~t.is_ball & t.is_asked) for t in true]
    hidden = [t.where(~t.is_ball & ~t.is_asked) for t in true]
    people = [
        _without_hidden(f.where(~f.is_ball), a, h)
        for f, a, h in zip(found, asked, hidden, strict=True)
    ]
    pairs = [_paired(p, a) for p, a in zip(people, asked, strict=True)]
    scores = hota(_rows(asked), _rows(people))
    apart = np.concatenate([np.linalg.norm(p.metres - a.metres, axis=1) for p, a in pairs])
    known = apart[np.isfinite(apart)]
    return Agreement(
        hota=scores.hota,
        det_a=scores.det_a,
        ass_a=scores.ass_a,
        role_accuracy=_share_right([p.class_id == a.class_id for p, a in pairs]),
        ball_found=_share_right(balls),
        position_error=float(np.median(known)) if known.size else None,
    )


def _found(tracks: str | os.PathLike[str], frames: int) -> list[_Objects]:
    table = pq.read_table(tracks)
    column = {name: table[name].to_numpy() for name in table.column_names if name != "class"}
    whole = _Objects(
        column["id"].astype(np.int64),
        column["class_id"].astype(np.int64),
        np.stack([column[side] for side in ("x1", "y1", "x2", "y2")], axis=1).astype(np.float64),
        np.stack([column["x"], column["y"]], axis=1).astype(np.float64),
        np.ones(len(table)),
    )
    return [whole.where(column["frame"] == frame) for frame in range(frames)]


def _true(truth: Truth) -> _Objects:
    xyxy = np.asarray(truth.objects.xyxy, np.float32)
    return _Objects(
        np.asarray(truth.objects.tracker_id, np.int64) + IDS_IN_A_SHOT * truth.shot,
        np.asarray(truth.objects.class_id, np.int64),
        xyxy.astype(np.float64),
        positions(truth.homography, xyxy).astype(np.float64),
        np.asarray(truth.objects.data["visible"], np.float64),
    )


def _without_hidden(found: _Objects, asked: _Objects, hidden: _Objects) -> _Objects:
    """Leave out what stands on a person who is there but too hidden to be asked for."""
    on_asked = pairwise_iou(found.xyxy, asked.xyxy).max(axis=1, initial=0.0) >= SAME
    on_hidden = pairwise_iou(found.xyxy, hidden.xyxy).max(axis=1, initial=0.0) >= SAME
    return found.where(on_asked | ~on_hidden)


def _paired(found: _Objects, asked: _Objects) -> tuple[_Objects, _Objects]:
    """Rows of both that are each other's best, in the same order."""
    overlap = pairwise_iou(found.xyxy, asked.xyxy)
    i, j = np.nonzero(
        (overlap >= SAME)
        & (overlap == overlap.max(axis=1, initial=0.0)[:, None])
        & (overlap == overlap.max(axis=0, initial=0.0)[None])
    )
    return found.where(i), asked.where(j)


def _ball_hits(found: _Objects, true: _Objects) -> Bools:
    """For each true ball (none or one) whether one was found near it."""
    distance = np.linalg.norm(_centres(true)[:, None] - _centres(found)[None], axis=2)
    hits: Bools = distance.min(axis=1, initial=np.inf) <= BALL_RADIUS
    return hits


def _rows(frames: Sequence[_Objects]) -> TrackedBoxes:
    lengths = [len(objects.xyxy) for objects in frames]
    return TrackedBoxes(
        frame=np.repeat(np.arange(len(frames)), lengths),
        tracker_id=np.concatenate([objects.tracker_id for objects in frames]),
        xyxy=np.concatenate([objects.xyxy for objects in frames]),
        confidence=np.ones(sum(lengths)),
        class_id=np.zeros(sum(lengths), np.int64),
    )


def _centres(objects: _Objects) -> Float64:
    return (objects.xyxy[:, :2] + objects.xyxy[:, 2:]) / 2


def _share_right(parts: Sequence[Bools]) -> float | None:
    values = np.concatenate(parts)
    return float(values.mean()) if values.size else None
