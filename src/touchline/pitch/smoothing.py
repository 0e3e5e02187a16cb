"""The pitch through a shot: looks a few times a second become one homography in every frame.

All points seen within a second before and after a frame are carried to it by the camera's motion
and fitted together, weighted by confidence and by nearness in time. So a frame between two looks
hears both, a look that contradicts its neighbours is outvoted, a still camera gives a still pitch,
and what is known fades as the last look recedes.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import supervision as sv

from touchline.arrays import Bools, Float64
from touchline.errors import UsageError
from touchline.frame import N_KEYPOINTS, PitchState, Source, no_pitch
from touchline.geometry import project_points
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.drift import drift, part_of
from touchline.pitch.fitting import WIDE
from touchline.pitch.homography import (
    RANSAC_WIDTHS,
    Homography,
    confidences,
    estimate,
    fit_homography,
    unit_points,
    within_one_percent,
)
from touchline.pitch.projection import facing, image_units, inverse, pitch_units
from touchline.pitch.window import FramePoints, PointWindow

MAX_UNCERTAINTY = 2.5
"""Metres; a homography known less well is not given."""

MIN_SUPPORT = 0.5
"""Share of the points near in time that must agree with a homography. Where looks contradict each
other, or the camera's motion was lost between them, nothing is known."""

LOST = 0.006
"""Widths; where three looks differ by less, the camera's motion is as good as the looks."""

_MAX_POINT_ERROR = 0.01
"""Widths of the image; a projected point known less well is absent."""


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """A frame and what was seen in it."""

    beat: float
    keypoints: sv.KeyPoints | None
    look: FramePoints | None


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
        self, keypoints: sv.KeyPoints | None, camera_motion: Float64, *, beat: float | None = None
    ) -> list[PitchState]:
        """Take the next frame and give those that are complete, oldest first.

        Args:
            keypoints: One pitch as `PitchModel.locate` gives it; None where nobody looked.
            camera_motion: (3, 3) from the previous frame's pixels to this frame's.
            beat: Its place in time, in frames of ``fps``; None is one after the last.
        """
        self._beat = self._beat + 1 if beat is None else beat
        self._carry(camera_motion)
        look = None if keypoints is None else self._look(keypoints)
        self._moments.append(_Moment(self._beat, keypoints, look))
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
        return drift(first, second, motion, least=least)

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

    def _look(self, keypoints: sv.KeyPoints) -> FramePoints | None:
        (present,) = np.nonzero(confidences(keypoints))
        if len(present) == 0:
            return None
        points = unit_points(keypoints, self._size, dimensions=self._dimensions)
        fit = fit_homography(keypoints, self._size, dimensions=self._dimensions)
        return FramePoints(present, points, None if fit is None else fit.projection)

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
        moment, window = self._moments[place], self._window(place)
        homography = None if window is None else self._fit(window)
        if window is None or homography is None:
            return _as_seen(moment.keypoints)
        vertices = project_points(self._vertices, pitch_units())
        projected = project_points(vertices, homography.projection)
        xy = project_points(window.settle(projected), inverse(self._units))
        return self._seen_through(homography, xy, moment.keypoints)

    def _window(self, place: int) -> PointWindow | None:
        """Gather what was seen near the moment at this place of the queue."""
        beats = np.array([moment.beat for moment in self._moments])
        distance = (beats - beats[place]) / self._reach
        # Tukey's biweight: full at the moment itself, nothing and flat at the ends.
        nearness = np.clip(1 - distance**2, 0, None) ** 2
        looks = {k: m.look for k, m in enumerate(self._moments) if m.look and nearness[k] > 0}
        if not looks:
            return None
        near = list(looks)
        motions = inverse(self._to_newest[place]) @ self._to_newest[near]
        return PointWindow.of(list(looks.values()), motions, nearness[near])

    def _fit(self, window: PointWindow) -> Homography | None:
        first = window.first_guess()
        if first is None:
            return None
        homography = estimate(first, window.points, self._size, scale=WIDE)
        if homography is None or homography.uncertainty > MAX_UNCERTAINTY:
            return None
        supported = window.support(homography.projection) > MIN_SUPPORT
        return homography if supported else None

    def _seen_through(
        self, homography: Homography, xy: Float64, keypoints: sv.KeyPoints | None
    ) -> PitchState:
        doubt = homography.pixel_errors(self._vertices) / self._size[0]
        inside = ((xy >= 0) & (xy < self._size)).all(axis=1)
        projected = inside & (doubt < _MAX_POINT_ERROR)
        if keypoints is None:
            return _pitch_state(
                homography, xy, within_one_percent(doubt) * projected, projected & False
            )
        distance = np.linalg.norm(keypoints.xy[0] - xy, axis=1)
        seen = (confidences(keypoints) > 0) & (distance < RANSAC_WIDTHS * self._size[0])
        confidence = np.where(seen, confidences(keypoints), within_one_percent(doubt) * projected)
        return _pitch_state(homography, xy, confidence, seen)


def _as_seen(keypoints: sv.KeyPoints | None) -> PitchState:
    """Pass on what was seen in a frame that no homography explains."""
    if keypoints is None:
        return no_pitch()
    confidence = confidences(keypoints)
    seen = confidence > 0
    points = sv.KeyPoints(
        xy=np.where(seen[:, None], keypoints.xy[0], 0).astype(np.float32)[None],
        keypoint_confidence=confidence.astype(np.float32)[None],
    )
    return PitchState(points, tuple(Source.DETECTED if one else None for one in seen))


def _pitch_state(
    homography: Homography, xy: Float64, confidence: Float64, seen: Bools
) -> PitchState:
    shown = confidence > 0
    keypoints = sv.KeyPoints(
        xy=np.where(shown[:, None], xy, 0).astype(np.float32)[None],
        keypoint_confidence=confidence.astype(np.float32)[None],
    )
    names = [Source.DETECTED if one else Source.PROJECTED for one in seen]
    sources = tuple(names[k] if shown[k] else None for k in range(N_KEYPOINTS))
    return PitchState(keypoints, sources, homography.matrix, homography.uncertainty)
