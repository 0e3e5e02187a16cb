"""Spectators: thousands of little seated people, in two moods, as a texture."""

import cv2
import numpy as np

from touchline.arrays import Image, Images, Mask
from touchline.synthetic.looks import HAIRS, SKINS, WHITE, Appearance, Colour

SEAT = (9, 13)
"""Width and height of one seat in texture pixels."""
DENSITY = 16
"""Texture pixels per metre along a row."""
MOODS = 4

_EMPTY, _CLOTHES, _SKIN, _HAIR, _BACKREST = range(5)
_COATS: tuple[Colour, ...] = (
    *((40, 38, 38), (52, 44, 40), (70, 60, 56), (44, 40, 52), (90, 70, 55)),
    *((130, 128, 126), (60, 58, 110), (110, 80, 50), (50, 70, 90), (200, 198, 196)),
)
_SHAPES = 10
_AISLE = 22
"""Seats from one stairway to the next."""


def stand(look: Appearance, rng: np.random.Generator, *, metres: float, rows: int) -> list[Image]:
    """``MOODS`` textures of one tier, uint8 (rows * 13, metres * 16, 3) BGR.

    From one to the next about every eighth spectator moves.
    """
    columns = int(metres * DENSITY) // SEAT[0]
    shapes = _shapes()
    drawn = rng.random((rows, columns))
    # People sit closer together here than there.
    small = rng.uniform(0.6, 1.1, (rows // 6 + 2, columns // 12 + 2))
    density = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR)
    taken = drawn < look.crowd * np.asarray(density, np.float64)
    colours = _colours(look, rng, (rows, columns))
    pose = np.where(taken, rng.integers(1, _SHAPES, (rows, columns)), 0)
    moods = []
    for _ in range(MOODS):
        moving = (rng.random(pose.shape) < 0.12) & taken
        pose = np.where(moving, rng.integers(1, _SHAPES, pose.shape), pose)
        moods.append(_compose(shapes[pose], colours, look))
    return moods


def _shapes() -> Mask:
    """(10, 13, 9): an empty seat, and nine spectators who lean, stand or wave."""
    width, height = SEAT
    shapes = np.zeros((_SHAPES, height, width), np.uint8)
    for i, shape in enumerate(shapes):
        cv2.rectangle(shape, (1, height - 6), (width - 2, height - 1), _BACKREST, -1)
        if i:
            _spectator(shape, lean=i % 3 - 1, rise=i // 3)
    return shapes


def _spectator(shape: Mask, *, lean: int, rise: int) -> None:
    width, height = SEAT
    middle, top = width // 2 + lean, 4 - rise
    cv2.ellipse(shape, (middle, top + 8), (3, 6), 0, 0, 360, _CLOTHES, -1)
    shape[top + 5 : height, middle - 3 : middle + 4] = _CLOTHES
    cv2.circle(shape, (middle, top + 1), 1, _SKIN, -1)
    shape[top + 2, middle - 1 : middle + 2] = _SKIN
    shape[max(top - 1, 0) : top + 1, middle - 1 : middle + 2] = _HAIR


def _colours(look: Appearance, rng: np.random.Generator, shape: tuple[int, int]) -> Images:
    """uint8 (rows, columns, 5, 3): per seat the colour of each label."""
    coats = np.array(_COATS, np.float64)[rng.integers(len(_COATS), size=shape)]
    scarves = rng.random(shape) < 0.2
    coats[scarves] = np.array(look.scarf)
    table = np.zeros((*shape, 5, 3))
    table[:, :, _EMPTY] = 0.35 * np.array(look.seats) + 10
    table[:, :, _CLOTHES] = coats * rng.uniform(0.6, 1.15, (*shape, 1))
    table[:, :, _SKIN] = np.array(SKINS)[rng.integers(len(SKINS), size=shape)]
    table[:, :, _HAIR] = np.array((*HAIRS, WHITE))[rng.integers(len(HAIRS) + 1, size=shape)]
    table[:, :, _BACKREST] = look.seats
    return np.asarray(np.clip(table * look.brightness * 0.8, 0, 255), np.uint8)


def _compose(labels: Mask, colours: Image, look: Appearance) -> Image:
    rows, columns, height, width = labels.shape
    flat = labels.reshape(rows, columns, height * width, 1).astype(np.intp)
    seats = np.take_along_axis(colours, flat, axis=2)
    seats = seats.reshape(rows, columns, height, width, 3).transpose(0, 2, 1, 3, 4)
    image = seats.reshape(rows * height, columns * width, 3)
    steps = np.full((rows * height, 2 * width, 3), 92.0) * look.brightness
    steps[::6] *= 0.7
    for stairs in range(_AISLE // 2 * width, columns * width, _AISLE * width):
        image[:, stairs : stairs + 2 * width] = steps
    return np.asarray(cv2.GaussianBlur(image, (3, 3), 0.7), np.uint8)
