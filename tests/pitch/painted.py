"""Pitches painted through cameras: pictures of which the view is known exactly."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from touchline.pitch import PitchDimensions
from touchline.pitch.markings import Markings
from touchline.pitch.view import PitchCamera
from touchline.synthetic.camera import look_at
from touchline.synthetic.looks import random_look
from touchline.synthetic.stadium import Stadium
from touchline.synthetic.turf import Turf

SIZE = (1280, 720)
PITCH = PitchDimensions()
VERTICES = PITCH.vertices()
MARKINGS = Markings.of(PITCH, step=1.0)

MAIN = ((0.0, -75.0, 18.0), (25.0, 0.0, 0.0), 1.3)
MIDDLE = ((0.0, -75.0, 18.0), (0.0, 0.0, 0.0), 1.3)
BEHIND_GOAL = ((85.0, 3.0, 22.0), (25.0, 0.0, 0.0), 1.1)
"""Where a camera stands, what it looks at, and its focal length in widths."""

View = tuple[tuple[float, float, float], tuple[float, float, float], float]


def camera_at(view: View, bend: float = 0.0) -> PitchCamera:
    """The camera of a view, perhaps with a lens that bends."""
    place, target, focal = view
    seen = look_at(place, target, focal=focal * SIZE[0], size=SIZE)
    return PitchCamera(focal, seen.rotation(), np.array(place), bend)


@cache
def painted(view: View, bend: float = 0.0) -> npt.NDArray[np.uint8]:
    """An empty pitch and its stands, uint8 (H, W, 3) BGR; to be read only."""
    place, target, focal = view
    camera = look_at(place, target, focal=focal * SIZE[0], size=SIZE)
    turf, stadium = _ground()
    image = np.full((SIZE[1], SIZE[0], 3), 70, np.uint8)
    turf.draw(image, camera)
    stadium.draw(image, camera, 0)
    return image if bend == 0 else _bent(image, bend)


@cache
def _ground() -> tuple[Turf, Stadium]:
    look = random_look(np.random.default_rng(3))
    return Turf(look, PITCH), Stadium(look, PITCH)


def _bent(image: npt.NDArray[np.uint8], bend: float) -> npt.NDArray[np.uint8]:
    """The picture through a lens: what was at r lands at r (1 + bend r^2), in widths."""
    width, height = SIZE
    x, y = np.meshgrid(
        (np.arange(width) + 0.5) / width - 0.5, (np.arange(height) - height / 2) / width
    )
    far = np.hypot(x, y)
    near = far
    for _ in range(20):
        near = far / (1 + bend * near**2)
    scale = np.divide(near, far, out=np.ones_like(far), where=far > 0) * width
    columns, rows = x * scale + width / 2 - 0.5, y * scale + height / 2 - 0.5
    return cv2.remap(image, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)


def in_view(camera: PitchCamera) -> npt.NDArray[np.bool_]:
    """Which vertices (32,) a camera has in its picture."""
    half = np.array([0.5, SIZE[1] / SIZE[0] / 2])
    return (np.abs(camera.project(VERTICES, PITCH.width)) < half).all(axis=1)


def apart(first: PitchCamera, second: PitchCamera) -> float:
    """By how many widths two cameras differ on the vertices that the first one sees, at most."""
    seen = VERTICES[in_view(first)]
    off = first.project(seen, PITCH.width) - second.project(seen, PITCH.width)
    return float(np.linalg.norm(off, axis=1).max())
