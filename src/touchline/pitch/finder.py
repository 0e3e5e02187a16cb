"""Where the camera is, from a picture and what a network saw in it: only what paint confirms.

::

    network's points ── enough ──► homography ──► aligned ──┐
          └──────────── three to five ──► rescued ──────────┤
    paint ── long lines ── nobody said anything ──► search ─┴──► confirmed by paint, or nothing
"""

from dataclasses import dataclass

import numpy as np
import supervision as sv

from touchline.arrays import Float64, Image
from touchline.geometry import project_points
from touchline.pitch.agreement import Agreement, agreement
from touchline.pitch.alignment import BODY, Anchors, align, spread
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.homography import confidences, fit_homography
from touchline.pitch.markings import Markings
from touchline.pitch.paint import Paint, find_paint
from touchline.pitch.projection import image_units, pitch_units
from touchline.pitch.rescue import FEWEST, rescued
from touchline.pitch.search import fitted, search
from touchline.pitch.straight import Straight, find_straight
from touchline.pitch.view import Camera


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A camera that the paint confirms.

    Attributes:
        camera: Its view.
        agreement: How well its lines lie on the paint.
        by: What proposed it: ``points``, ``few``, ``followed`` or ``lines``.
        covariance: float64 (12, 12) of its parameters.
    """

    camera: Camera
    agreement: Agreement
    by: str
    covariance: Float64


class Finder:
    """Finds the camera in pictures, one after another.

    Args:
        dimensions: Size of the pitch; 105 x 68 m unless told.
    """

    def __init__(self, dimensions: PitchDimensions | None = None) -> None:
        self._dimensions = dimensions or PitchDimensions()
        self._markings = Markings.of(self._dimensions, step=1.0)
        self._vertices = self._dimensions.vertices()

    def find(self, image: Image, keypoints: sv.KeyPoints) -> Found | None:
        """The camera of a picture on its own.

        Args:
            image: uint8 (H, W, 3), BGR.
            keypoints: What a network saw in it, see ``PitchModel.locate``.
        """
        size = (image.shape[1], image.shape[0])
        paint = find_paint(image)
        straight = find_straight(paint)
        anchors = self._anchors(keypoints, size)
        for by in ("points", "few", "lines"):
            proposed = self._propose(by, keypoints, size, anchors, paint, straight)
            if proposed is not None and proposed[1].confirms(by):
                covariance = spread(proposed[0], self._markings, paint, anchors=anchors)
                return Found(*proposed, by, covariance)
        return None

    def _propose(
        self,
        by: str,
        keypoints: sv.KeyPoints,
        size: tuple[int, int],
        anchors: Anchors,
        paint: Paint,
        straight: Straight,
    ) -> tuple[Camera, Agreement] | None:
        if by == "points":
            fit = fit_homography(keypoints, size, dimensions=self._dimensions)
            if fit is None:
                return None
            camera = fitted(fit.projection @ pitch_units(), self._markings, size[1] / size[0])
            return self._aligned(camera, paint, straight, anchors)
        if by == "few":
            if len(anchors.weights) < FEWEST:
                return None
            return rescued(anchors, self._markings, paint, straight.members)
        found = search(paint, straight, self._markings, self._dimensions)
        return None if found is None else (self._end(found[0], anchors), found[1])

    def _aligned(
        self, camera: Camera, paint: Paint, straight: Straight, anchors: Anchors
    ) -> tuple[Camera, Agreement]:
        camera = align(camera, self._markings, anchors=anchors, free=BODY, radii=[24.0] * 5)
        camera = align(
            camera,
            self._markings,
            paint=paint,
            anchors=anchors,
            free=BODY,
            radii=[12.0, 12.0, 6.0, 6.0, 4.0, 4.0],
        )
        camera = align(
            camera, self._markings, paint=paint, anchors=anchors, radii=[5.0, 5.0, 4.0, 4.0]
        )
        return camera, agreement(camera, self._markings, paint, straight.members)

    def _end(self, camera: Camera, anchors: Anchors) -> Camera:
        """The camera, or the one that sees the pitch turned, as the network's points have it."""
        votes = [self._votes(each, anchors) for each in (camera, camera.turned())]
        if abs(votes[0] - votes[1]) > 0.3:
            return camera if votes[0] > votes[1] else camera.turned()
        return camera if camera.centre[1] < 0 else camera.turned()

    def _votes(self, camera: Camera, anchors: Anchors) -> float:
        image = camera.project(anchors.pitch, self._dimensions.width)
        near = np.linalg.norm(image - anchors.image, axis=1) < 0.015
        return float(anchors.weights @ near)

    def _anchors(self, keypoints: sv.KeyPoints, size: tuple[int, int]) -> Anchors:
        confidence = confidences(keypoints)
        seen = confidence > 0
        image = project_points(keypoints.xy[0][seen], image_units(size))
        return Anchors(self._vertices[seen], image, confidence[seen])
