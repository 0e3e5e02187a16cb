"""Putting colour on a frame: coverage masks, text, pills. All of it changes the image given."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from touchline.arrays import Image, Int32, Mask
from touchline.outputs.drawing.style import Colour

SUBPIXEL = 4
"""Bits of subpixel precision that OpenCV is given."""

_OVERSAMPLING = 4
_ANGLES = np.linspace(0.0, 2 * np.pi, 36, endpoint=False)
_UNIT_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_CAPITAL = 21.0
"""Height of a capital letter of the font at scale 1, in pixels."""


def subpixel(points: npt.ArrayLike) -> Int32:
    """Return pixel coordinates as the fixed-point numbers that ``SUBPIXEL`` announces.

    OpenCV counts from the centre of a pixel, this project from its corner: hence the half.
    """
    scaled: Int32 = np.round((np.asarray(points, np.float64) - 0.5) * (1 << SUBPIXEL)).astype(
        np.int32
    )
    return scaled


def stain(
    image: Image, mask: Mask, corner: tuple[int, int], colour: Colour, *, opacity: float = 1.0
) -> None:
    """Mix ``colour`` into ``image`` (H, W, 3 BGR) where ``mask`` (h, w) covers it.

    Args:
        image: Changed in place; what falls outside is cut off.
        mask: Coverage, 0..255.
        corner: (x, y) of the mask's top left corner in the image.
        colour: Blue, green, red.
        opacity: 0..1, multiplied with the coverage.
    """
    x, y = corner
    left, top = max(x, 0), max(y, 0)
    right = min(x + mask.shape[1], image.shape[1])
    bottom = min(y + mask.shape[0], image.shape[0])
    if left >= right or top >= bottom:
        return
    region = image[top:bottom, left:right]
    weight = mask[top - y : bottom - y, left - x : right - x] * np.float32(opacity / 255.0)
    paint = np.full_like(region, colour)
    region[...] = cv2.blendLinear(paint, region, weight, 1 - weight)


def disc(image: Image, centre: npt.ArrayLike, radius: float, colour: Colour) -> None:
    """Fill a circle; centre (x, y) and radius in pixels, fractions count."""
    # OpenCV fills the outline's own pixels too: half a pixel more on every side.
    outline = [_round_line(centre, max(radius - 0.5, 0.0))]
    cv2.fillPoly(image, outline, colour, cv2.LINE_AA, SUBPIXEL)


def ring(
    image: Image, centre: npt.ArrayLike, radius: float, colour: Colour, *, stroke: int
) -> None:
    """Draw a circle; centre (x, y) and radius in pixels, fractions count."""
    outline = [_round_line(centre, radius)]
    cv2.polylines(image, outline, True, colour, stroke, cv2.LINE_AA, SUBPIXEL)


def write_text(
    image: Image, text: str, corner: tuple[int, int], colour: Colour, *, capital: int
) -> None:
    """Write one line of ASCII with the top left corner of its capitals at ``corner``."""
    mask = text_mask(text, capital)
    stain(image, mask, (corner[0], corner[1] - _overhang(capital)), colour)


def text_width(text: str, capital: int) -> int:
    """Pixels that ``text`` takes in a row."""
    return sum(_glyph(character, capital).shape[1] for character in text)


def text_mask(text: str, capital: int) -> Mask:
    """Coverage (h, w) of one line; h leaves room for strokes above and below the capitals."""
    empty = np.zeros((capital + 2 * _overhang(capital), 0), np.uint8)
    return np.hstack([empty, *(_glyph(character, capital) for character in text)])


@lru_cache(maxsize=1024)
def pill(width: int, height: int, radius: int) -> Mask:
    """Coverage (height, width) of a rectangle with round corners."""
    k = _OVERSAMPLING
    mask = np.zeros((height * k, width * k), np.uint8)
    r = min(radius * k, mask.shape[0] // 2, mask.shape[1] // 2)
    bottom, right = mask.shape[0] - 1, mask.shape[1] - 1
    cv2.rectangle(mask, (r, 0), (right - r, bottom), 255, cv2.FILLED)
    cv2.rectangle(mask, (0, r), (right, bottom - r), 255, cv2.FILLED)
    for centre in ((r, r), (right - r, r), (r, bottom - r), (right - r, bottom - r)):
        cv2.circle(mask, centre, r, 255, cv2.FILLED)
    return _reduced(mask, width, height)


@lru_cache(maxsize=1024)
def _glyph(character: str, capital: int) -> Mask:
    """Coverage of one character, drawn large and reduced: the font's own antialiasing is coarse."""
    k, overhang = _OVERSAMPLING, _overhang(capital)
    scale = capital * k / _FONT_CAPITAL
    thickness = max(1, round(capital * k * 0.14))
    (advance, _), _ = cv2.getTextSize(character, _FONT, scale, 1)
    narrowing = 0.6 if character == " " else 1.0  # the font's own space is as wide as a capital
    width = max(1, round(narrowing * advance / k))
    mask = np.zeros(((capital + 2 * overhang) * k, width * k), np.uint8)
    baseline = (0, (capital + overhang) * k)
    cv2.putText(mask, character, baseline, _FONT, scale, 255, thickness, cv2.LINE_AA)
    return _reduced(mask, width, capital + 2 * overhang)


def _round_line(centre: npt.ArrayLike, radius: float) -> Int32:
    """A circle as a polygon: OpenCV makes a small circle a diamond."""
    return subpixel(np.asarray(centre, np.float64) + radius * _UNIT_CIRCLE)


def _overhang(capital: int) -> int:
    return round(0.35 * capital) + 1


def _reduced(mask: Mask, width: int, height: int) -> Mask:
    reduced: Mask = np.asarray(
        cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), np.uint8
    )
    return reduced
