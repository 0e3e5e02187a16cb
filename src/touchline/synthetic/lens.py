"""From a clean picture to a broadcast: motion blur, softness, scoreboard, grain."""

import cv2
import numpy as np

from touchline.arrays import Float32, Float64, Image, Int16
from touchline.synthetic.camera import Camera
from touchline.synthetic.canvas import NOBODY
from touchline.synthetic.looks import N_TEAM, Appearance, Colour

EXPOSURE = 0.012
"""Seconds for which the shutter is open."""


def soften(image: Image, *, before: Camera, camera: Camera, interval: float) -> Image:
    """Blur uint8 (H, W, 3) as a lens does, and along the way that the camera turned.

    ``before`` is the camera ``interval`` seconds earlier; the blur lasts as long as the exposure.
    """
    soft = cv2.GaussianBlur(image, (3, 3), 0.55)
    turn = (camera.pan - before.pan) * camera.focal, (camera.tilt - before.tilt) * camera.focal
    way = EXPOSURE / interval * np.array(turn)
    length = float(np.linalg.norm(way))
    if length < 0.8 or length > 40:
        return np.asarray(soft, np.uint8)
    return np.asarray(cv2.filter2D(soft, -1, _streak(way)), np.uint8)


def _streak(way: Float64) -> Float32:
    """An odd square kernel with a line of this length and direction through its centre."""
    reach = int(np.ceil(np.abs(way).max() / 2))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    ends = [tuple(np.round((reach + sign * way / 2) * 16).astype(int)) for sign in (-1, 1)]
    (x0, y0), (x1, y1) = ends
    cv2.line(kernel, (int(x0), int(y0)), (int(x1), int(y1)), 1.0, 1, cv2.LINE_8, 4)
    kernel /= kernel.sum()
    return kernel


class Grain:
    """Sensor noise: one sheet, moved about from frame to frame."""

    def __init__(self, size: tuple[int, int], rng: np.random.Generator, strength: float) -> None:
        width, height = size
        noise = rng.normal(0, strength, (height + 64, width + 64, 1))
        noise = noise + rng.normal(0, strength / 3, (height + 64, width + 64, 3))
        self._noise = np.clip(np.round(noise), -60, 60).astype(np.int8)
        self._size = size

    def add(self, image: Image, rng: np.random.Generator) -> Image:
        """The grainy copy of uint8 (H, W, 3)."""
        x, y = rng.integers(0, 64, 2)
        width, height = self._size
        noise = self._noise[y : y + height, x : x + width]
        return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)


def scoreboard(image: Image, owner: Int16, look: Appearance, *, seconds: float) -> None:
    """Print the score and the clock over the upper left of uint8 (H, W, 3), in place.

    Its pixels become nobody's in ``owner`` (H, W).
    """
    scale = image.shape[1] / 1280
    home, away = look.people[1].kit, look.people[N_TEAM + 1].kit
    clock = f"{12 + int(seconds) // 60:02d}:{int(37 + seconds) % 60:02d}"
    left = 88.0
    fields: tuple[tuple[str, float, Colour], ...] = (
        ("HOM", 92, home.shirt),
        ("1 - 0", 92, (232, 232, 232)),
        ("AWA", 92, away.shirt),
        (clock, 84, (60, 40, 30)),
    )
    for text, width, colour in fields:
        box = [round(v * scale) for v in (left, 40, left + width, 70)]
        _field(image, text, box, colour)
        owner[box[1] : box[3], box[0] : box[2]] = NOBODY
        left += width


def _field(image: Image, text: str, box: list[int], colour: Colour) -> None:
    left, top, right, bottom = box
    cv2.rectangle(image, (left, top), (right, bottom), colour, -1)
    ink = (24, 24, 24) if sum(colour) > 380 else (240, 240, 240)
    size = (bottom - top) / 45
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, 1)
    where = (left + (right - left - width) // 2, (top + bottom + height) // 2)
    cv2.putText(image, text, where, cv2.FONT_HERSHEY_DUPLEX, size, ink, 1, cv2.LINE_AA)
