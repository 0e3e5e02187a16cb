"""GS-HOTA: whether the right person, of the right role, team and number, is at the right place."""

import numpy as np

from touchline.arrays import Float64, Int64, Strings
from touchline.evaluation.labels import LabelledFrames, LabelledObjects
from touchline.evaluation.metrics.hota import Hota, hota
from touchline.evaluation.metrics.tracking import tracked_boxes
from touchline.frame import ClassId

TOLERANCE = 5.0
"""Metres at which two places are still 0.05 alike."""
_NAMED = (ClassId.PLAYER, ClassId.GOALKEEPER)


def gs_hota(truth: LabelledFrames, found: LabelledFrames, *, tolerance: float = TOLERANCE) -> Hota:
    """Score game state reconstruction (Somers et al. 2024, CVPRW); the ball is left out.

    HOTA with ``LocSim * IdSim`` in place of IoU: ``LocSim = exp(ln(0.05) * d^2 / tolerance^2)``
    for ``d`` metres between two places on the pitch; ``IdSim`` is 1 where role, team and jersey
    number are all equal and else 0. Only players and goalkeepers have a team and a number; two
    unknown numbers are equal. Whose place is unknown matches nobody. Videos are combined by
    ``touchline.evaluation.metrics.combined_hota``.

    Args:
        truth: The labels.
        found: The answer, aligned with them.
        tolerance: Metres.
    """
    mine, theirs = _people(truth), _people(found)
    named = identities(mine), identities(theirs)

    def similarity(rows: Int64, others: Int64) -> Float64:
        same = named[0][rows][:, None] == named[1][others][None]
        return np.asarray(
            same * location_similarity(mine.metres[rows], theirs.metres[others], tolerance)
        )

    return hota(tracked_boxes(mine), tracked_boxes(theirs), similarity=similarity)


def location_similarity(truth: Float64, found: Float64, tolerance: float) -> Float64:
    """``exp(ln(0.05) * d^2 / tolerance^2)`` of places (n, 2) and (m, 2): (n, m); NaN gives 0."""
    squared = ((truth[:, None] - found[None]) ** 2).sum(axis=2)
    return np.asarray(np.nan_to_num(np.exp(np.log(0.05) * squared / tolerance**2)))


def identities(objects: LabelledObjects) -> Strings:
    """Role, team and number of each object (n,), as one string."""
    named = np.isin(objects.class_id, _NAMED)
    return np.array(
        [
            f"{role}|{team}|{jersey}" if has_name else f"{role}"
            for role, team, jersey, has_name in zip(
                objects.class_id, objects.team, objects.jersey, named, strict=True
            )
        ],
        np.str_,
    )


def _people(frames: LabelledFrames) -> LabelledObjects:
    objects = frames.objects
    return objects.where((objects.class_id != ClassId.BALL) & ~objects.ignored)
