"""A match in which more happens than passes: shots, clearances, balls lost and out of play.

What was kicked and why stands in the truth, so that events may be held against it.
"""

import numpy as np

from touchline.arrays import Float64
from touchline.synthetic.ball import RADIUS
from touchline.synthetic.looks import KEEPERS, N_PLAYERS, N_TEAM
from touchline.synthetic.match import SyntheticMatch
from touchline.synthetic.play import HALF_LENGTH, HALF_WIDTH, Play, direction

SHOOTING = 26.0
"""Metres from the goal within which somebody may shoot."""
DEAD = 1.6
"""Seconds that a ball is out of play before it lies on the line again."""


class EventfulPlay(Play):
    """Two teams that also shoot, clear, lose the ball and put it out of play."""

    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(rng)
        self._out: float | None = None
        self._last_team = 0

    def _play_ball(self, seconds: float) -> None:
        if self._owner is not None:
            self._last_team = self._owner // N_TEAM
            self._out = None
            super()._play_ball(seconds)
            return
        self._ball.fly(seconds)
        beyond = np.abs(self._ball.position[:2]) > [HALF_LENGTH + RADIUS, HALF_WIDTH + RADIUS]
        if self._out is None and beyond.any():
            self._out, self._receiver = 0.0, None
        if self._out is None:
            self._receive()
        else:
            self._out += seconds
            self._put_back()

    def _put_back(self) -> None:
        """Lay a ball that was long enough out of play on the line, for the others to take."""
        if self._out is not None and self._out > DEAD:
            self._ball.lie(_on_the_line(self._ball.position[:2]))
            self._out, self._passer, self._receiver = None, None, self._thrower()
            self._kind = None

    def _thrower(self) -> int:
        """Of the team that did not put it out, who is nearest."""
        others = [p for p in self._team(1 - self._last_team) if p not in KEEPERS]
        gaps = np.linalg.norm(self._position[others] - self._ball.position[:2], axis=1)
        return others[int(np.argmin(gaps))]

    def _pass(self, owner: int) -> None:
        here = self._position[owner]
        goal = np.array([HALF_LENGTH * direction(owner), 0.0])
        chance = float(self._rng.random())
        if np.linalg.norm(goal - here) < SHOOTING and chance < 0.6:
            at = goal + np.array([4.0 * direction(owner), self._rng.normal(0, 3.5)])
            self._let_go(owner, at, pace=24.0, kind="shot")
        elif here[0] * direction(owner) < -22 and chance < 0.45:
            far = np.array([self._rng.uniform(32, 48) * direction(owner), self._rng.normal(0, 16)])
            self._let_go(owner, here + far, pace=19.0, kind="clearance")
        elif chance < 0.15:
            self._lose(owner)
        else:
            super()._pass(owner)

    def _lose(self, owner: int) -> None:
        """Too far, or beside the one it is for: it rolls to somebody, or out of play."""
        mates = [p for p in self._team(owner // N_TEAM) if p != owner and p not in KEEPERS]
        nearest = mates[int(np.argmin(self._distances(owner, mates)))]
        away = self._position[nearest] - self._position[owner]
        target = self._position[owner] + 1.6 * away + self._rng.normal(0, 5, 2)
        self._let_go(owner, target, pace=9.0, kind="pass")

    def _let_go(self, owner: int, target: Float64, *, pace: float, kind: str) -> None:
        gap = float(np.linalg.norm(target - self._ball.position[:2]))
        self._ball.kick(target, float(np.clip(gap / pace, 0.4, 2.6)), high=kind == "clearance")
        self._owner, self._passer, self._receiver, self._since = None, owner, None, 0.0
        self._kind = kind

    def _targets(self) -> Float64:
        """Nobody but who throws in goes to a ball that lies on the line."""
        targets = super()._targets()
        if self._kind is None and self._receiver is not None:
            for team in (0, 1):
                if (chaser := self._chaser(team)) != self._receiver:
                    targets[chaser] = self._slots()[chaser]
            targets[self._receiver] = self._ball.position[:2]
        assert len(targets) >= N_PLAYERS
        return targets


class EventfulMatch(SyntheticMatch):
    """A clip of such a match; arguments and truth are those of ``SyntheticMatch``."""

    @staticmethod
    def _new_play(rng: np.random.Generator) -> Play:
        return EventfulPlay(rng)


def _on_the_line(place: Float64) -> Float64:
    """The point (2,) just inside the pitch that is nearest to a ball beyond it."""
    inside: Float64 = np.clip(place, [0.2 - HALF_LENGTH, 0.2 - HALF_WIDTH], None)
    return np.minimum(inside, [HALF_LENGTH - 0.2, HALF_WIDTH - 0.2])
