"""Where the camera is, picture by picture: only what the painted lines confirm.

::

    the camera of a moment ago, moved on ──► followed ──┐
    network's points ── enough for a homography ────────┤──► aligned ──► confirmed by the paint,
          └──────────── three to five ──► rescued ──────┤                or nothing
    long lines ─────── nobody said anything ──► search ─┘

What is proposed first and confirmed is taken. A search takes most of a second, so it waits longer
and longer while it finds nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import supervision as sv

from touchline.arrays import Float64, Image
from touchline.geometry import project_points
from touchline.pitch.agreement import LineFit, agreement
from touchline.pitch.alignment import BODY, TURN, Anchors, Belief, align, spread
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.ground import GroundSize
from touchline.pitch.homography import RANSAC_WIDTHS, confidences, fit_homography
from touchline.pitch.look import PitchLook
from touchline.pitch.markings import Markings
from touchline.pitch.paint import Paint, find_paint
from touchline.pitch.projection import image_units, inverse, pitch_units
from touchline.pitch.rescue import FEWEST, rescued
from touchline.pitch.search import fitted, search
from touchline.pitch.squashed import unsquashed
from touchline.pitch.straight import Straight, find_straight
from touchline.pitch.view import PitchCamera

STRIDE = 1.0
"""Metres between two points of the markings that are drawn to the paint."""
FIRST_WAIT, LONGER = 5, 3
"""Looks between a search that found nothing and the next, and the factor by which they grow."""
STANDS = np.array([1.0, 1.0, 0.5])
"""Metres by which a camera is elsewhere from one look to the next: most stand still."""
NAMED = 0.015
"""Widths from a vertex within which a network's point has its name right."""
TOLD = 0.3
"""Confidence of points with right names by which one end of the pitch must be likelier."""
TRUST = 0.5
"""Share of a network's points that must agree with a camera that is followed; else it is asked what
it has to say by itself."""
SAME_PLACE = 5.0
"""Metres within which a camera stands where one stood before in the match."""

FinderMemory = tuple[list[Float64], Float64, Float64]
"""Where cameras of a match stand, and of ``GroundSize`` the size and the information."""


@dataclass(frozen=True, slots=True, eq=False)
class CameraProposal:
    """A camera, how well it agrees with the paint, who proposed it, and whether ends are told."""

    camera: PitchCamera
    agreement: LineFit
    by: str
    knows_end: bool

    @property
    def is_confirmed(self) -> bool:
        """Whether the paint confirms it."""
        return self.agreement.confirms(self.by)


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """What a picture and a network say."""

    size: tuple[int, int]
    keypoints: sv.KeyPoints
    anchors: Anchors
    paint: Paint
    straight: Straight


