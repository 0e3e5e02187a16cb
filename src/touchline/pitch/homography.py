"""From keypoints to a homography with an error bar, and from pixels to metres with it."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import supervision as sv

from touchline.arrays import Float32, Float64
from touchline.frame import CameraState, Source
from touchline.geometry import entry_jacobians, point_jacobians, project_points, through
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.fitting import PointPairs, refine, squared_errors
from touchline.pitch.places import to_ground
from touchline.pitch.plausibility import MIN_POINTS, is_plausible
from touchline.pitch.projection import facing, image_units, inverse, pitch_units

RANSAC_WIDTHS = 0.02
"""Tighter (0.8-1 %) makes RANSAC lock onto subsets of the points."""

_GRID = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 13), np.linspace(-0.5, 0.5, 9)), -1)


@dataclass(frozen=True, slots=True, eq=False)
class Homography:
    """A view of the pitch and how well it is known.

    Attributes:
        projection: (3, 3) float64, pitch units to image units (see `projection`), norm 1.
        covariance: (9, 9) float64 of the row-major entries of `projection`.
        size: (width, height) of the image in pixels.
        uncertainty: Standard error in metres of a position in the visible part of the pitch:
            the root mean square over a grid of image positions that show the pitch. With
            u(h, X) the image of pitch position X under entries h, the covariance of X is
            (du/dX)^-1 (du/dh) C (du/dh)^T (du/dX)^-T.
    """

    projection: Float64
    covariance: Float64
    size: tuple[int, int]
    uncertainty: float

    @property
    def matrix(self) -> Float64:
        """The homography (3, 3) float64 from image pixels to pitch metres, positive in front."""
        to_metres = inverse(pitch_units()) @ inverse(self.projection)
        matrix = to_metres @ image_units(self.size)
        return np.asarray(matrix / np.linalg.norm(matrix))

    def project(self, metres: npt.ArrayLike) -> Float64:
        """Return where pitch positions (n, 2) in metres lie, (n, 2) pixels; NaN behind."""
        return to_image(self.matrix, metres)

    def pixel_errors(self, metres: npt.ArrayLike) -> Float64:
        """Return the standard error (n,) in pixels of `project(metres)`, per axis."""
        points = np.asarray(metres, np.float64) @ pitch_units()[:2, :2]
        jacobian = entry_jacobians(points, self.projection)
        variance = np.einsum("nik,kl,nil->n", jacobian, self.covariance, jacobian) / 2
        return np.asarray(np.sqrt(np.maximum(variance, 0)) * self.size[0])


def fit_homography(
    keypoints: sv.KeyPoints,
    size: tuple[int, int],
    *,
    dimensions: PitchDimensions | None = None,
) -> Homography | None:
    """Fit the view of the pitch that the keypoints of one frame support.

    RANSAC (at 2 % of the width) finds the points that agree; a robust least-squares fit weighted by
    confidence refines it.

    Args:
        keypoints: One pitch: `xy` (1, 32, 2) pixels, `keypoint_confidence` (1, 32), 0 = absent.
        size: (width, height) of the image in pixels.
        dimensions: Size of the pitch; 105 x 68 m unless told.

    Returns:
        The homography, or None where fewer than enough points support one: at least four that
        agree, not nearly on a line, seen from above, not mirrored, at a stadium's scale.
    """
    points = unit_points(keypoints, size, dimensions=dimensions or PitchDimensions())
    first = sample_consensus(points)
    return None if first is None else estimate(first, points, size)


def unit_points(
    keypoints: sv.KeyPoints, size: tuple[int, int], *, dimensions: PitchDimensions
) -> PointPairs:
    """Match the present keypoints with the pitch's vertices, in units, weighted by confidence."""
    confidence = confidences(keypoints)
    present = confidence > 0
    return PointPairs(
        project_points(dimensions.vertices()[present], pitch_units()),
        project_points(keypoints.xy[0][present], image_units(size)),
        confidence[present],
    )


def confidences(keypoints: sv.KeyPoints) -> Float64:
    """Return the confidence (32,) float64 of each keypoint that was seen; 0 for the others.

    A point that `data["source"]` calls projected was computed from the seen ones and proves
    nothing.
    """
    if keypoints.keypoint_confidence is None:
        return np.asarray((keypoints.xy[0] != 0).any(axis=1).astype(np.float64))
    confidence = np.asarray(keypoints.keypoint_confidence[0], np.float64)
    if "source" not in keypoints.data:
        return confidence
    return np.where(np.asarray(keypoints.data["source"])[0] == Source.PROJECTED, 0.0, confidence)


