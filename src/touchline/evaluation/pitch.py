"""The figures of the pitch: homography by frame, keypoints, lines, metres."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Bools
from touchline.evaluation.labels import LabelledFrames
from touchline.evaluation.metrics import (
    PitchParts,
    PitchViews,
    joined_parts,
    joined_views,
    pitch_accuracy,
    pitch_parts,
    views,
)

RIGHT, WRONG = 0.01, 0.03
"""Median error of a frame's labelled keypoints, in widths of the image: right up to the one, wrong
beyond the other."""
REPROJECTED = (0.01, 0.005)
"""Widths within which the homography puts a labelled keypoint in its place."""
ON_LABEL = 0.02
"""Widths within which a keypoint that is given is no false one."""


@dataclass(frozen=True, slots=True, eq=False)
class PitchPart:
    """What a match adds to the figures of the pitch."""

    parts: PitchParts
    views: PitchViews


def pitch_part(truth: LabelledFrames, found: LabelledFrames) -> PitchPart:
    """Hold the pitch of each frame of a match against its labels; the two are aligned."""
    return PitchPart(pitch_parts(truth, found), views(truth, found))


def sum_pitch(parts: Sequence[PitchPart]) -> dict[str, float]:
    """Figures of several matches as one, by their names; NaN where no label says anything."""
    accuracy = pitch_accuracy(joined_parts([part.parts for part in parts]))
    seen = joined_views([part.views for part in parts])
    return {
        "right frames": _share(seen.median <= RIGHT),
        "wrong frames": _share(seen.median > WRONG),
        "silent frames": _share(np.isnan(seen.median)),
        "frames without a point": _share(seen.pointless),
        **{
            f"reprojected within {share:g} of the width": _share(seen.reprojected <= share)
            for share in REPROJECTED
        },
        f"precision of points, {ON_LABEL:g} of the width": _share(seen.given <= ON_LABEL),
        "points within the stated uncertainty": _share(seen.borne_out),
        **{f"PCK@{share:g} of the width": value for share, value in accuracy.pck.items()},
        **{f"JaC@{pixels}": value for pixels, value in accuracy.jac.items()},
        "completeness": accuracy.completeness,
        "reprojection, median px": accuracy.pixels.median,
        "reprojection, 95 % px": accuracy.pixels.p95,
        "reprojection, median m": accuracy.metres.median,
        "reprojection, 95 % m": accuracy.metres.p95,
    }


def _share(of: Bools) -> float:
    return float(of.mean()) if len(of) else math.nan
