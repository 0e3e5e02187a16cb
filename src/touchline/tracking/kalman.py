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
SMALLEST = 8.0
"""Height in pixels below which a box counts as this high, so that noise never vanishes."""


@dataclass(frozen=True, slots=True)
class MotionModel:
    """Noise of the filter; lengths in box heights, times in seconds.

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


def start(boxes: Float64, model: MotionModel) -> Float64:
    """Make the state (n, 5, 4) of tracks first seen at ``boxes`` (n, 4) in centre form."""
    state = np.zeros((len(boxes), 5, 4))
    state[:, VALUE] = boxes
    state[:, VAR] = measurement_variance(boxes, model)
    state[:, RATE_VAR, :2] = (model.first_speed * _heights(state)) ** 2
    return state


def predict(state: Float64, seconds: float, model: MotionModel) -> Float64:
    """Carry the state (n, 5, 4) forward by a time step."""
    keep = np.exp(-seconds / model.relaxation)
    reach = model.relaxation * (1 - keep)
    push = np.zeros((len(state), 4))
    push[:, :2] = (model.acceleration * _heights(state)) ** 2
    drift = np.zeros((len(state), 4))
    drift[:, 2:] = (model.wander * _heights(state)) ** 2
    value, rate, var, cov, rate_var = np.moveaxis(state, 1, 0)
    return np.stack(
        [
            value + reach * rate,
            keep * rate,
            var + 2 * reach * cov + reach**2 * rate_var + drift * seconds + push * seconds**3 / 3,
            keep * (cov + reach * rate_var) + push * seconds**2 / 2,
            keep**2 * rate_var + push * seconds,
        ],
        axis=1,
    )


def move_with_camera(state: Float64, homography: Float64) -> Float64:
    """Carry the state (n, 5, 4) from one frame's pixels to another's."""
    centres = state[:, VALUE, :2]
    turn = jacobians(centres, homography)
    scale = np.sqrt(np.abs(np.linalg.det(turn)))[:, None]
    moved = state.copy()
    moved[:, VALUE, :2] = warp_points(centres, homography)
    moved[:, VALUE, 2:] *= scale
    moved[:, RATE, :2] = np.einsum("nij,nj->ni", turn, state[:, RATE, :2])
    moved[:, VAR:] *= scale[:, None] ** 2
    return moved


def correct(state: Float64, boxes: Float64, variance: Float64) -> Float64:
    """Update states (n, 5, 4) with detections (n, 4) in centre form of a variance (n, 4)."""
    value, rate, var, cov, rate_var = np.moveaxis(state, 1, 0)
    total = var + variance
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


def measurement_variance(boxes: Float64, model: MotionModel) -> Float64:
    """Variance (n, 4) of detections (n, 4) in centre form."""
    heights = np.maximum(boxes[:, 3:], SMALLEST)
    noise = np.array([model.centre_noise] * 2 + [model.size_noise] * 2)
    blur = np.array([model.centre_blur] * 2 + [model.size_blur] * 2)
    return np.asarray((noise * heights) ** 2 + blur**2)


def _heights(state: Float64) -> Float64:
    return np.maximum(state[:, VALUE, 3:], SMALLEST)
