"""Cleaning the points of one image by the homography that most of them support."""

import numpy as np
import supervision as sv

from touchline.arrays import Bools, Float64
from touchline.frame import Source
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.homography import (
    Homography,
    confidences,
    fit_homography,
    within_one_percent,
)

DROP_WIDTHS = 0.025
"""A point further than this from where all others put it is wrong."""

ADD_WIDTHS = 0.008
"""A point that was not seen is given where its projection is known to within this."""

ALONE = 0.6
"""Points that support no homography must each be this likely: nothing else speaks for them."""

_ADD_SUPPORT = 6
"""Fewer points than this may agree by chance."""


def cleaned(
    keypoints: sv.KeyPoints, size: tuple[int, int], *, dimensions: PitchDimensions | None = None
) -> sv.KeyPoints:
    """Drop points that contradict the others, average the rest with their projection, fill in.

    Args:
        keypoints: One pitch: `xy` (1, 32, 2) pixels, `keypoint_confidence` (1, 32), 0 = absent.
        size: (width, height) of the image in pixels.
        dimensions: Size of the pitch; 105 x 68 m unless told.

    Returns:
        Keypoints of the same shape, with `data["source"]` (1, 32) of `Source` values, "" for an
        absent point. Where at least six seen points agree, vertices in the image that were not
        seen are added as projected if the homography knows them well enough; their confidence is
        the chance of being off by less than 1 % of the width. Where no homography is supported,
        only points of confidence 0.6 or more are kept.
    """
    vertices = (dimensions or PitchDimensions()).vertices()
    homography = fit_homography(keypoints, size, dimensions=dimensions)
    confidence = confidences(keypoints)
    if homography is None:
        sure = confidence * (confidence >= ALONE)
        return _labelled(keypoints.xy[0].astype(np.float64), sure, sure > 0)
    projected = homography.project(vertices)
    distance = np.linalg.norm(projected - keypoints.xy[0], axis=1)
    seen = (confidence > 0) & (distance < DROP_WIDTHS * size[0])
    xy = np.where(seen[:, None], (projected + keypoints.xy[0]) / 2, projected)
    added = _added(homography, projected, vertices) * (np.count_nonzero(seen) >= _ADD_SUPPORT)
    return _labelled(xy, np.where(seen, confidence, added), seen)


def _added(homography: Homography, projected: Float64, vertices: Float64) -> Float64:
    """Return the confidence (32,) of each projected point; 0 where it should not be given."""
    doubt = homography.pixel_errors(vertices) / homography.size[0]
    inside = ((projected >= 0) & (projected < homography.size)).all(axis=1)
    return within_one_percent(doubt) * (inside & (doubt < ADD_WIDTHS))


def _labelled(xy: Float64, confidence: Float64, seen: Bools) -> sv.KeyPoints:
    given = confidence > 0
    source = np.where(seen, Source.DETECTED.value, Source.PROJECTED.value)
    return sv.KeyPoints(
        xy=np.where(given[:, None], xy, 0).astype(np.float32)[None],
        keypoint_confidence=confidence.astype(np.float32)[None],
        data={"source": np.where(given, source, "")[None]},
    )
