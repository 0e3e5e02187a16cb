"""Where runners were, how fast, and how sure that is: a Kalman filter forwards and back.

One coordinate of one runner has the state (place, velocity, acceleration, wobble). The acceleration
dies away and is renewed at random (Singer 1970, "Estimating optimal filter tracking performance for
manned maneuvering targets"). What is measured is the place and a wobble: errors of one frame are
those of the next, because a stride, a smoothed box and a homography last longer than a frame. A
filter that took them for independent would promise far too much. Kalman (1960) forwards, Rauch,
Tung and Striebel (1965) back; runners and coordinates do not touch each other, so all of them go
through time together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from touchline.arrays import Float64

_PLACE, _VELOCITY, _ACCELERATION, _WOBBLE = range(4)
_ANYWHERE = 1e4
"""Variance in square metres of a place of which nothing is known."""
_ANY_SPEED = 9.0
"""Variance of a velocity of which nothing is known, (m/s)^2."""
_TICK = 1e-4
"""Seconds to which steps in time are rounded: each step of its own length costs two matrices."""


@dataclass(frozen=True, slots=True)
class RunningModel:
    """How people on a pitch run, and how their measured places err.

    Attributes:
        acceleration: Standard deviation of each coordinate of the acceleration, m/s^2.
        agility: Seconds in which an acceleration falls to 37 %.
        wobble: Seconds in which an error of a measured place falls to 37 %.
        white: Share of an error's variance that is another one in each frame.
        gate: Standard deviations beyond which a measurement counts less, the further it is off.
    """

    acceleration: float = 3.0
    agility: float = 0.3
    wobble: float = 0.1
    white: float = 0.1
    gate: float = 3.0

    def step(self, seconds: float) -> tuple[Float64, Float64]:
        """Transition (4, 4) and noise (4, 4) over a time (Van Loan 1978)."""
        drift, noise = np.zeros((4, 4)), np.zeros((4, 4))
        drift[_PLACE, _VELOCITY] = drift[_VELOCITY, _ACCELERATION] = 1.0
        drift[_ACCELERATION, _ACCELERATION] = -1 / self.agility
        drift[_WOBBLE, _WOBBLE] = -1 / self.wobble
        noise[_ACCELERATION, _ACCELERATION] = 2 * self.acceleration**2 / self.agility
        noise[_WOBBLE, _WOBBLE] = 2 * (1 - self.white) / self.wobble
        block = np.block([[-drift, noise], [np.zeros((4, 4)), drift.T]]) * seconds
        whole = expm(block)
        move = whole[4:, 4:].T
        return move, move @ whole[:4, 4:]

    def steps(self, times: Float64) -> tuple[Float64, Float64]:
        """Transition and noise (t, 4, 4) of the step that leads to each time (t,) in seconds."""
        ticks = np.round(np.diff(times, prepend=times[:1]) / _TICK).astype(np.int64)
        lengths, which = np.unique(ticks, return_inverse=True)
        pairs = [self.step(length * _TICK) for length in lengths.tolist()]
        return np.array([move for move, _ in pairs])[which], np.array([q for _, q in pairs])[which]

    def start(self, runners: int) -> tuple[Float64, Float64]:
        """State (n, 4) and covariance (n, 4, 4) of runners of whom nothing is known."""
        spread = [_ANYWHERE, _ANY_SPEED, self.acceleration**2, 1 - self.white]
        return np.zeros((runners, 4)), np.tile(np.diag(spread), (runners, 1, 1))


def smooth(
    places: Float64, errors: Float64, times: Float64, *, model: RunningModel
) -> tuple[Float64, Float64]:
    """Estimate each coordinate at each time from all measurements before and after.

    Args:
        places: (t, n) measured coordinates in metres, NaN where there is none.
        errors: (t, n) their standard errors in metres, above 0 where there is one.
        times: (t,) seconds, rising.
        model: How people run.

    Returns:
        (t, n, 3) place, velocity and acceleration in metres and seconds, and (t, n, 3) their
        variances.
    """
    moves, noises = model.steps(times)
    state, spread = model.start(places.shape[1])
    filtered: list[tuple[Float64, Float64]] = []
    for k in range(len(times)):
        if k:
            state, spread = state @ moves[k].T, moves[k] @ spread @ moves[k].T + noises[k]
        state, spread = _correct(state, spread, places[k], errors[k], model)
        filtered.append((state, spread))
    means, variances = np.empty((len(times), *state.shape)), np.empty((len(times), *state.shape))
    for k in range(len(times) - 1, -1, -1):
        if k + 1 < len(times):
            state, spread = _back(filtered[k], (state, spread), moves[k + 1], noises[k + 1])
        means[k], variances[k] = state, np.diagonal(spread, axis1=1, axis2=2)
    return means[..., :_WOBBLE], np.maximum(variances[..., :_WOBBLE], 0.0)


def _correct(
    state: Float64, spread: Float64, places: Float64, errors: Float64, model: RunningModel
) -> tuple[Float64, Float64]:
    """Take up the measurements (n,) of one time, those that are there."""
    seen = np.isfinite(places)
    look = np.zeros_like(state)
    look[:, _PLACE] = seen
    look[:, _WOBBLE] = np.where(seen, errors, 0.0)
    across = np.einsum("nij,nj->ni", spread, look)
    expected = np.einsum("ni,ni->n", across, look)
    surprise = np.where(seen, places, 0.0) - np.einsum("ni,ni->n", look, state)
    total = expected + np.where(seen, model.white * errors**2, 1.0)
    # An outlier is taken for as unsure as it proves to be (Huber 1964).
    total = np.maximum(total, surprise**2 / model.gate**2)
    gain = across / total[:, None]
    return state + gain * surprise[:, None], spread - gain[:, :, None] * across[:, None]


def _back(
    here: tuple[Float64, Float64], ahead: tuple[Float64, Float64], move: Float64, noise: Float64
) -> tuple[Float64, Float64]:
    """What is known of a time from what is known before it and after it."""
    state, spread = here
    predicted = move @ spread @ move.T + noise
    gain = np.swapaxes(np.linalg.solve(predicted, move @ spread), 1, 2)
    mean = state + np.einsum("nij,nj->ni", gain, ahead[0] - state @ move.T)
    return mean, spread + gain @ (ahead[1] - predicted) @ np.swapaxes(gain, 1, 2)