class PitchFinder:
    """Finds the camera in the pictures of a clip, one after another.

    Args:
        dimensions: Size of the pitch; 105 x 68 m unless told.
    """

    def __init__(self, dimensions: PitchDimensions | None = None) -> None:
        self._dimensions = dimensions or PitchDimensions()
        self._markings = Markings.of(self._dimensions, step=STRIDE)
        self._vertices = self._dimensions.vertices()
        self._places: list[Float64] = []
        """Where cameras of this match stand of which the end is known."""
        self._ground = GroundSize()
        self.begin_shot()

    @property
    def memory(self) -> FinderMemory:
        """What it carries over a cut: where cameras of the match stand, and the ground's size."""
        return [*self._places], self._ground.size, self._ground.information

    @memory.setter
    def memory(self, memory: FinderMemory) -> None:
        self._places, self._ground.size, self._ground.information = [*memory[0]], *memory[1:]

    def begin_shot(self) -> None:
        """A cut: the camera is another one."""
        self._last: CameraProposal | None = None
        self._moved = np.eye(3)
        self._wait, self._waited = FIRST_WAIT, FIRST_WAIT

    def move(self, camera_motion: Float64) -> None:
        """Take in a frame by the homography (3, 3) from the last frame's pixels to its."""
        moved = camera_motion @ self._moved
        self._moved = moved / np.linalg.norm(moved)

    def look(self, image: Image, keypoints: sv.KeyPoints) -> PitchLook | None:
        """The pitch in the frame that was taken in last, or None where no paint confirms one.

        Args:
            image: uint8 (H, W, 3), BGR.
            keypoints: What a network saw in it, see ``PitchModel.locate``.
        """
        image, keypoints, stretch = unsquashed(image, keypoints)
        scale = np.diag([1.0, stretch, 1.0])
        self._moved = scale @ self._moved @ inverse(scale)
        look = self._look(image, keypoints)
        return look if look is None or stretch == 1 else look.stretched(1 / stretch)

    def _look(self, image: Image, keypoints: sv.KeyPoints) -> PitchLook | None:
        found = self.find(image, keypoints)
        self._last, self._moved = found[0] if found else None, np.eye(3)
        if found is None:
            return None
        proposal, picture = found
        camera = proposal.camera
        if proposal.knows_end and not self._stood_before(camera):
            self._places.append(camera.centre)
        known = partial(spread, camera, self._markings, picture.paint, anchors=picture.anchors)
        self._ground.learn(camera, known(sure_of_priors=True))
        return PitchLook.through(
            camera,
            known(),
            picture.size,
            vertices=self._vertices,
            width=self._dimensions.width,
            seen=self._seen(camera, picture),
            knows_end=proposal.knows_end,
        )

    def find(self, image: Image, keypoints: sv.KeyPoints) -> tuple[CameraProposal, _Picture] | None:
        """The first camera that is proposed and confirmed, and what it was held against."""
        paint, size = find_paint(image), (image.shape[1], image.shape[0])
        anchors = self._anchors(keypoints, size)
        picture = _Picture(size, keypoints, anchors, paint, find_straight(paint))
        doubtful: CameraProposal | None = None
        for proposal in self._proposals(picture):
            if not proposal.is_confirmed:
                continue
            if proposal.by == "followed" and self._is_contradicted(proposal.camera, anchors):
                doubtful = proposal
                continue
            if doubtful and doubtful.agreement.balance > proposal.agreement.balance:
                break
            return proposal, picture
        return None if doubtful is None else (doubtful, picture)

    def _proposals(self, picture: _Picture) -> Iterator[CameraProposal]:
        """Cameras that somebody proposes, the most likely and cheapest first."""
        if self._last is not None:
            yield self._followed(self._last, picture)
        fit = fit_homography(picture.keypoints, picture.size, dimensions=self._dimensions)
        if fit is not None:
            yield self._by_points(fit.projection, picture)
        elif len(picture.anchors.weights) >= FEWEST:
            found = rescued(
                picture.anchors, self._markings, picture.paint, picture.straight.members
            )
            yield CameraProposal(*found, "few", knows_end=True)
        self._waited += 1
        if self._last is None and self._waited >= self._wait:
            yield from self._searched(picture)

    def _searched(self, picture: _Picture) -> Iterator[CameraProposal]:
        found = search(picture.paint, picture.straight, self._markings, self._dimensions)
        self._waited, self._wait = 0, self._wait * LONGER
        if found is not None:
            camera, knows_end = self._end(found[0], picture.anchors)
            yield CameraProposal(camera, found[1], "lines", knows_end)

    def _followed(self, last: CameraProposal, picture: _Picture) -> CameraProposal:
        """The last camera, moved as the picture has, and then onto the paint."""
        units = image_units(picture.size)
        view = units @ self._moved @ inverse(units) @ last.camera.plain()
        camera = fitted(view, self._markings, picture.size[1] / picture.size[0], near=last.camera)
        belief = self._belief(last.camera.centre)
        anchors = picture.anchors
        steps = (
            (None, TURN, [24.0, 24.0, 12.0, 12.0]),
            (None, BODY, [8.0, 6.0]),
            (anchors, None, [4.0, 4.0, 4.0]),
        )
        for held, free, radii in steps:
            if held is not None and self._is_contradicted(camera, held):
                held = None
            camera = align(
                camera,
                self._markings,
                paint=picture.paint,
                anchors=held,
                belief=belief,
                free=free,
                radii=radii,
            )
        return self._proposal(camera, "followed", picture, knows_end=last.knows_end)

    def _belief(self, centre: Float64 | None) -> Belief:
        """What is believed of the next camera, at a place if that is known."""
        noise = None if centre is None else STANDS
        ground = self._ground
        return Belief(centre, noise, ground=ground.size, ground_noise=ground.noise)

    def _by_points(self, projection: Float64, picture: _Picture) -> CameraProposal:
        height = picture.size[1] / picture.size[0]
        camera = fitted(projection @ pitch_units(), self._markings, height)
        steps = (
            (None, BODY, [24.0] * 5),
            (picture.paint, BODY, [12.0, 12.0, 6.0, 6.0, 4.0, 4.0]),
            (picture.paint, None, [5.0, 5.0, 4.0, 4.0]),
        )
        for paint, free, radii in steps:
            camera = align(
                camera,
                self._markings,
                paint=paint,
                anchors=picture.anchors,
                belief=self._belief(None),
                free=free,
                radii=radii,
            )
        return self._proposal(camera, "points", picture, knows_end=True)

    def _proposal(
        self, camera: PitchCamera, by: str, picture: _Picture, *, knows_end: bool
    ) -> CameraProposal:
        agreed = agreement(camera, self._markings, picture.paint, picture.straight.members)
        if not knows_end:
            camera, knows_end = self._end(camera, picture.anchors)
        return CameraProposal(camera, agreed, by, knows_end)

    def _end(self, camera: PitchCamera, anchors: Anchors) -> tuple[PitchCamera, bool]:
        """The camera or the one turned by 180 degrees, and whether that is told.

        The network's points tell, or a camera that stood there before in the match; else it is
        taken to stand on the side of main cameras.
        """
        both = camera, camera.turned()
        votes = [float(anchors.weights @ self._named(each, anchors)) for each in both]
        stood = [float(self._stood_before(each)) for each in both]
        for says, least in ((votes, TOLD), (stood, 0.5)):
            if abs(says[0] - says[1]) > least:
                return both[int(np.argmax(says))], True
        return both[int(camera.centre[1] > 0)], False

    def _is_contradicted(self, camera: PitchCamera, anchors: Anchors) -> bool:
        right = float(anchors.weights @ self._named(camera, anchors))
        return len(anchors.weights) >= FEWEST and right < TRUST * float(anchors.weights.sum())

    def _named(self, camera: PitchCamera, anchors: Anchors) -> Float64:
        """1 for each point of a network (n,) that is where a camera has it, else 0."""
        image = camera.project(anchors.pitch, self._dimensions.width)
        return np.asarray(np.linalg.norm(image - anchors.image, axis=1) < NAMED, np.float64)

    def _stood_before(self, camera: PitchCamera) -> bool:
        return any(np.linalg.norm(camera.centre - each) < SAME_PLACE for each in self._places)

    def _anchors(self, keypoints: sv.KeyPoints, size: tuple[int, int]) -> Anchors:
        confidence = confidences(keypoints)
        seen = confidence > 0
        image = project_points(keypoints.xy[0][seen], image_units(size))
        return Anchors(self._vertices[seen], image, confidence[seen])

    def _seen(self, camera: PitchCamera, picture: _Picture) -> Float64:
        """Confidence (32,) of the network's points that are where the camera has them, else 0."""
        image = camera.project(self._vertices, self._dimensions.width)
        given = project_points(picture.keypoints.xy[0], image_units(picture.size))
        near = np.linalg.norm(image - given, axis=1) < RANSAC_WIDTHS
        return np.asarray(confidences(picture.keypoints) * near)
