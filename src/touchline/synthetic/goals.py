"""Goals: white posts, a bar, and nets that one sees through."""

from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64, Image
from touchline.pitch import PitchDimensions
from touchline.synthetic.camera import NEAREST, Camera
from touchline.synthetic.canvas import Canvas, fill
from touchline.synthetic.surface import Surface, mipmaps

HEIGHT = 2.44
DEPTH = 2.0
THICK = 0.12

_MESH = 0.12
"""Metres between the cords of a net."""
_DENSITY = 75
_CORD: tuple[int, int, int] = (215, 218, 218)
_METAL = (236.0, 238.0, 238.0)


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """A post or a crossbar between two points (3,) in metres."""

    start: Float64
    end: Float64

    def depth(self, camera: Camera) -> float:
        """Metres to the camera."""
        return float(camera.project((self.start + self.end) / 2)[1])

    def draw(self, canvas: Canvas, camera: Camera) -> None:
        """Paint the bar."""
        pixels, depth = camera.project(np.stack([self.start, self.end]))
        if depth.min() < 2 * NEAREST:
            return
        ahead = pixels[1] - pixels[0]
        aside = np.array([-ahead[1], ahead[0]]) / (np.linalg.norm(ahead) + 1e-9)
        half = (THICK / 2 * camera.focal / depth)[:, None] * aside
        fill(canvas.image, np.concatenate([pixels + half, (pixels - half)[::-1]]), _METAL)


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """One plane of a net."""

    surface: Surface

    def depth(self, camera: Camera) -> float:
        """Metres to the camera."""
        middle = self.surface.corner + (self.surface.along + self.surface.up) / 2
        return float(camera.project(middle)[1])

    def draw(self, canvas: Canvas, camera: Camera) -> None:
        """Paint the net over what is behind it."""
        self.surface.draw(canvas.image, camera)


def goals(dimensions: PitchDimensions) -> list[Bar | Net]:
    """The parts of both goals."""
    return [part for side in (-1.0, 1.0) for part in _goal(dimensions, side)]


def _goal(dimensions: PitchDimensions, side: float) -> list[Bar | Net]:
    line = side * dimensions.length / 2
    half = dimensions.goal_width / 2 + THICK / 2
    near, far = np.array([line, -half, 0.0]), np.array([line, half, 0.0])
    back, up = np.array([side * DEPTH, 0, 0]), np.array([0, 0, HEIGHT])
    across = far - near
    bars: list[Bar | Net] = [
        Bar(near, near + up),
        Bar(far, far + up),
        Bar(near + up, far + up),
    ]
    planes = [
        (near + back, across, up),
        (near, back, up),
        (far, back, up),
        (near + up, across, back),
    ]
    return bars + [_net(*plane) for plane in planes]


def _net(corner: Float64, along: Float64, up: Float64) -> Net:
    width, height = (int(np.linalg.norm(side) * _DENSITY) for side in (along, up))
    step = round(_MESH * _DENSITY)
    texture: Image = np.zeros((height, width, 4), np.uint8)
    texture[..., :3] = _CORD
    texture[::step, :, 3] = 190
    texture[:, ::step, 3] = 190
    return Net(Surface(corner, along, up, (mipmaps(texture),), both_sides=True))
