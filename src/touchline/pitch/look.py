"""What one picture says of the pitch: a camera that the paint confirms, and how sure it is."""

from dataclasses import dataclass, replace

import numpy as np

from touchline.arrays import Float64
from touchline.pitch.alignment import STEPS
from touchline.pitch.homography import Homography, uncertainty_in_view
from touchline.pitch.view import PitchCamera, ground_in_view, homography_of

_MARGIN = 0.5
"""Widths beyond the picture up to which a vertex still says where the camera looks."""


@dataclass(frozen=True, slots=True, eq=False)
class PitchLook:
    """The pitch as one picture shows it, in units (see ``projection``).

    Attributes:
        projection: (3, 3) float64, pitch to image, norm 1, positive depth in front.
        covariance: (9, 9) float64 of its row-major entries.
        vertices: (32, 2) float64, where the vertices lie, through the lens; NaN far outside.
        seen: (32,) float64, confidence of a network's points that are where the vertices are; 0
            for the others.
        camera: Behind it, or None where only a homography is known.
        knows_end: Whether it is told which end of the pitch is which.
    """

    projection: Float64
    covariance: Float64
    vertices: Float64
    seen: Float64
    camera: PitchCamera | None = None
    knows_end: bool = True

    @classmethod
    def through(
        cls,
        camera: PitchCamera,
        covariance: Float64,
        size: tuple[int, int],
        *,
        vertices: Float64,
        width: float,
        seen: Float64,
        knows_end: bool,
    ) -> "PitchLook | None":
        """What a camera shows; None where hardly any ground is in view.

        Args:
            camera: The view.
            covariance: (12, 12) of its parameters.
            size: (width, height) of the image in pixels.
            vertices: (32, 2) metres.
            width: Of the pitch, metres.
            seen: As of ``PitchLook``.
            knows_end: Likewise.
        """
        # Over the same ground for all: a point more or less would look like a change.
        ground, _ = ground_in_view(camera.plain(), size[1] / size[0])
        projection = homography_of(camera, size, width, ground=ground)
        if projection is None:
            return None
        cameras = [camera.stepped(each) for each in np.diag(STEPS)]
        nudged = [homography_of(each, size, width, ground=ground) for each in cameras]
        change = [(projection if each is None else each) - projection for each in nudged]
        jacobian = np.stack([each.ravel() for each in change]) / STEPS[:, None]
        image = camera.project(vertices, width)
        limit = np.array([0.5, size[1] / size[0] / 2]) + _MARGIN
        image[~(np.abs(image) <= limit).all(axis=1)] = np.nan
        return cls(projection, jacobian.T @ covariance @ jacobian, image, seen, camera, knows_end)

    def homography(self, size: tuple[int, int]) -> Homography:
        """The view in an image of (width, height), and how well it is known."""
        uncertainty = uncertainty_in_view(self.projection, self.covariance, size)
        return Homography(self.projection, self.covariance, size, uncertainty)

    def stretched(self, factor: float) -> "PitchLook":
        """The same in a picture that is so many times as high; no camera has such pixels."""
        stretch = np.diag([1.0, factor, 1.0])
        projection = stretch @ self.projection
        size = np.linalg.norm(projection)
        turn = np.kron(stretch, np.eye(3)) / size
        return replace(
            self,
            projection=projection / size,
            covariance=turn @ self.covariance @ turn.T,
            vertices=self.vertices * [1.0, factor],
            camera=None,
        )
