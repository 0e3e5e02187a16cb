"""Hard cuts, found frame by frame, without looking ahead."""

import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import Float32, Image

WIDTH, HEIGHT = 64, 36
"""Size of the thumbnail that is compared, in pixels: players vanish in it, the scene does not."""

_HANN: Float32 = np.asarray(cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F), np.float32)
"""Fades a thumbnail to 0 at its borders, float32 (36, 64)."""

BINS = 8
"""Bins of the colour histogram, along each of the three channels."""

FLOOR = 0.18
"""The least score of a cut. Measured: successive frames of a main camera stay below 0.09, those of
a close-up below 0.22; 99 % of pairs of frames of different matches pass 0.40."""

AGITATION = 1.5
"""How many times the mean score of the last frames is added to the floor."""

MEMORY = 8
"""Frames over which that mean is taken."""

SHORTEST = 5
"""Frames of the shortest shot: a flash that is taken for a cut must not cut again at its end."""

STRUCTURE = 0.3
"""The least change of structure of a cut. Measured: a flash that makes every pixel 2.5 times as
bright changes it by less in 9 frames of 10; 99 % of pairs of frames of different matches differ by
more."""

CONTRAST = 6.0
"""Grey levels (standard deviation): below it a frame is a flash or a blank and is passed over."""


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """What is kept of a frame.

    Attributes:
        gray: float32 (36, 64), grey levels, equalised: the order of the tones without their values.
        colours: float32 (512,), histogram of the colours, sums to 1.
        blank: Whether there is nothing in it to compare.
    """

    gray: Float32
    colours: Float32
    blank: bool

    @classmethod
    def of(cls, image: Image) -> "Thumbnail":
        """Reduce a picture, uint8 (H, W, 3) BGR."""
        small = _shrunk(image)
        gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        colours = cv2.calcHist([small], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3).ravel()
        return cls(
            gray=cv2.equalizeHist(gray).astype(np.float32),
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
        colours = 1 - float(np.minimum(before.colours, after.colours).sum())
        structure = 1 - max(
            _correlation(before.gray, after.gray),
            _correlation(*_aligned(before.gray, after.gray)),
        )
        return cls(max(colours, 0.0), max(structure, 0.0))

    @property
    def score(self) -> float:
        """Geometric mean: high only where both changed."""
        return math.sqrt(self.colours * self.structure)


class ShotDetector:
    """Says of each frame whether it starts a new shot.

    A cut changes both the colours and the structure of the picture. A flash changes the colours
    alone; a fast pan moves the structure, which is undone before comparing, and keeps the colours.
    So a cut is a frame in which both changed, and by more than in the last ones. Dissolves and
    wipes are not looked for.
    """

    def __init__(self) -> None:
        self._last: Thumbnail | None = None
        self._scores: deque[float] = deque(maxlen=MEMORY)
        self._age = 0

    def update(self, image: Image) -> bool:
        """Take the next frame, uint8 (H, W, 3) BGR; True if it starts a shot, as the first does."""
        is_first = self._age == 0
        self._age += 1
        look = Thumbnail.of(image)
        if look.blank:
            return is_first
        last, self._last = self._last, look
        return is_first or (last is not None and self._is_cut(last, look))

    def _is_cut(self, last: Thumbnail, look: Thumbnail) -> bool:
        change = Change.between(last, look)
        usual = sum(self._scores) / len(self._scores) if self._scores else 0.0
        stands_out = change.score > FLOOR + AGITATION * usual and change.structure > STRUCTURE
        is_cut = stands_out and self._age > SHORTEST
        self._scores.append(change.score)
        if is_cut:
            self._scores.clear()
            self._age = 1
        return is_cut


def _shrunk(image: Image) -> Image:
    """Shrink to 64 x 36; taking every n-th pixel first saves most of the time."""
    height, width = image.shape[:2]
    step = max(1, min(width // (2 * WIDTH), height // (2 * HEIGHT)))
    reduced = image[::step, ::step]
    return cv2.resize(reduced, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


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
    return np.asarray((gray - gray.mean()) * _HANN)


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
