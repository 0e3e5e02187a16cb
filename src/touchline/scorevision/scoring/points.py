"""The arithmetic of points: from labels and areas to the score of a frame."""

from collections import Counter, defaultdict

import numpy as np

from touchline.arrays import Float64
from touchline.frame import ClassId
from touchline.verification import CLASS_OF_LABEL

MEAN_AREA, TOTAL_AREA = 0.015, 0.15
"""Shares of the image up to which boxes cost nothing: one on average, all together."""

LABEL_OF_CLASS = {
    class_id: label for label, class_id in CLASS_OF_LABEL.items() if class_id is not None
}
PEOPLE = tuple(label for class_id, label in LABEL_OF_CLASS.items() if class_id != ClassId.BALL)


def agreement_score(claimed: str, seen: str) -> float:
    """Score of one claim before its weight.

    Args:
        claimed: The label of one of the four classes.
        seen: Any label.

    Returns:
        1 where claim and sight are the same, a person of the game or a football; 0.5 for one kind
        of person seen and another claimed; -1 for everything else.
    """
    if claimed == seen:
        return 1.0
    return 0.5 if seen in PEOPLE and claimed in PEOPLE else -1.0


def occurrence_weights(labels: list[str]) -> Float64:
    """1 / 2^(earlier boxes with the same label), in list order."""
    earlier: Counter[str] = Counter()
    weights = np.empty(len(labels))
    for i, label in enumerate(labels):
        weights[i] = 0.5 ** earlier[label]
        earlier[label] += 1
    return weights


def scores_without(points: Float64, labels: list[str], areas: Float64) -> Float64:
    """Score (n,) of the frame without each of its boxes.

    Without a box the later ones of its label count twice as much, and one label less is divided
    by where it was the only one.
    """
    later = np.empty(len(labels))
    behind: defaultdict[str, float] = defaultdict(float)
    for i in range(len(labels) - 1, -1, -1):
        later[i] = behind[labels[i]]
        behind[labels[i]] += points[i]
    counts = Counter(labels)
    alone = np.array([counts[label] == 1 for label in labels], np.bool_)
    totals = ordered_sum(points) - points + later
    factors = area_factors(ordered_sum(areas) - areas, len(labels) - 1)
    scores: Float64 = totals / (len(counts) - alone + 1) * factors
    return scores


def area_factors(totals: Float64 | float, count: int) -> Float64:
    """``area_factor`` of ``count`` boxes that cover these shares (n,) of the image in all."""
    total = np.asarray(totals, np.float64)
    if count == 0:
        return np.ones_like(total)
    mean = total / count
    crowded = np.where(total <= TOTAL_AREA, 1.0, np.exp(-3 * np.maximum(total - TOTAL_AREA, 0)))
    large = np.exp(-80 * np.maximum(mean - MEAN_AREA, 0))
    return np.where(mean <= MEAN_AREA, crowded, large)


def ordered_sum(values: Float64) -> float:
    """The sum in list order, as the validator adds; NumPy's own adds in another order."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0
