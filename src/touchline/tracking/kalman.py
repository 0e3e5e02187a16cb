"""The motion model of people: one small Kalman filter per coordinate, for all tracks at once.

A box is centre x, centre y, width and height. Their errors are independent (as those of the four
edges are, about), so the filter of Kalman (1960) falls apart into scalar pieces that need no matrix
inverse. The centre moves with a velocity that relaxes to rest (Singer 1970); the size wanders. All
noise is in units of the box's height, so that it holds near and far, and per second, so that it
holds at any frame rate.
"""

from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64
from touchline.geometry import jacobians, warp_points

VALUE, RATE, VAR, COV, RATE_VAR = range(5)
"""Rows of a state: a coordinate, its rate of change, and the variances and covariance of both."""
SMALLEST = 8.0
"""Height in pixels below which a box counts as this high, so that noise never vanishes."""


@dataclass(frozen=True, slots=True)
class MotionModel:
    """How boxes move, and how well a detector sees them; lengths in box heights, times in seconds.

    A state is float64 (n, 5, 4): the rows ``VALUE`` to ``RATE_VAR`` of n tracks, for each of the
    four coordinates of a box in centre form. Another model is a subclass with other methods; the
    tracker itself reads ``VALUE`` and ``VAR`` alone, and rows may be added behind ``RATE_VAR``.

    Attributes:
        acceleration: Spectral density root of the acceleration of a centre.
        wander: Root of the variance per second by which width and height drift.
        relaxation: Time in which a velocity falls to 37 % when nothing is seen.
        centre_noise: Standard deviation of a detected centre.
        size_noise: Standard deviation of a detected width or height.
        centre_blur: Part of the centre's that does not shrink with the box, in pixels.
        size_blur: The same of the size.
        first_speed: Standard deviation of the velocity of a new track.
    """

    acceleration: float = 1.0
    wander: float = 0.1
    relaxation: float = 1.5
    centre_noise: float = 0.02
    size_noise: float = 0.045
    centre_blur: float = 1.0
    size_blur: float = 1.5
    first_speed: float = 1.5

    def start(self, boxes: Float64) -> Float64:
        """Make the state (n, 5, 4) of tracks first seen at ``boxes`` (n, 4) in centre form."""
        state = np.zeros((len(boxes), 5, 4))
        state[:, VALUE] = boxes
        state[:, VAR] = self.variance(boxes)
        state[:, RATE_VAR, :2] = (self.first_speed * _heights(state)) ** 2
        return state

    def predict(self, state: Float64, seconds: float) -> Float64:
        """Carry the state (n, 5, 4) forward by a time step."""
        keep = np.exp(-seconds / self.relaxation)
        reach = self.relaxation * (1 - keep)
        push = np.zeros((len(state), 4))
        push[:, :2] = (self.acceleration * _heights(state)) ** 2
        drift = np.zeros((len(state), 4))
        drift[:, 2:] = (self.wander * _heights(state)) ** 2
        value, rate, var, cov, rate_var = np.moveaxis(state, 1, 0)
        spread = var + 2 * reach * cov + reach**2 * rate_var
        return np.stack(
            [
                value + reach * rate,
                keep * rate,
                spread + drift * seconds + push * seconds**3 / 3,
                keep * (cov + reach * rate_var) + push * seconds**2 / 2,
                keep**2 * rate_var + push * seconds,
            ],
            axis=1,
        )

    def move_with_camera(self, state: Float64, homography: Float64) -> Float64:
        """Carry the state (n, 5, 4) from one frame's pixels to another's."""
        centres = state[:, VALUE, :2]
        turn = jacobians(centres, homography)
        scale = np.sqrt(np.abs(np.linalg.det(turn)))[:, None]
        moved = state.copy()
        moved[:, VALUE, :2] = warp_points(centres, homography)
        moved[:, VALUE, 2:] *= scale
        moved[:, RATE, :2] = np.einsum("nij,nj->ni", turn, state[:, RATE, :2])
        moved[:, VAR : RATE_VAR + 1] *= scale[:, None] ** 2
        return moved

    def correct(self, state: Float64, boxes: Float64) -> Float64:
        """Update the state (n, 5, 4) with detections (n, 4) in centre form, one for each track."""
        value, rate, var, cov, rate_var = np.moveaxis(state, 1, 0)
        total = var + self.variance(boxes)
        gain, rate_gain = var / total, cov / total
        surprise = boxes - value
        return np.stack(
            [
                value + gain * surprise,
                rate + rate_gain * surprise,
                (1 - gain) * var,
                (1 - gain) * cov,
                rate_var - rate_gain * cov,
            ],
            axis=1,
        )

    def variance(self, boxes: Float64) -> Float64:
        """Variance (n, 4) of detections (n, 4) in centre form."""
        heights = np.maximum(boxes[:, 3:], SMALLEST)
        noise = np.array([self.centre_noise] * 2 + [self.size_noise] * 2)
        blur = np.array([self.centre_blur] * 2 + [self.size_blur] * 2)
        return np.asarray((noise * heights) ** 2 + blur**2)


def _heights(state: Float64) -> Float64:
    return np.maximum(state[:, VALUE, 3:], SMALLEST)
