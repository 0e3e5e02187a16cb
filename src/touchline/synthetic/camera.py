"""The pinhole cameras of the synthetic match: exact projection, and the people who steer them.

World: metres, origin at the centre spot, x along the touchline, y towards the far touchline, z up.
Image: continuous pixels, so the first pixel spans 0..1 and its centre lies at 0.5.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from touchline.arrays import Bools, Float64
from touchline.geometry import through

NEAREST = 0.5
"""Metres in front of the lens from which something can be drawn."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera.

    Attributes:
        position: Metres (x, y, z).
        pan: Radians; 0 looks along +y (from the main stand to the far touchline), positive turns
            to +x.
        tilt: Radians below the horizontal.
        focal: Focal length in pixels.
        size: Image width and height in pixels.
        roll: Radians, positive turns the picture clockwise.
    """

    position: tuple[float, float, float]
    pan: float
    tilt: float
    focal: float
    size: tuple[int, int]
    roll: float = 0.0

    def rotation(self) -> Float64:
        """(3, 3): the rows are the camera's right, down and forward axes in the world."""
        forward = np.array(
            [
                math.sin(self.pan) * math.cos(self.tilt),
                math.cos(self.pan) * math.cos(self.tilt),
                -math.sin(self.tilt),
            ]
        )
        level = np.array([math.cos(self.pan), -math.sin(self.pan), 0.0])
        down = np.cross(forward, level)
        right = math.cos(self.roll) * level + math.sin(self.roll) * down
        return np.stack([right, np.cross(forward, right), forward])

    def matrix(self) -> Float64:
        """(3, 4) float64: homogeneous metres to homogeneous pixels, scaled to depth in metres."""
        return _matrix(self)

    def project(self, points: Float64) -> tuple[Float64, Float64]:
        """Project points (..., 3) in metres: pixels (..., 2) and depth (...) in metres.

        Pixels of points nearer than ``NEAREST`` mean nothing: look at the depth.
        """
        homogeneous = through(points, self.matrix())
        depth = homogeneous[..., 2]
        safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        return homogeneous[..., :2] / safe[..., None], depth

    def from_ground(self) -> Float64:
        """(3, 3) float64: metres on the pitch to pixels."""
        return self.matrix()[:, [0, 1, 3]]

    def to_ground(self) -> Float64:
        """(3, 3) float64, last entry 1: pixels to metres on the pitch."""
        inverse = np.linalg.inv(self.from_ground())
        scaled: Float64 = inverse / inverse[2, 2]
        return scaled


@lru_cache(maxsize=16)
def _matrix(camera: Camera) -> Float64:
    # Cached because a frame is painted from hundreds of projections through one camera.
    width, height = camera.size
    inner = np.array([[camera.focal, 0, width / 2], [0, camera.focal, height / 2], [0, 0, 1.0]])
    rotation = camera.rotation()
    matrix: Float64 = inner @ np.column_stack([rotation, -rotation @ np.asarray(camera.position)])
    matrix.setflags(write=False)
    return matrix


def reach_into_picture(pixels: Float64, size: tuple[int, int]) -> Bools:
    """Whether shapes of n points, (..., n, 2) pixels, are about to be seen: (...,)."""
    low, high = pixels.min(axis=-2), pixels.max(axis=-2)
    return np.asarray(((high > 0) & (low < np.array(size))).all(axis=-1))


def look_at(
    position: tuple[float, float, float],
    target: tuple[float, float, float],
    *,
    focal: float,
    size: tuple[int, int],
    roll: float = 0.0,
) -> Camera:
    """The camera at ``position`` that has ``target`` (both metres) in the middle of its picture."""
    across, along, up = (b - a for a, b in zip(position, target, strict=True))
    tilt = math.atan2(-up, math.hypot(across, along))
    return Camera(position, math.atan2(across, along), tilt, focal, size, roll)


class Operator:
    """Steers a camera after a target as a person does: late, smoothly, and never quite still.

    A critically damped spring of ``quickness`` (1/s) pulls pan, tilt and focal length towards the
    camera that would have the target in its middle.
    """

    def __init__(self, start: Camera, *, quickness: float, seed: int) -> None:
        self._camera = start
        self._state = np.array([start.pan, start.tilt, math.log(start.focal)])
        self._rate = np.zeros(3)
        self._quickness = quickness
        self._phases = np.random.default_rng(seed).uniform(0, 2 * math.pi, 3)
        self._time = 0.0

    def follow(self, wanted: Camera, step: float) -> Camera:
        """The camera ``step`` seconds later, on its way to ``wanted``."""
        goal = np.array([wanted.pan, wanted.tilt, math.log(wanted.focal)])
        # The spring's exact motion towards a goal at rest: stable however long the step is.
        offset = self._state - goal
        push = self._rate + self._quickness * offset
        fading = math.exp(-self._quickness * step)
        self._state = goal + (offset + push * step) * fading
        self._rate = (self._rate - self._quickness * push * step) * fading
        self._time += step
        pan, tilt, zoom = self._state + self._tremor()
        return replace(self._camera, pan=float(pan), tilt=float(tilt), focal=math.exp(zoom))

    def _tremor(self) -> Float64:
        """A hand on a tripod: about one pixel at the focal length in use, slower than 2 Hz."""
        waves = np.sin(np.array([5.1, 7.3, 0.0]) * self._time + self._phases)
        shake: Float64 = waves * np.array([1.0, 0.5, 0.0]) / self._camera.focal
        return shake
