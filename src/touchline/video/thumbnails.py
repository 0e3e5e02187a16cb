"""What is kept of a frame to tell where a shot begins, and how two frames differ."""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from touchline.arrays import Float32, Image, Mask

WIDTH, HEIGHT = 64, 36
"""Size of the thumbnail that is compared, in pixels: players vanish in it, the scene does not."""

BINS = 8
"""Bins of the colour histogram, along each of the three channels."""

COARSE = (16, 9)
"""Columns and rows of the picture that shows how far a transition has come."""

CONTRAST = 6.0
"""Grey levels (standard deviation): below it a frame is a flash or a blank and is passed over."""


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """What is kept of a frame.

    Attributes:
        gray: float32 (36, 64), grey levels, equalised: the order of the tones without their values.
        tones: uint8 (36, 64), grey levels as they are.
        coarse: float32 (9, 16, 3), the picture, BGR.
        colours: float32 (512,), histogram of the colours, sums to 1.
        blank: Whether there is nothing in it to compare.
    """

    gray: Float32
    tones: Mask
    coarse: Float32
    colours: Float32
    blank: bool

    @classmethod
    def of(cls, image: Image) -> "Thumbnail":
        """Reduce a picture, uint8 (H, W, 3) BGR."""
        small = _thumbnail(image)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        colours = cv2.calcHist([small], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3).ravel()
        return cls(
            gray=cv2.equalizeHist(gray).astype(np.float32),
            tones=gray,
            coarse=cv2.resize(small, COARSE, interpolation=cv2.INTER_AREA).astype(np.float32),
            colours=np.divide(colours, WIDTH * HEIGHT, dtype=np.float32),
            blank=float(gray.std()) < CONTRAST,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """How two frames differ, from 0 (not at all) to about 1 (entirely).

    Attributes:
        colours: One minus the overlap of the colour histograms.
        structure: One minus the correlation of the equalised grey levels, a pan undone.
    """

    colours: float
    structure: float

    @classmethod
    def between(cls, before: Thumbnail, after: Thumbnail) -> "Change":
        """Compare two frames."""
        structure = 1 - max(
            _correlation(before.gray, after.gray),
            _correlation(*_aligned(before.gray, after.gray)),
        )
        return cls(recoloured(before, after), max(structure, 0.0))

    @property
    def score(self) -> float:
        """Geometric mean: high only where both changed."""
        return math.sqrt(self.colours * self.structure)


def recoloured(before: Thumbnail, after: Thumbnail) -> float:
    """One minus the overlap of the colour histograms: 0 to 1."""
    return max(1 - float(np.minimum(before.colours, after.colours).sum()), 0.0)


def _thumbnail(image: Image) -> Image:
    """Shrink to 64 x 36; taking every n-th pixel first saves most of the time."""
    height, width = image.shape[:2]
    step = max(1, min(width // (2 * WIDTH), height // (2 * HEIGHT)))
    reduced = image[::step, ::step]
    return cv2.resize(reduced, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


@cache
def _window() -> Float32:
    """Hann window, float32 (36, 64)."""
    return cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)  # type: ignore[return-value]


def _aligned(before: Float32, after: Float32) -> tuple[Float32, Float32]:
    """The parts of two grey pictures that show the same after a pan, found by phase correlation.

    A shift of more than half the picture leaves too little to compare; then nothing is moved.
    """
    # The window is applied here: given to phaseCorrelate it would be multiplied into the arguments.
    (dx, dy), _ = cv2.phaseCorrelate(_fade(before), _fade(after))
    x, y = round(dx), round(dy)
    if abs(x) > WIDTH // 2 or abs(y) > HEIGHT // 2:
        return before, after
    return _crop(before, -x, -y), _crop(after, x, y)


def _fade(gray: Float32) -> Float32:
    """Fade to 0 at the borders, so that they do not count in the correlation."""
    return (gray - gray.mean()) * _window()  # type: ignore[no-any-return]


def _crop(gray: Float32, x: int, y: int) -> Float32:
    """The part that remains in view when the picture has moved by (x, y)."""
    rows = slice(max(0, y), HEIGHT + min(0, y))
    columns = slice(max(0, x), WIDTH + min(0, x))
    return gray[rows, columns]


def _correlation(first: Float32, second: Float32) -> float:
    """Pearson's correlation of two pictures of one size; 0 where one of them is flat."""
    first, second = first - first.mean(), second - second.mean()
    norm = math.sqrt(float((first * first).sum()) * float((second * second).sum()))
    return float((first * second).sum()) / norm if norm > 0 else 0.0
