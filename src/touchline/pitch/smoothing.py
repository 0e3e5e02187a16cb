"""The pitch through a shot: looks a few times a second become one homography in every frame.

All looks within a second before and after a frame are carried to it by the camera's motion and
averaged, weighted by nearness in time. So a frame between two looks hears both, a look that
contradicts its neighbours is outvoted, a still camera gives a still pitch, and what is known fades
as the last look recedes.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import supervision as sv

from touchline.arrays import Float64
from touchline.errors import UsageError
from touchline.frame import N_KEYPOINTS, CameraState, PitchState, Source, no_pitch
from touchline.geometry import project_points
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.drift import drift, part_of
from touchline.pitch.homography import Homography, uncertainty_in_view, within_one_percent
from touchline.pitch.look import PitchLook
from touchline.pitch.projection import facing, image_units, inverse
from touchline.pitch.view import PitchCamera, camera_from, mean_camera

MAX_UNCERTAINTY = 2.5
"""Metres; a homography known less well is not given."""

MIN_SUPPORT = 0.5
"""Share of the looks near in time that must agree. Where looks contradict each other, or the
camera's motion was lost between them, nothing is known."""

AGREE = 0.02
"""Widths of the image by which two looks that agree differ, in the median over the picture."""

_LOWER = np.stack(np.meshgrid(np.linspace(-0.45, 0.45, 5), np.linspace(-0.1, 0.45, 4)), -1).reshape(
    -1, 2
)
"""Points of a picture, in widths and heights from its middle, where there is ground mostly."""

FADING = 6
"""Power of 1 - t^2 by which a look counts less with its distance t in time: half at a third of the
reach. A look is better than the motion over a second."""

LOST = 0.006
"""Widths; where three looks differ by less, the camera's motion is as good as the looks."""

_MAX_POINT_ERROR = 0.01
"""Widths of the image; a projected point known less well is absent."""


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """A frame and what was seen in it."""

    beat: float
    look: PitchLook | None


@dataclass(frozen=True, slots=True, eq=False)
class _Blend:
    """What the looks near a frame say of it together, in units.

    Attributes:
        homography: Their mean.
        vertices: (32, 2) float64, through the lens; NaN where none of them has one.
        camera: Theirs, together; None where one of them has none.
        knows_end: Whether the nearest of them knows which end is which.
    """

    homography: Homography
    vertices: Float64
    camera: PitchCamera | None
    knows_end: bool


