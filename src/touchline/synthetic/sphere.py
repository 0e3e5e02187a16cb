"""Paints the ball: a small shaded sphere with dark panels, smeared when it is fast."""

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.synthetic.ball import RADIUS
from touchline.synthetic.camera import NEAREST, Camera
from touchline.synthetic.canvas import Canvas
from touchline.synthetic.looks import N_PEOPLE, Appearance

BALL = N_PEOPLE
"""The ball's number on the canvas: the one after the last person."""

_FINE = 6
_TAPS = 5
_WHITE = np.array([238.0, 242.0, 242.0])


class Sphere:
    """The ball of one frame.

    Attributes:
        xyxy: (4,) float64 pixels, the extent of the ball while the shutter was open.
        depth: Metres to the camera.
    """

    def __init__(
        self, position: Float64, camera: Camera, *, smear: Float64, spin: float, look: Appearance
    ) -> None:
        """Place the ball.

        Args:
            position: (3,) metres.
            camera: The camera.
            smear: (2,) pixels that the ball moves in the picture during the exposure.
            spin: Radians by which the panels have rolled.
            look: For the direction of the light.
        """
        pixel, depth = camera.project(position)
        self.depth = float(depth)
        self._radius = max(RADIUS * camera.focal / max(self.depth, NEAREST), 0.5)
        taps = _TAPS if np.linalg.norm(smear) > 0.7 else 1
        along = np.linspace(-0.5, 0.5, taps) if taps > 1 else np.zeros(1)
        self._centres = pixel + along[:, None] * smear
        low, high = self._centres.min(axis=0), self._centres.max(axis=0)
        self.xyxy = np.concatenate([low - self._radius, high + self._radius])
        self._spin, self._look = spin, look

    def draw(self, canvas: Canvas) -> int:
        """Paint and return how many whole pixels the ball covers."""
        if self.depth < 2 * NEAREST or np.abs(self.xyxy).max() > 1e4:
            return 0
        left, top = np.floor(self.xyxy[:2]).astype(int)
        right, bottom = np.ceil(self.xyxy[2:]).astype(int)
        fine = max(1, min(_FINE, 400 // (bottom - top)))
        size = ((right - left) * fine, (bottom - top) * fine)
        total = np.zeros((size[1], size[0], 4))
        for centre in self._centres:
            total += self._shade((centre - [left, top]) * fine, self._radius * fine, size)
        mean = (total / len(self._centres)).astype(np.uint8)
        small = cv2.resize(mean, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        patch: Image = np.asarray(small, np.uint8)
        canvas.paste(patch, int(left), int(top), owner=BALL)
        return int((patch[..., 3] > 127).sum())

    def _shade(self, centre: Float64, radius: float, size: tuple[int, int]) -> Float64:
        """(h, w, 4): the sphere on an empty patch, lit from above."""
        x = (np.arange(size[0]) + 0.5 - centre[0]) / radius
        y = ((np.arange(size[1]) + 0.5 - centre[1]) / radius)[:, None]
        inside = x**2 + y**2 <= 1
        height = np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))
        light = 0.88 - 0.14 * y + 0.08 * height + 0.1 * self._look.hardness
        turned = np.cos(self._spin) * y + np.sin(self._spin) * height
        panels = np.sin(5 * x + 1.0) * np.sin(5 * turned) > 0.65
        colour = np.clip(light[..., None] * _WHITE, 0, 255) * np.where(panels, 0.5, 1)[..., None]
        shaded: Float64 = np.dstack([colour, np.full(inside.shape, 255.0)]) * inside[..., None]
        return shaded
