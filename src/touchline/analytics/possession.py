"""Who has the ball, frame by frame, and how sure that is; from that, passes.

A hidden Markov model (Rabiner 1989): the ball is with one of the people in the picture, or on its
way. Whoever has it is near it and moves as it does; a ball on its way is anywhere and fast. A ball
in the air is not where it seems to be: its place on the ground, below the line of sight, runs away
from everybody, so it counts as on its way, and where that is not clear nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.analytics.motion import Motions
from touchline.analytics.sightings import Sightings, pieces
from touchline.analytics.smoother import RunningModel, smooth
from touchline.arrays import Bools, Float64, Int64, join_rows
from touchline.frame import NO_ID, NO_TEAM, ClassId

SURE = 0.7
"""Probability below which nothing is said of who has the ball."""
_BALL = RunningModel(acceleration=40.0, agility=0.08, wobble=0.06, white=0.3)
_BALL_ERROR = 0.15
"""Standard error of the ball's place in metres, when it is on the ground."""


@dataclass(frozen=True, slots=True)
class PossessionModel:
    """How a ball is carried and passed; metres and seconds.

    Attributes:
        near: Standard deviation of each coordinate from who has the ball to the ball.
        along: That of the difference of their velocities.
        fast: That of the velocity of a ball on its way.
        area: Square metres in which a ball on its way may be.
        hold: Mean time that somebody keeps it.
        flight: Mean time that it is on its way.
        duel: Mean time until somebody else has it without its being on its way.
        alike: Time over which what is seen is one and the same evidence.
        most: Largest logarithm of a likelihood ratio, so that nothing is beyond doubt.
    """

    near: float = 0.7
    along: float = 2.0
    fast: float = 8.0
    area: float = 600.0
    hold: float = 1.5
    flight: float = 1.0
    duel: float = 10.0
    alike: float = 0.12
    most: float = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Possession:
    """One row for each of m frames, in order.

    Attributes:
        frame: int64 (m,), with ``time`` float64 (m,) and ``shot`` int64 (m,).
        owner: int64 (m,) ``tracker_id`` of who most probably has the ball; ``NO_ID`` is nobody.
        confidence: float64 (m,) how probably so.
        team: int64 (m,) the owner's, ``NO_TEAM`` where it has none; ``team_confidence`` float64.
        ball: float64 (m, 2) the ball's place in metres, NaN where it is not known.
    """

    frame: Int64
    time: Float64
    shot: Int64
    owner: Int64
    confidence: Float64
    team: Int64
    team_confidence: Float64
    ball: Float64

    @property
    def is_said(self) -> Bools:
        """Where (m,) it is sure enough to be said."""
        return np.asarray(self.confidence >= SURE)


