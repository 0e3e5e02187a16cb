"""Pillars by assignment: ``iou``, ``count``, ``palette`` and ``role``.

Source: the description, "iou, count" and "palette, role".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.arrays import Bools, Float32
from touchline.turbovision.scoring.reading import Answered, Known
from touchline.turbovision.scoring.shapes import Instance, in_form_of, overlaps
from touchline.turbovision.scoring.teams import BLACK, OTHER, WHITE

THRESHOLDS = (0.3, 0.5)
"""IoU from which a pair counts; ``count`` knows only the first."""
PLAYER = "player"
"""Letter by letter: another spelling is nobody for ``palette``."""


def iou_pillar(answer: Answered, truth: Known) -> float:
    """Mean over the frames of the truth of the mean F1 at IoU .3 and .5, whatever the class."""
    return _mean_f1(answer, truth, THRESHOLDS)


def count_pillar(answer: Answered, truth: Known) -> float:
    """Mean over the frames of the truth of F1 at IoU .3, whatever the class."""
    return _mean_f1(answer, truth, THRESHOLDS[:1])


def palette_pillar(answer: Answered, truth: Known) -> float:
    """How well players are told apart, whichever team is called white; mean over the frames.

    In each frame the two most frequent colours of the truth (the first seen of equals, ``other``
    where there is none) are what the miner's white and black stand for, either way round; all else
    is ``other``. Of both ways the better mean F1 at .3 and .5 counts, colours told apart. A frame
    without players on either side is 1, on one side 0. 0 without truth.
    """
    frames = [(_players(answer.get(frame, ())), _players(truth[frame])) for frame in truth]
    return fmean(_palette(mine, true) for mine, true in frames) if frames else 0.0


def role_pillar(answer: Answered, truth: Known) -> float:
    """Half the mean over frames of the F1 of all objects, labels told apart, half ``palette``."""
    if not truth:
        return 0.0
    by_label = fmean(_strict_f1(answer.get(frame, ()), shapes) for frame, shapes in truth.items())
    return (by_label + palette_pillar(answer, truth)) / 2


def f1(shared: Float32, *, threshold: float) -> float:
    """``2 TP / (2 TP + FP + FN)`` of the best assignment of n answers to m truths.

    Args:
        shared: IoU (n, m); a pair that must not be has 0. The sum of IoUs is made as large as it
            can be before any pair is asked for the threshold.
        threshold: IoU from which a pair is a true positive.

    Returns:
        0 to 1; 1 where both are empty.
    """
    answered, true = shared.shape
    if not answered or not true:
        return float(answered == true)
    rows, columns = linear_sum_assignment(-shared)
    matched = int((shared[rows, columns] >= threshold).sum())
    return float(2 * matched / (answered + true))


def _mean_f1(answer: Answered, truth: Known, thresholds: Sequence[float]) -> float:
    frames = []
    for frame, shapes in truth.items():
        mine = [shape for shape in answer.get(frame, ()) if shape.label]
        true = in_form_of(mine, [shape for shape in shapes if shape.label])
        shared = overlaps(mine, true).astype(np.float32)
        frames.append(fmean(f1(shared, threshold=each) for each in thresholds))
    return fmean(frames) if frames else 0.0


def _strict_f1(answer: Sequence[Instance], truth: Sequence[Instance]) -> float:
    """Mean F1 at .3 and .5 of boxes, polygons by theirs; pairs of unequal labels share nothing."""
    mine, true = ([replace(shape, polygon=None) for shape in each] for each in (answer, truth))
    same: Bools = np.array([[a.label == b.label for b in true] for a in mine], bool)
    shared = (overlaps(mine, true) * same.reshape(len(mine), len(true))).astype(np.float32)
    return fmean(f1(shared, threshold=each) for each in THRESHOLDS)


def _players(shapes: Sequence[Instance]) -> list[Instance]:
    return [shape for shape in shapes if shape.label == PLAYER]


def _palette(mine: Sequence[Instance], true: Sequence[Instance]) -> float:
    if not mine or not true:
        return float(len(mine) == len(true))
    seen = Counter(shape.team or OTHER for shape in true)
    first, second = [*(colour for colour, _ in seen.most_common(2)), OTHER][:2]
    coloured = _coloured(true, {colour: colour for colour in seen})
    return max(
        _strict_f1(_coloured(mine, names), coloured)
        for names in ({WHITE: first, BLACK: second}, {WHITE: second, BLACK: first})
    )


def _coloured(shapes: Sequence[Instance], names: Mapping[str, str]) -> list[Instance]:
    """The shapes with what their team stands for as their label."""
    return [replace(shape, label=names.get(shape.team or OTHER, OTHER)) for shape in shapes]
