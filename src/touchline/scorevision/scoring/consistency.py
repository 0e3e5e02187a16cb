"""Whether the keypoints hold still: their distances within a segment, their places within a run."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.scorevision.scoring.answer import AnswerArrays
from touchline.scorevision.scoring.frame_fit import JudgedPoints, logistic
from touchline.scorevision.scoring.segments import pairwise_distances
from touchline.scorevision.scoring.template import VERTICES

DECAY = 10.0
"""How fast stability falls with the relative change of distances."""


def stabilities(answer: AnswerArrays, counted: Bools, *, fitted: Bools, segment: Int64) -> Float64:
    """Stability (s,) of the keypoints in each segment.

    ``exp(-10 d)``, d the mean over consecutive frames with a homography of their mean relative
    change ``|before - after| / (before + 1e-6)`` of the distances between common points. Frames
    are consecutive in the order of their numbers as strings: 1, 10, 100, 101, ..., 11, 110, ...

    Args:
        answer: f frames.
        counted: bool (f, 32), the points that are compared.
        fitted: bool (f,), the frames with a homography.
        segment: int64 (f,).

    Returns:
        1 for a segment of one frame, 0.5 where fewer than two of its frames have a homography or
        no two of them share two points.
    """
    sizes = np.bincount(segment)
    parts = [
        _stability(answer, counted, np.flatnonzero(fitted & (segment == s)).tolist())
        for s in range(len(sizes))
    ]
    return np.where(sizes < 2, 1.0, parts)


def _stability(answer: AnswerArrays, counted: Bools, ranks: list[int]) -> float:
    ordered = sorted(ranks, key=lambda rank: str(answer.number[rank]))
    changes = [
        change
        for before, after in pairwise(ordered)
        if (change := _relative_change(answer, counted, before, after)) is not None
    ]
    return float(np.exp(-DECAY * np.mean(changes))) if changes else 0.5


def _relative_change(answer: AnswerArrays, counted: Bools, before: int, after: int) -> float | None:
    common = counted[before] & counted[after]
    first, second = np.triu_indices(int(np.count_nonzero(common)), 1)
    if not first.size:
        return None
    old, new = pairwise_distances(answer.keypoints[[before, after]][:, common])[:, first, second]
    return float((np.abs(old - new) / (old + 1e-6)).mean())


def run_consistencies(
    answer: AnswerArrays, points: JudgedPoints, *, validated: Sequence[int], diagonal: float
) -> Float64:
    """Consistency (n,) of each validated frame with the validated frame just before it.

    1 for the first frame of a run of consecutive numbers, even if the answer does not have it. 0
    where the answer lacks either frame, where either list had not exactly 32 points, or where the
    two share no valid point; 1 where neither has a point at all; else the logistic of
    ``on_line_score`` of the mean displacement of their common valid points over the diagonal of the
    image. The validator averages each run and weighs runs by their length, which is the mean of
    all frames.

    Args:
        answer: f frames.
        points: Of those frames; the points compared are the valid ones.
        validated: n frame numbers, rising, n from 1.
        diagonal: Of the image, in pixels.
    """
    ranks = {number: rank for rank, number in enumerate(answer.number.tolist())}
    steady = np.ones(len(validated))
    for place in np.flatnonzero(np.diff(validated) == 1).tolist():
        before, after = (ranks.get(number) for number in validated[place : place + 2])
        if before is None or after is None:
            steady[place + 1] = 0.0
        else:
            steady[place + 1] = _consistency(answer, points, after, diagonal)
    return steady


def _consistency(answer: AnswerArrays, points: JudgedPoints, rank: int, diagonal: float) -> float:
    pair = [rank - 1, rank]
    if (answer.length[pair] != len(VERTICES)).any():
        return 0.0
    if not points.present[pair].any():
        return 1.0
    common = points.valid[pair].all(axis=0)
    if not common.any():
        return 0.0
    before, after = answer.keypoints[pair][:, common]
    return logistic(float(np.hypot(*(after - before).T).mean()) / diagonal)
