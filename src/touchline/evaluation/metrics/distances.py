"""Errors that are distances, and where people stand."""

from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64
from touchline.evaluation.labels import LabelledFrames
from touchline.evaluation.metrics.pairing import pairs, people, unasked


@dataclass(frozen=True, slots=True)
class Distances:
    """How large distances are; NaN where there are none.

    Attributes:
        median: Half of them are smaller.
        p95: 95 % of them are smaller.
        count: How many.
    """

    median: float
    p95: float
    count: int


def distances(values: Float64) -> Distances:
    """Sum up distances (n,)."""
    if not len(values):
        return Distances(float("nan"), float("nan"), 0)
    median, p95 = np.percentile(values, [50, 95])
    return Distances(float(median), float(p95), len(values))


def position_errors(truth: LabelledFrames, found: LabelledFrames) -> Float64:
    """Metres (n,) between where people are said to stand and where they do.

    One for each person who was found (IoU 0.5 in the image) and whose place is known on both
    sides; ``found`` is aligned with ``truth``. The errors of several matches are concatenated.

    Raises:
        InputError: Somebody has no box in the image.
    """
    labels, answers = people(truth), people(found)
    rows, others = pairs(labels, answers)
    asked = ~unasked(labels)[rows]
    apart = np.linalg.norm(labels.metres[rows[asked]] - answers.metres[others[asked]], axis=1)
    known: Float64 = apart[np.isfinite(apart)]
    return known
