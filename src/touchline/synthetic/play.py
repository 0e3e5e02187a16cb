"""Two teams that play: formations that follow the ball, passes, carries, runs with inertia.

Metres and seconds; the left team attacks towards +x. People are in the order of
``Appearance.people``.
"""

from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64
from touchline.synthetic.ball import RADIUS, Ball
from touchline.synthetic.looks import KEEPERS, N_OFFICIALS, N_PEOPLE, N_PLAYERS, N_TEAM

HALF_LENGTH, HALF_WIDTH = 52.5, 34.0
TOP_SPEED = 8.0
ACCELERATION = 5.0
REACH = 1.1
"""Metres within which a player controls a ball."""

_FORMATION = np.array(
    [
        *((-49, 0), (-26, 23), (-30, 8), (-30, -8), (-26, -23)),
        *((-6, 24), (-12, 8), (-12, -8), (-6, -24)),
        *((10, 7), (10, -7)),
    ],
    np.float64,
)


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Where everyone is.

    Attributes:
        position: (25, 2) metres.
        velocity: (25, 2) metres per second.
        heading: (25,) radians, 0 towards +x.
        phase: (25,) radians within the running cycle.
        ball: (3,) metres, centre of the ball; ``ball_velocity`` (3,).
        owner: Who carries the ball, or None.
        kick: What the ball that is on its way was kicked for; None where nobody kicked it.
    """

    position: Float64
    velocity: Float64
    heading: Float64
    phase: Float64
    ball: Float64
    ball_velocity: Float64
    owner: int | None
    kick: str | None = None


class Play:
    """A match under way; each ``step`` gives the next moment."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        jitter = rng.normal(0, 1.5, (N_PLAYERS, 2))
        self._home = np.vstack([_FORMATION, _FORMATION * [-1, 1]]) + jitter
        self._home[list(KEEPERS)] -= jitter[list(KEEPERS)]
        self._velocity = np.zeros((N_PEOPLE, 2))
        # Rather in one half than at the centre spot, so that a goal comes into the picture.
        start = rng.choice([-1, 1]) * rng.uniform(14, 40), rng.uniform(-16, 16)
        self._ball = Ball(np.array([*start, RADIUS]))
        self._position = np.zeros((N_PEOPLE, 2))
        self._position[:N_PLAYERS] = self._slots()
        self._position[N_PLAYERS:] = self._officials(self._position)
        self._heading = rng.uniform(-np.pi, np.pi, N_PEOPLE)
        self._phase = rng.uniform(0, 2 * np.pi, N_PEOPLE)
        self._owner: int | None = None
        self._passer: int | None = None
        self._receiver: int | None = None
        self._since = 0.0
        self._hold = 1.0
        self._kind: str | None = None

    def step(self, seconds: float) -> Moment:
        """Play on for a short while (at most about 0.1 s)."""
        self._since += seconds
        self._play_ball(seconds)
        self._run(self._targets(), seconds)
        return Moment(
            position=self._position.copy(),
            velocity=self._velocity.copy(),
            heading=self._heading.copy(),
            phase=self._phase.copy(),
            ball=self._ball.position.copy(),
            ball_velocity=self._ball.velocity.copy(),
            owner=self._owner,
            kick=None if self._owner is not None else self._kind,
        )

    # The ball.

    def _play_ball(self, seconds: float) -> None:
        if self._owner is None:
            self._ball.fly(seconds)
            self._receive()
            return
        self._carry(self._owner, seconds)
        opponents = self._team(1 - self._owner // N_TEAM)
        pressed = self._distances(self._owner, opponents).min() < 1.4
        if self._since > self._hold or (self._since > 0.5 and pressed):
            self._pass(self._owner)

    def _receive(self) -> None:
        gaps = np.linalg.norm(self._position[:N_PLAYERS] - self._ball.position[:2], axis=1)
        if self._passer is not None and self._since < 0.7:
            gaps[self._passer] = np.inf
        nearest = int(np.argmin(gaps))
        if gaps[nearest] < REACH and self._ball.position[2] < 1.3:
            self._owner, self._receiver = nearest, None
            self._since, self._hold = 0.0, float(self._rng.uniform(0.6, 2.8))

    def _carry(self, owner: int, seconds: float) -> None:
        """Dribbling: the ball is pushed ahead and caught up with, a touch per stride."""
        speed = float(np.linalg.norm(self._velocity[owner]))
        ahead = 0.38 + 0.09 * speed * (0.5 + 0.5 * np.sin(self._phase[owner]))
        facing = np.array([np.cos(self._heading[owner]), np.sin(self._heading[owner])])
        self._ball.guide(self._position[owner] + ahead * facing, seconds)

    def _pass(self, owner: int) -> None:
        """To a mate who is free and, rather, ahead; high when far."""
        mates = [p for p in self._team(owner // N_TEAM) if p != owner and p not in KEEPERS]
        ahead = (self._position[mates] - self._position[owner])[:, 0] * direction(owner)
        far = self._distances(owner, mates)
        free = np.array([self._distances(m, self._team(1 - m // N_TEAM)).min() for m in mates])
        score = 0.08 * ahead + 0.25 * np.minimum(free, 8) - 0.02 * np.abs(far - 14)
        receiver = mates[int(np.argmax(score + self._rng.gumbel(0, 0.8, len(mates))))]
        self._kick(receiver)
        self._owner, self._passer, self._receiver, self._since = None, owner, receiver, 0.0
        self._kind = "pass"

    def _kick(self, receiver: int) -> None:
        start = self._ball.position[:2]
        gap = float(np.linalg.norm(self._position[receiver] - start))
        high = gap > 20 and self._rng.random() < 0.6
        duration = np.clip(gap / (17 if high else 13), 0.5, 2.4)
        target = _inside(self._position[receiver] + 0.8 * duration * self._velocity[receiver], 1.5)
        self._ball.kick(target, float(duration), high=high)

    # The people.

    def _team(self, team: int) -> list[int]:
        return list(range(team * N_TEAM, (team + 1) * N_TEAM))

    def _distances(self, person: int, others: list[int]) -> Float64:
        gaps: Float64 = np.linalg.norm(self._position[others] - self._position[person], axis=1)
        return gaps

    def _slots(self) -> Float64:
        """(22, 2): the formation, moved with the ball and squeezed towards it."""
        ball = self._ball.position[:2]
        slots = self._home.copy()
        slots[:, 0] = slots[:, 0] * 0.8 + 0.62 * ball[0]
        slots[:, 1] = slots[:, 1] * 0.8 + 0.35 * ball[1]
        for keeper in KEEPERS:
            slots[keeper] = self._keeper(keeper)
        return _inside(slots, 0.5)

    def _keeper(self, keeper: int) -> Float64:
        """On the line from the goal's centre to the ball, further out when the ball is far."""
        goal = np.array([-HALF_LENGTH * direction(keeper), 0.0])
        away = self._ball.position[:2] - goal
        gap = float(np.linalg.norm(away)) + 1e-6
        place: Float64 = goal + away / gap * np.clip(gap * 0.12, 1.2, 9.0) * [1, 0.6]
        return place

    def _targets(self) -> Float64:
        targets = np.zeros((N_PEOPLE, 2))
        targets[:N_PLAYERS] = self._slots()
        ball = self._ball.position[:2] + 0.3 * self._ball.velocity[:2]
        for team in (0, 1):
            targets[self._chaser(team)] = ball - [0.9 * (1 - 2 * team), 0]
        if self._receiver is not None:
            targets[self._receiver] = self._ball.landing()
        if self._owner is not None:
            here, goal = self._position[self._owner], [HALF_LENGTH * direction(self._owner), 0.0]
            away = goal - here
            targets[self._owner] = _inside(here + 6 * away / (np.linalg.norm(away) + 1e-6), 2)
        targets[N_PLAYERS:] = self._officials(self._position)
        return targets

    def _chaser(self, team: int) -> int:
        """The outfield player of a team who is nearest to the ball."""
        outfield = [p for p in self._team(team) if p not in KEEPERS]
        gaps = np.linalg.norm(self._position[outfield] - self._ball.position[:2], axis=1)
        return outfield[int(np.argmin(gaps))]

    def _officials(self, position: Float64) -> Float64:
        """(3, 2): the referee off the ball; the assistants level with the last defenders."""
        ball = self._ball.position[:2]
        referee = ball * [0.8, 0.7] + [-6 if ball[0] > 0 else 6, 7 if ball[1] < 4 else -7]
        right = np.clip(np.sort(position[N_TEAM:N_PLAYERS, 0])[-2], 0.5, HALF_LENGTH)
        left = np.clip(np.sort(position[:N_TEAM, 0])[1], -HALF_LENGTH, -0.5)
        officials = np.array([referee, [right, -HALF_WIDTH - 0.9], [left, HALF_WIDTH + 0.9]])
        assert len(officials) == N_OFFICIALS
        return officials

    def _run(self, targets: Float64, seconds: float) -> None:
        wish = (targets - self._position) * 1.1
        wish += _elbow_room(self._position)
        speed = np.linalg.norm(wish, axis=1, keepdims=True)
        limit = self._limits()[:, None]
        wish *= np.minimum(1.0, limit / np.maximum(speed, 1e-6))
        change = np.clip(wish - self._velocity, -ACCELERATION * seconds, ACCELERATION * seconds)
        self._velocity += change
        speed = np.linalg.norm(self._velocity, axis=1, keepdims=True)
        self._velocity *= np.minimum(1.0, TOP_SPEED / np.maximum(speed, TOP_SPEED))
        self._position += self._velocity * seconds
        self._turn(seconds)

    def _limits(self) -> Float64:
        """Only those near the ball sprint."""
        gaps = np.linalg.norm(self._position - self._ball.position[:2], axis=1)
        limit: Float64 = np.clip(TOP_SPEED - 0.11 * gaps, 3.2, TOP_SPEED)
        for team in (0, 1):
            limit[self._chaser(team)] = TOP_SPEED
        if self._owner is not None:
            limit[self._owner] = 5.5
        limit[list(KEEPERS)] = 3.5
        return limit

    def _turn(self, seconds: float) -> None:
        """Runners face where they run, the others the ball."""
        speed = np.linalg.norm(self._velocity, axis=1)
        to_ball = self._ball.position[:2] - self._position
        look = np.where((speed > 1.6)[:, None], self._velocity, to_ball)
        gap = np.arctan2(look[:, 1], look[:, 0]) - self._heading
        gap = (gap + np.pi) % (2 * np.pi) - np.pi
        self._heading = self._heading + np.clip(gap, -6 * seconds, 6 * seconds)
        self._phase += seconds * (1.2 + 2.0 * np.sqrt(speed) * np.pi * (speed > 0.2))


def direction(person: int) -> int:
    """+1 for who attacks towards +x, else -1."""
    return 1 if person < N_TEAM else -1


def _inside(points: Float64, margin: float) -> Float64:
    limit = np.array([HALF_LENGTH - margin, HALF_WIDTH - margin])
    clipped: Float64 = np.clip(points, -limit, limit)
    return clipped


def _elbow_room(position: Float64) -> Float64:
    """(25, 2): a push away from everyone nearer than 1.6 m."""
    gaps = position[:, None] - position[None]
    far = np.linalg.norm(gaps, axis=2, keepdims=True)
    push = np.where((far > 0) & (far < 1.6), gaps / np.maximum(far, 0.1) * (1.6 - far), 0.0)
    total: Float64 = 3.0 * push.sum(axis=1)
    return total
