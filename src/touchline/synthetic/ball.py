"""The ball's flight: gravity, bounces, rolling friction. Metres and seconds, z up."""

import numpy as np

from touchline.arrays import Float64

RADIUS = 0.11
GRAVITY = 9.81
ROLLING = 2.2
"""Deceleration of a rolling ball, m/s^2."""
BOUNCE = 0.55
BOARDS = np.array([57.4, 38.9])
"""Where the advertising boards stop a ball, metres from the centre spot."""


class Ball:
    """A ball at ``position`` (3,), moving with ``velocity`` (3,)."""

    def __init__(self, position: Float64) -> None:
        self.position = position.copy()
        self.velocity = np.zeros(3)
        self._target = position[:2].copy()

    def kick(self, target: Float64, duration: float, *, high: bool) -> None:
        """Send the ball to ``target`` (2,): in an arc, or rolling so that it arrives in time."""
        away = target - self.position[:2]
        gap = float(np.linalg.norm(away)) + 1e-6
        speed = gap / duration + (0.0 if high else ROLLING * duration / 2)
        rise = GRAVITY * duration / 2 if high else 0.0
        self.velocity = np.array([*(away / gap * speed), rise])
        self._target = target.copy()

    def fly(self, seconds: float) -> None:
        """Move freely."""
        self.velocity[2] -= GRAVITY * seconds
        self.position += self.velocity * seconds
        if self.position[2] < RADIUS:
            self._touch_ground(seconds)
        out = np.abs(self.position[:2]) > BOARDS
        self.velocity[:2][out] = (
            -0.3 * np.sign(self.position[:2][out]) * np.abs(self.velocity[:2][out])
        )
        self.position[:2] = np.clip(self.position[:2], -BOARDS, BOARDS)

    def _touch_ground(self, seconds: float) -> None:
        self.position[2] = RADIUS
        bouncing = self.velocity[2] < -1.5
        self.velocity[2] = -BOUNCE * self.velocity[2] if bouncing else 0.0
        speed = float(np.linalg.norm(self.velocity[:2]))
        slower = 0.8 * speed if bouncing else max(0.0, speed - ROLLING * seconds)
        self.velocity[:2] *= slower / max(speed, 1e-6)

    def lie(self, point: Float64) -> None:
        """Rest at ``point`` (2,)."""
        self.position, self.velocity = np.array([*point, RADIUS]), np.zeros(3)
        self._target = point.copy()

    def guide(self, point: Float64, seconds: float) -> None:
        """Roll at somebody's feet towards ``point`` (2,)."""
        before = self.position.copy()
        goal = np.array([*point, RADIUS])
        self.position = before + (goal - before) * min(1.0, 9 * seconds)
        self.velocity = (self.position - before) / seconds

    def landing(self) -> Float64:
        """(2,): where a receiver should wait for it."""
        return self._target