class PitchTrack:
    """Follows the pitch through one shot; made anew for the next.

    Args:
        fps: Frames a second.
        size: (width, height) of the frames in pixels.
        dimensions: Size of the pitch; 105 x 68 m unless told.
        reach: Seconds before and after a frame from which looks still count; also the delay.

    Raises:
        UsageError: `fps` or `reach` is not positive.
    """

    def __init__(
        self,
        fps: float,
        size: tuple[int, int],
        *,
        dimensions: PitchDimensions | None = None,
        reach: float = 1.0,
    ) -> None:
        if not (fps > 0 and reach > 0):
            raise UsageError(f"fps and reach must be positive; got {fps} and {reach}.")
        self._size = size
        self._dimensions = dimensions or PitchDimensions()
        self._vertices = self._dimensions.vertices()
        self._reach = max(1.0, fps * reach)
        self._units = image_units(size)
        self._moments: deque[_Moment] = deque()
        """From the oldest that still counts to the newest; the first `_next` of them are given."""
        self._to_newest = np.zeros((0, 3, 3))
        """Motion in units from each of the moments to the newest."""
        self._beat = -1.0
        self._next = 0

    def push(
        self, look: PitchLook | None, camera_motion: Float64, *, beat: float | None = None
    ) -> list[PitchState]:
        """Take the next frame and give those that are complete, oldest first.

        Args:
            look: What is seen of the pitch in it; None where nobody looked, or nothing is.
            camera_motion: (3, 3) from the previous frame's pixels to this frame's.
            beat: Its place in time, in frames of ``fps``; None is one after the last.
        """
        self._beat = self._beat + 1 if beat is None else beat
        self._carry(camera_motion)
        self._moments.append(_Moment(self._beat, look))
        if look is not None:
            self._recover()
        return self._complete(self._beat + 1 - self._reach)

    def flush(self) -> list[PitchState]:
        """Give the frames that are left, oldest first."""
        self._recover_last()
        return self._complete(np.inf)

    def _carry(self, camera_motion: Float64) -> None:
        motion = self._units @ camera_motion @ inverse(self._units)
        motion = facing(motion, [[0.0, 0.0]])
        moved = motion @ self._to_newest
        moved /= np.linalg.norm(moved, axis=(1, 2), keepdims=True)
        self._to_newest = np.concatenate([moved, np.eye(3)[None]])

    def _recover(self) -> None:
        """Mend the motion between two looks where the looks around them say it was lost as well.

        A look that is wrong contradicts its neighbours too, but those agree across it.
        """
        places = [place for place, moment in enumerate(self._moments) if moment.look][-4:]
        if len(places) < 3:
            return
        *_, first, second, after = places
        before = places[-4] if len(places) == 4 else first
        if self._drift(first, after) is not None and self._drift(before, second) is not None:
            self._mend(first, second)

    def _recover_last(self) -> None:
        """Do the same for the last two looks, which have none after them."""
        places = [place for place, moment in enumerate(self._moments) if moment.look][-3:]
        if len(places) == 3 and self._drift(places[0], places[2]) is not None:
            self._mend(places[1], places[2])

    def _drift(self, before: int, after: int, *, least: float = LOST) -> Float64 | None:
        first, second = self._moments[before].look, self._moments[after].look
        if first is None or second is None:
            return None
        motion = inverse(self._to_newest[after]) @ self._to_newest[before]
        return drift(first.vertices, second.vertices, motion, least=least)

    def _mend(self, before: int, after: int) -> None:
        """Spread the drift between two looks evenly over the frames between them."""
        missed = self._drift(before, after, least=0.0)
        if missed is None:
            return
        beats = np.array([moment.beat for moment in self._moments])
        shares = (beats[after] - beats[:after]) / (beats[after] - beats[before])
        there, back = self._to_newest[after], inverse(self._to_newest[after])
        mended = there @ part_of(missed, np.minimum(shares, 1.0)) @ back
        self._to_newest[:after] = mended @ self._to_newest[:after]

    def _complete(self, before: float) -> list[PitchState]:
        states = []
        while self._next < len(self._moments) and self._moments[self._next].beat < before:
            now = self._moments[self._next].beat
            while self._moments[0].beat <= now - self._reach:
                self._moments.popleft()
                self._next -= 1
            self._to_newest = self._to_newest[-len(self._moments) :]
            states.append(self._state(self._next))
            self._next += 1
        return states

    def _state(self, place: int) -> PitchState:
        blend = self._blend(place)
        if blend is None:
            return no_pitch()
        here, detected = self._moments[place].look, np.zeros(N_KEYPOINTS)
        if here is not None:
            apart = np.linalg.norm(here.vertices - blend.vertices, axis=1)
            detected = here.seen * (apart < AGREE)
        return self._seen_through(blend, detected)

    def _blend(self, place: int) -> _Blend | None:
        """The mean of the looks near a moment that agree, or None where too few do."""
        beats = np.array([moment.beat for moment in self._moments])
        distance = (beats - beats[place]) / self._reach
        nearness = np.clip(1 - distance**2, 0, None) ** FADING
        looks = {k: m.look for k, m in enumerate(self._moments) if m.look and nearness[k] > 0}
        if not looks:
            return None
        near = list(looks)
        weights, given = nearness[near], list(looks.values())
        motions = inverse(self._to_newest[place]) @ self._to_newest[near]
        vertices = project_points(np.array([each.vertices for each in given]), motions)
        carried = motions @ np.array([each.projection for each in given])
        agreeing = _agreeing(carried, weights, self._size[1] / self._size[0])
        if weights @ agreeing <= MIN_SUPPORT * weights.sum():
            return None
        weights = weights * agreeing
        homography = self._mean(carried, [each.covariance for each in given], motions, weights)
        if homography.uncertainty > MAX_UNCERTAINTY:
            return None
        known = np.isfinite(vertices).all(axis=2) * weights[:, None]
        total = np.nan_to_num(vertices) * known[:, :, None]
        with np.errstate(invalid="ignore"):
            settled = total.sum(axis=0) / known.sum(axis=0)[:, None]
        camera = self._camera(given, motions, weights)
        return _Blend(homography, settled, camera, given[int(weights.argmax())].knows_end)

    def _camera(
        self, looks: list[PitchLook], motions: Float64, weights: Float64
    ) -> PitchCamera | None:
        """The camera of k looks together: at their mean place, turned as they say in the mean."""
        cameras = [each.camera for each in looks if each.camera is not None]
        if len(cameras) < len(looks):
            return None
        views = motions @ np.array([each.plain() for each in cameras])
        norms = np.linalg.norm(views, axis=(1, 2))
        view = np.einsum("k,kij->ij", weights / norms, views)
        return camera_from(view, mean_camera(cameras, weights), self._size[1] / self._size[0])

    def _mean(
        self, carried: Float64, covariances: list[Float64], motions: Float64, weights: Float64
    ) -> Homography:
        """The mean of projections (k, 3, 3) that motions have carried, and how well it is known.

        Looks err alike, so many are known no better than one; one far in time less well.
        """
        norms = np.linalg.norm(carried, axis=(1, 2))
        matrix = np.einsum("k,kij->ij", weights / norms, carried) / weights.sum()
        shares = weights / weights.sum()
        turns = np.einsum("kij,cd->kicjd", motions / norms[:, None, None], np.eye(3))
        turns = turns.reshape(-1, 9, 9)
        known = np.array(covariances) * shares[:, None, None]
        covariance = (turns @ known @ turns.transpose(0, 2, 1)).sum(axis=0)
        size = np.linalg.norm(matrix)
        covariance /= size**2 * min(1.0, float(weights.sum()))
        uncertainty = uncertainty_in_view(matrix / size, covariance, self._size)
        return Homography(matrix / size, covariance, self._size, uncertainty)

    def _seen_through(self, blend: _Blend, detected: Float64) -> PitchState:
        """The state of a frame; ``detected`` (32,) is what a network saw there itself."""
        homography, width = blend.homography, self._size[0]
        xy = project_points(blend.vertices, inverse(self._units))
        inside = ((xy >= 0) & (xy < self._size)).all(axis=1)
        doubt = homography.pixel_errors(self._vertices) / width
        seen = inside & (detected > 0)
        sure = within_one_percent(doubt) * (inside & (doubt < _MAX_POINT_ERROR))
        confidence = np.where(seen, detected, sure)
        shown = confidence > 0
        keypoints = sv.KeyPoints(
            xy=np.where(shown[:, None], xy, 0).astype(np.float32)[None],
            keypoint_confidence=confidence.astype(np.float32)[None],
        )
        names = [Source.DETECTED if one else Source.PROJECTED for one in seen]
        sources = tuple(names[k] if shown[k] else None for k in range(N_KEYPOINTS))
        camera = blend.camera
        seen_by = None if camera is None else self._state_of(camera, knows_end=blend.knows_end)
        return PitchState(keypoints, sources, homography.matrix, homography.uncertainty, seen_by)

    def _state_of(self, camera: PitchCamera, *, knows_end: bool) -> CameraState:
        length, width = self._dimensions.length, self._dimensions.width
        return CameraState(
            focal=camera.focal * self._size[0],
            rotation=camera.rotation,
            position=camera.centre,
            distortion=camera.bend * camera.focal**2,
            middle=project_points(camera.middle[None], inverse(self._units))[0],
            ground=(length + camera.longer, width + camera.wider),
            knows_end=knows_end,
        )


def _agreeing(projections: Float64, weights: Float64, height: float) -> Float64:
    """Which of k looks (k,) agree with the one that most of them agree with, 1 or 0.

    Two looks are as far apart as points of the picture move from one's ground to the other's.

    Args:
        projections: (k, 3, 3), carried to one moment.
        weights: (k,) how much each counts.
        height: Of the picture in widths.
    """
    between = projections[:, None] @ np.linalg.inv(projections)[None]
    grid = _LOWER * [1.0, height]
    apart = np.linalg.norm(project_points(grid, between) - grid, axis=3)
    agree = (np.median(apart, axis=2) < AGREE).astype(np.float64)  # NaN, behind, is not near
    np.fill_diagonal(agree, 1.0)
    return np.asarray(agree[int((agree @ weights).argmax())])
