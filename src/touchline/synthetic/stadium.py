"""What stands around the pitch: tiers of spectators, advertising boards, concrete."""

from collections.abc import Iterator

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.pitch import PitchDimensions
from touchline.synthetic.camera import Camera
from touchline.synthetic.crowd import DENSITY, SEAT, stand
from touchline.synthetic.looks import (
    BLACK,
    BLUE,
    GREEN,
    NAVY,
    RED,
    WHITE,
    YELLOW,
    Appearance,
    Colour,
)
from touchline.synthetic.surface import Surface, mipmaps

_WORDS = (
    "TOUCHLINE",
    "NORTH BANK",
    "OPEN SEASON",
    "RIVERSIDE",
    "KICK & CO",
    "EXTRA TIME",
    "GREEN ENERGY",
    "FULL BACK COFFEE",
)
_BOARD_COLOURS: tuple[tuple[Colour, Colour], ...] = (
    *((BLUE, WHITE), (WHITE, RED), (BLACK, WHITE), (RED, WHITE), (NAVY, YELLOW)),
    *((GREEN, WHITE), (WHITE, NAVY), (YELLOW, BLACK)),
)
_BOARD_DENSITY = 40
_ROWS = 22
_SLOPE = 0.55
"""Rise of a tier per metre of depth."""


class Stadium:
    """Boards and stands on all four sides.

    Of the side on which the camera stands only the backs of the boards are seen.
    """

    def __init__(self, look: Appearance, dimensions: PitchDimensions) -> None:
        rng = np.random.default_rng([look.seed, 3])
        reach = np.array([dimensions.length / 2, dimensions.width / 2])
        tiers = [_mips(*stand(look, rng, metres=_STAND_LENGTH, rows=_ROWS)) for _ in range(2)]
        adverts = [_mips(_boards(look, rng, height)) for height in (0.95, 1.3)]
        self._reach = reach
        self._sides = [list(_side(turn, reach, look, (tiers, adverts))) for turn in range(4)]
        self._backs = [_back(turn, reach, look) for turn in range(4)]

    def draw(self, image: Image, camera: Camera, moment: int) -> None:
        """Paint over a uint8 (H, W, 3) picture; ``moment`` chooses how the crowd sits."""
        out = (
            np.asarray(camera.position[:2]) - self._reach,
            -np.asarray(camera.position[:2]) - self._reach,
        )
        beyond = (out[0][1] > 0, out[0][0] > 0, out[1][1] > 0, out[1][0] > 0)
        for side in sorted(range(4), key=lambda turn: beyond[turn]):
            for surface in [self._backs[side]] if beyond[side] else self._sides[side]:
                surface.draw(image, camera, moment=moment)


Textures = tuple[tuple[Image, ...], ...]


def _mips(*textures: Image) -> Textures:
    return tuple(mipmaps(texture) for texture in textures)


_STAND_LENGTH = 124.0
_LED_LENGTH = 124.0


def _side(
    turn: int, reach: Float64, look: Appearance, textures: tuple[list[Textures], list[Textures]]
) -> Iterator[Surface]:
    """One side from the back to the front; ``turn`` quarter turns clockwise from the far side."""
    tiers, adverts = textures
    line, length = _line(turn, reach)
    deep = _ROWS * SEAT[1] / DENSITY
    level = deep * _SLOPE
    wall = _mips(_plain(look, (70, 66, 64)))
    roof = _mips(_plain(look, (36, 34, 34)))
    first = line + 8.6
    yield _upright(turn, first + 2 * deep + 1, length + 60, (2.6 + 2 * level, 60.0), roof)
    yield _slope(turn, first + deep + 1, length, (2.6 + level, level), tiers[1])
    yield _upright(turn, first + deep, length, (1.1 + level, 1.5), wall)
    yield _upright(turn, first + deep - 0.1, length, (1.3 + level, 1.0), adverts[0])
    yield _slope(turn, first, length, (1.9, level), tiers[0])
    yield _upright(turn, first, length, (0.0, 2.0), wall)
    yield _upright(turn, line + 7.4, length, (0.55, 1.3), adverts[1])
    yield _upright(turn, line + 5.0, length - 14, (0.0, 0.95), adverts[0])


def _back(turn: int, reach: Float64, look: Appearance) -> Surface:
    """The boards from behind."""
    line, length = _line(turn, reach)
    corner = _turned(turn, length / 2 - 7, line + 5.0, 0)
    along = _turned(turn, 14 - length, 0, 0)
    dark = _mips(_plain(look, (64, 60, 58)))
    return Surface(corner, along, np.array([0, 0, 0.95]), dark)


def _line(turn: int, reach: Float64) -> tuple[float, float]:
    """Metres from the centre spot to the side's pitch line, and the length of its stand."""
    return (reach[1], _STAND_LENGTH) if turn % 2 == 0 else (reach[0], 0.74 * _STAND_LENGTH)


def _turned(turn: int, x: float, y: float, z: float) -> Float64:
    """A point of the far side, moved to the side that is ``turn`` quarter turns clockwise."""
    for _ in range(turn):
        x, y = y, -x
    return np.array([x, y, z])


def _upright(
    turn: int, line: float, length: float, height: tuple[float, float], textures: Textures
) -> Surface:
    """A wall on the line, from ``height[0]`` up by ``height[1]`` metres."""
    bottom, rise = height
    corner = _turned(turn, -length / 2, line, bottom)
    along = _turned(turn, length, 0, 0)
    return Surface(corner, along, np.array([0, 0, rise]), textures)


def _slope(
    turn: int, line: float, length: float, height: tuple[float, float], textures: Textures
) -> Surface:
    """A tier that starts on the line at ``height[0]`` and rises by ``height[1]`` metres."""
    bottom, rise = height
    corner = _turned(turn, -length / 2, line, bottom)
    up = _turned(turn, 0, rise / _SLOPE, rise)
    return Surface(corner, _turned(turn, length, 0, 0), up, textures)


def _plain(look: Appearance, colour: Colour) -> Image:
    image = np.empty((16, 64, 3), np.uint8)
    image[:] = np.clip(np.array(colour) * look.brightness, 0, 255)
    return image


def _boards(look: Appearance, rng: np.random.Generator, height: float) -> Image:
    """A row of adverts, each one colour with one invented name repeated."""
    rows = int(height * _BOARD_DENSITY)
    image = np.zeros((rows, int(_LED_LENGTH * _BOARD_DENSITY), 3), np.uint8)
    start = 0
    while start < image.shape[1]:
        width = int(rng.uniform(6, 16) * _BOARD_DENSITY)
        _advert(image[:, start : start + width], rng)
        start += width
    lit = 0.75 + 0.25 * look.brightness
    return np.asarray(np.clip(image * lit, 0, 255), np.uint8)


def _advert(board: Image, rng: np.random.Generator) -> None:
    ground, ink = _BOARD_COLOURS[int(rng.integers(len(_BOARD_COLOURS)))]
    board[:] = ground
    word = _WORDS[int(rng.integers(len(_WORDS)))]
    rows = board.shape[0]
    scale = rows / 48
    (width, height), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_DUPLEX, scale, 2)
    for left in range(rows // 2, board.shape[1] - width, width + 2 * rows):
        where = (left, (rows + height) // 2)
        cv2.putText(board, word, where, cv2.FONT_HERSHEY_DUPLEX, scale, ink, 3, cv2.LINE_AA)