def possession(
    sightings: Sightings, moving: Motions, *, model: PossessionModel | None = None
) -> Possession:
    """Say who has the ball in each frame that has a sighting.

    Args:
        sightings: n sightings, of the ball too; of several balls in a frame the first counts.
        moving: What ``motions`` says of them.
        model: How a ball is carried and passed.
    """
    order = np.lexsort((sightings.frame, sightings.shot))
    keys = np.stack([sightings.shot[order], sightings.frame[order]])
    first = np.flatnonzero(np.r_[True, (np.diff(keys) != 0).any(axis=0)][: len(order)])
    moment = np.empty(len(sightings), np.int64)
    moment[order] = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(order)]))
    rows = order[first]
    time, shot = sightings.time[rows], sightings.shot[rows]
    owner, confidence = np.full(len(rows), NO_ID), np.zeros(len(rows))
    ball = np.full((len(rows), 2), np.nan)
    balls = np.flatnonzero((sightings.class_id == ClassId.BALL) & sightings.is_placed)[::-1]
    ball[moment[balls]] = sightings.place[balls]
    may_own = sightings.is_person & (sightings.class_id != ClassId.REFEREE)
    for part, kept in pieces(time, shot):
        place = np.full(len(rows), -1)
        place[part] = np.arange(len(part))
        chosen = np.flatnonzero(may_own & (place[moment] >= 0))
        motion = moving.place[chosen], np.nan_to_num(moving.velocity[chosen])
        scene = _Scene.of(sightings[chosen], motion, place[moment[chosen]])
        likely = scene.posterior(ball[part], time[part], model or PossessionModel())
        best = likely.argmax(axis=1)
        owner[part[kept]] = np.r_[NO_ID, scene.ids][best][kept]
        confidence[part[kept]] = likely.max(axis=1)[kept]
    team, told = _teams(sightings, moment, owner)
    return Possession(sightings.frame[rows], time, shot, owner, confidence, team, told, ball)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The k people of a piece, at its t moments.

    Attributes:
        ids: (k,) their ids.
        place: (t, k, 2) metres, NaN where they are not seen, and velocity (t, k, 2) m/s.
    """

    ids: Int64
    place: Float64
    velocity: Float64

    @classmethod
    def of(cls, people: Sightings, moving: tuple[Float64, Float64], moment: Int64) -> "_Scene":
        ids, column = np.unique(people.tracker_id, return_inverse=True)
        shape = (moment.max(initial=-1) + 1, len(ids), 2)
        place, velocity = np.full(shape, np.nan), np.zeros(shape)
        place[moment, column], velocity[moment, column] = moving
        return cls(ids, place, velocity)

    def posterior(self, ball: Float64, time: Float64, model: PossessionModel) -> Float64:
        """Probabilities (t, 1 + k) that nobody, or each of the k, has the ball (t, 2)."""
        step = np.diff(time, prepend=time[:1])
        evidence = self._evidence(ball, time, model)
        # What is seen in frames that follow one another at once is no news each time.
        weight = np.minimum(1.0, np.maximum(step, np.median(step)) / model.alike)
        ratio = np.exp(evidence * weight[:, None])
        return _forward_backward(np.c_[np.ones(len(ratio)), ratio], step, model)

    def _evidence(self, ball: Float64, time: Float64, model: PossessionModel) -> Float64:
        """Log likelihood ratios (t, k): somebody has the ball, or it is on its way."""
        missing = len(time) - len(self.place)
        place = np.pad(self.place, ((0, missing), (0, 0), (0, 0)), constant_values=np.nan)
        velocity = np.pad(self.velocity, ((0, missing), (0, 0), (0, 0)))
        errors = np.full_like(ball, _BALL_ERROR)
        mean, variance = smooth(ball, errors, time, model=_BALL)
        rolling = mean[:, :, 1]
        along = model.along**2 + variance[:, :, 1].mean(axis=1)[:, None]
        gap = ((place - mean[:, None, :, 0]) ** 2).sum(axis=2) / model.near**2
        drift = ((velocity - rolling[:, None]) ** 2).sum(axis=2) / along
        pace = (rolling**2).sum(axis=1)[:, None] / model.fast**2
        scale = np.log(model.area * model.fast**2 / (2 * np.pi * model.near**2 * along))
        ratio = (scale + (pace - gap - drift) / 2).clip(-model.most, model.most)
        ratio = np.where(np.isnan(ratio), -model.most, ratio)  # the ball is seen, he is not
        return np.where(np.isfinite(ball).all(axis=1, keepdims=True), ratio, 0.0)


def _forward_backward(likelihood: Float64, step: Float64, model: PossessionModel) -> Float64:
    """Posterior (t, 1 + k) of the states: nobody, and each of k people."""
    people = likelihood.shape[1] - 1
    chances = 1 - np.exp(-step[:, None] / [model.hold, model.flight, model.duel])
    start = np.r_[0.5, np.full(people, 0.5 / max(people, 1))]
    forward, backward = np.empty_like(likelihood), np.empty_like(likelihood)
    state = start
    for k, (seen, (lose, take, duel)) in enumerate(zip(likelihood, chances, strict=True)):
        free, own = state[0], state[1:]
        kept = own * (1 - lose - duel) + (take * free + duel * own.sum()) / max(people, 1)
        state = np.r_[free * (1 - take) + lose * own.sum(), kept] if k else start
        state = state * seen
        state /= state.sum()
        forward[k] = state
    state = np.ones(people + 1)
    for k in range(len(likelihood) - 1, -1, -1):
        backward[k] = state
        lose, take, duel = chances[k]
        free, own = (state * likelihood[k])[0], (state * likelihood[k])[1:]
        mean = own.sum() / max(people, 1)
        state = np.r_[free * (1 - take) + take * mean, own * (1 - lose - duel) + lose * free]
        state[1:] += duel * mean
        state /= state.sum()
    both = forward * backward
    return np.asarray(both / both.sum(axis=1, keepdims=True))


def _teams(sightings: Sightings, moment: Int64, owner: Int64) -> tuple[Int64, Float64]:
    """Team (m,) of the owner in each frame by all that is said of him, and its share (m,)."""
    team, told = np.full(len(owner), NO_TEAM), np.zeros(len(owner))
    for number in np.unique(owner[owner != NO_ID]).tolist():
        his = sightings.tracker_id == number
        weight = [(sightings.team_confidence * (sightings.team == t))[his].sum() for t in (0, 1)]
        if sum(weight):
            team[owner == number] = int(np.argmax(weight))
            told[owner == number] = max(weight) / max(his.sum(), 1)
    return team, told


def joined_possession(parts: Sequence[Possession]) -> Possession:
    """Put together what was said of stretches of a clip, at least one, in order."""
    return join_rows(parts)
