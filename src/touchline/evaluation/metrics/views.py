"""Whether a frame's homography is right, wrong or missing, and whether its claims are borne out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Bools, Float64, join_rows
from touchline.evaluation.labels import LabelledFrames, are_known
from touchline.evaluation.metrics.pitch import asked_points, or_infinite, pitch_of
from touchline.pitch import PitchDimensions, to_image, to_pitch


@dataclass(frozen=True, slots=True, eq=False)
class PitchViews:
    """What each frame's answer is worth, in the f frames whose labels can be measured by.

    Attributes:
        median: float64 (f,), median distance of the labelled keypoints from where the homography
            puts them, in widths of the image; NaN where there is no homography.
        pointless: bool (f,), whether the answer has no keypoint.
        reprojected: float64 (k,), the distance of each labelled keypoint, infinite where there is
            no homography.
        given: float64 (g,), how far each keypoint of the answer is from its label, also a loose
            one, in widths; infinite where it has none.
        borne_out: bool (p,), whether the homography puts a labelled keypoint on the pitch no
            further from its place than the stated uncertainty; of frames that state one.
    """

    median: Float64
    pointless: Bools
    reprojected: Float64
    given: Float64
    borne_out: Bools


def views(
    truth: LabelledFrames, found: LabelledFrames, *, dimensions: PitchDimensions | None = None
) -> PitchViews:
    """Judge the answer to each frame; ``found`` is aligned with ``truth``.

    Args:
        truth: The labels.
        found: The answer.
        dimensions: Size of the pitch; 105 x 68 m unless told.

    Raises:
        InputError: One side says nothing about the pitch.
    """
    vertices = (dimensions or PitchDimensions()).vertices()
    labels, answers = pitch_of(truth), pitch_of(found)
    rows = np.flatnonzero(asked_points(labels).any(axis=1))
    labels, answers = labels.where(rows), answers.where(rows)
    asked, width = asked_points(labels), labels.size[:, 0]
    known = are_known(answers.homography.reshape(-1, 9))
    off, metres = np.full((2, *asked.shape), np.inf)
    for row in np.flatnonzero(known):
        homography, points = answers.homography[row], labels.keypoints[row]
        off[row] = np.linalg.norm(to_image(homography, vertices) - points, axis=1) / width[row]
        metres[row] = np.linalg.norm(to_pitch(homography, points) - vertices, axis=1)
    off, metres = or_infinite(off), or_infinite(metres)
    medians = [np.median(each[there]) for each, there in zip(off, asked, strict=True)]
    given = are_known(answers.keypoints)
    apart = np.linalg.norm(answers.keypoints - labels.keypoints, axis=2) / width[:, None]
    stated = asked & (known & np.isfinite(answers.uncertainty))[:, None]
    return PitchViews(
        median=np.where(known, np.array(medians, np.float64), np.nan),
        pointless=np.asarray(~given.any(axis=1)),
        reprojected=off[asked],
        given=or_infinite(apart)[given],
        borne_out=(metres <= answers.uncertainty[:, None])[stated],
    )


def joined_views(parts: Sequence[PitchViews]) -> PitchViews:
    """Those of several matches (at least one) as one."""
    return join_rows(parts)
