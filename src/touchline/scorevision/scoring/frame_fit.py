"""How well the keypoints of single frames fit the template, the painted lines and the boxes."""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from touchline.arrays import Bools, Float64
from touchline.scorevision.scoring.answer import centre_of
from touchline.scorevision.scoring.boxes import MIN_HEIGHT, MIN_WIDTH, TOP_BAND
from touchline.scorevision.scoring.objects import ClaimedBoxes
from touchline.scorevision.scoring.segments import (
    mean_pairwise_distance,
    nearest_distances,
    pairwise_distances,
)
from touchline.scorevision.scoring.template import LENGTH, WIDTH, scaled_vertices

MIN_APART = 25.0
"""Pixels that a point must lie from every earlier one that counts."""
MIN_POINTS = 4
"""Points from which a homography can be found."""
MIN_TOLERANCE, TOLERANCE = 12.0, 0.01
"""Pixels, and share of the width, that RANSAC allows an inlier: the larger of the two."""
NEAR, STEEPNESS = 0.02, 0.0037
"""Distance that scores a half, and how fast the score falls about it."""
MAX_SCALE = 1.5
"""Ratio of scales at which a frame is capped."""


class DroppedPoint(StrEnum):
    """Why a point that is there does not count."""

    OUTSIDE = "outside the image"
    """x < 0, x >= width, y < 0 or y >= height."""
    CROWDED = "too near an earlier point"
    """Within 25 pixels of a point before it in the list that counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The homography of a frame and how well it holds.

    Attributes:
        homography: float64 (3, 3), from pixels to the scaled template.
        inlier: bool (k,) of the points that count.
        error: float64 (k,) distance of each point, projected, to its vertex of the scaled template.
    """

    homography: Float64
    inlier: Bools
    error: Float64

    @property
    def inlier_ratio(self) -> float:
        """Share of inliers among the points that count."""
        return float(self.inlier.mean())

    @property
    def reprojection_error(self) -> float:
        """Mean over all points that count, outliers too."""
        return float(self.error.mean())

    @property
    def score(self) -> float:
        """``(min(100, 100 inliers) + max(0, 100 - error)) / 2``, 0 to 100."""
        return (100 * self.inlier_ratio + max(0.0, 100 - self.reprojection_error)) / 2


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPoints:
    """Which of the points of f frames count; bool (f, 32) each.

    Attributes:
        present: Not (0, 0).
        inside: In the image.
        valid: Present, inside, and 25 px from every earlier valid one.
        unbounded: Present, and 25 px from every earlier unbounded one, wherever they lie: the
            validator forgets the size of the image where it asks for stability.
    """

    present: Bools
    inside: Bools
    valid: Bools
    unbounded: Bools


def judge_points(keypoints: Float64, width: int, height: int) -> JudgedPoints:
    """Say which points count. A point that was dropped drops no other, so their order matters.

    Args:
        keypoints: float64 (f, 32, 2) pixels, all frames at once.
        width: Of the image, in pixels; a point at ``x = width`` is outside.
        height: Of the image, in pixels.
    """
    present: Bools = np.any(keypoints != 0, axis=2)
    inside: Bools = np.all((keypoints >= 0) & (keypoints < (width, height)), axis=2)
    near = pairwise_distances(keypoints) < MIN_APART
    return JudgedPoints(present, inside, _apart(present & inside, near), _apart(present, near))


def _apart(asked: Bools, near: Bools) -> Bools:
    """Of the points asked for (f, n), in list order, those near (f, n, n) to none kept before."""
    kept = asked.copy()
    for i in range(1, asked.shape[1]):
        kept[:, i] &= ~(near[:, i, :i] & kept[:, :i]).any(axis=1)
    return kept


def fit_template(keypoints: Float64, valid: Bools, *, width: int, height: int) -> Fit | None:
    """Fit the points (32, 2) that are valid (32,) to the scaled template, with OpenCV's RANSAC.

    The same points always give the same homography: OpenCV seeds its RANSAC alike in every call.

    Returns:
        None with fewer than 4 points, or where OpenCV finds no homography.
    """
    if np.count_nonzero(valid) < MIN_POINTS:
        return None
    points, vertices = keypoints[valid], scaled_vertices(width, height)[valid]
    tolerance = max(MIN_TOLERANCE, TOLERANCE * width)
    homography, mask = cv2.findHomography(points, vertices, cv2.RANSAC, tolerance)
    if homography is None:
        return None
    matrix = np.asarray(homography, np.float64)
    error = np.hypot(*(project(points, matrix) - vertices).T)
    return Fit(matrix, np.asarray(mask).ravel() > 0, error)


def project(points: Float64, homography: Float64) -> Float64:
    """Project points (n, 2) as OpenCV does; what lies at infinity comes out as (0, 0)."""
    if not len(points):
        return np.empty((0, 2))
    return np.asarray(cv2.perspectiveTransform(points[:, None], homography)[:, 0], np.float64)


def on_line_score(points: Float64, lines: Float64, *, width: int, height: int) -> float:
    """``1 / (1 + exp((d - 0.02) / 0.0037))``, d the mean distance of the points to the lines.

    Both axes are divided by the size of the image first, so a distance is longer across the
    shorter side.

    Args:
        points: float64 (k, 2) pixels, those that count.
        lines: float64 (m, 4) pixels.
        width: Of the image, in pixels.
        height: Of the image, in pixels.

    Returns:
        0.5 without a point, 0 without a line.
    """
    if not len(points):
        return 0.5
    if not len(lines):
        return 0.0
    size = np.array([width, height], np.float64)
    distance = nearest_distances(points / size, lines / np.tile(size, 2)).mean()
    return logistic(float(distance))


def logistic(distance: float) -> float:
    """``1 / (1 + exp((distance - 0.02) / 0.0037))``: 0.9955 at 0, 0.5 at 0.02."""
    # Beyond an exponent of 700 it is 0 to the last digit, and exp would overflow.
    return float(1 / (1 + np.exp(min((distance - NEAR) / STEEPNESS, 700.0))))


def counted_centres(boxes: ClaimedBoxes, width: int) -> Float64:
    """Centres (n, 2) of the boxes that are large enough and below the top band."""
    x1, y1, x2, y2 = boxes.xyxy.T
    large = boxes.is_ball | ((boxes.width >= MIN_WIDTH) & (boxes.height >= MIN_HEIGHT))
    in_band = (x2 >= 0) & (x1 <= width) & (y2 >= 0) & (y1 <= TOP_BAND)
    return centre_of(boxes.xyxy[large & ~in_band])


def inside_share(centres: Float64, homography: Float64) -> float:
    """Share of box centres that the homography brings within the pitch; 0 without any.

    The homography leads to the scaled template, the pitch asked is that in centimetres: 12000 x
    7000 instead of 1.7 by 0.58 images. Nearly everything that lands right of and below the origin
    is inside.
    """
    if not len(centres):
        return 0.0
    # The validator projects in float32.
    at = project(np.asarray(centres, np.float32).astype(np.float64), homography)
    return float(((at >= 0) & (at <= (LENGTH, WIDTH))).all(axis=1).mean())


def scale_ratio(points: Float64, centres: Float64) -> float:
    """Mean pairwise distance of the points over that of the centres, at most 1.5.

    1 with fewer than two of either.
    """
    if len(points) < 2 or len(centres) < 2:
        return 1.0
    ratio = mean_pairwise_distance(points) / (mean_pairwise_distance(centres) + 1e-6)
    return min(ratio, MAX_SCALE)