def within_one_percent(error: Float64) -> Float64:
    """Return the chance that a point is off by under 1 % of the width.

    `error` (n,) is the standard error per axis in widths; the distance is Rayleigh's.
    """
    return np.asarray(1 - np.exp(-((0.01 / np.maximum(error, 1e-6)) ** 2) / 2))


def sample_consensus(points: PointPairs) -> Float64 | None:
    """Find a homography (3, 3) in units that most points agree with, or None."""
    if len(points.pitch) < MIN_POINTS:
        return None
    matrix, inliers = cv2.findHomography(points.pitch, points.image, cv2.RANSAC, RANSAC_WIDTHS)
    if matrix is None:
        return None
    return facing(np.asarray(matrix, np.float64), points.pitch[inliers.ravel() > 0])


def estimate(first: Float64, points: PointPairs, size: tuple[int, int]) -> Homography | None:
    """Refine a first guess (3, 3) on `points`; None where the result is not a view of a pitch."""
    matrix, covariance = refine(first, points)
    agreeing = squared_errors(matrix, points) < RANSAC_WIDTHS**2
    inliers = PointPairs(points.pitch[agreeing], points.image[agreeing], points.weights[agreeing])
    if not is_plausible(matrix, inliers, height=size[1] / size[0]):
        return None
    uncertainty = uncertainty_in_view(matrix, covariance, size)
    if not np.isfinite(uncertainty):
        return None
    return Homography(matrix, covariance, size, uncertainty)


def uncertainty_in_view(matrix: Float64, covariance: Float64, size: tuple[int, int]) -> float:
    """Standard error in metres of a position in the visible part of the pitch, see `Homography`."""
    height = size[1] / size[0]
    image = (_GRID * [1, height]).reshape(-1, 2)
    seen = project_points(image, inverse(matrix))
    on_pitch = np.all(np.abs(seen) < [1.06, 0.69], axis=1)
    if not on_pitch.any() or not np.isfinite(covariance).all():
        return float("inf")
    seen = seen[on_pitch]
    by_place = point_jacobians(through(seen, matrix), matrix)
    entries = np.linalg.solve(by_place, entry_jacobians(seen, matrix))
    variance = np.einsum("nik,kl,nil->n", entries, covariance, entries)
    return float(np.sqrt(variance.mean()) * 50.0)


def to_pitch(homography: Float64, points: npt.ArrayLike) -> Float64:
    """Send image points (n, 2) pixels to the pitch: (n, 2) float64 metres; NaN at the horizon."""
    return project_points(points, homography)


def to_image(homography: Float64, points: npt.ArrayLike) -> Float64:
    """Send pitch points (n, 2) metres into the image: (n, 2) float64 pixels; NaN behind.

    `homography` is image to pitch, as everywhere; its sign says which side is in front.
    """
    return project_points(points, inverse(homography))


def positions(
    homography: Float64 | None,
    xyxy: Float32,
    *,
    dimensions: PitchDimensions | None = None,
    camera: CameraState | None = None,
    margin: float = 10.0,
) -> Float32:
    """Say where on the pitch boxes stand: the middle of their lower edge.

    Args:
        homography: (3, 3) float64 image pixels to pitch metres, or None.
        xyxy: Boxes (n, 4) in pixels.
        dimensions: Size of the pitch; 105 x 68 m unless told.
        camera: Behind the homography, where it is known: what its lens bends is undone, and places
            are in true metres. A homography alone puts the goal lines where the dimensions are.
        margin: Metres outside the touchlines and goal lines that still count.

    Returns:
        (n, 2) float32 metres; NaN without a homography and further outside than `margin`.
    """
    if homography is None or len(xyxy) == 0:
        return np.full((len(xyxy), 2), np.nan, np.float32)
    pitch = dimensions or PitchDimensions()
    feet = np.stack([(xyxy[:, 0] + xyxy[:, 2]) / 2, xyxy[:, 3]], axis=1)
    metres = to_pitch(homography, feet) if camera is None else to_ground(camera, feet)
    limit = np.array([pitch.length / 2 + margin, pitch.width / 2 + margin])
    outside = ~np.all(np.abs(metres) <= limit, axis=1)
    metres[outside] = np.nan
    return metres.astype(np.float32)
