"""Copy-paste: people and balls cut from one frame and put into another.

After Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method" (arXiv:2012.07177).
The masks are made from colour (what is not grass), since the labels have boxes only. Players are
pasted as well as goalkeepers and referees, or a pasted edge would betray the class.
"""

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector.augment import grass_mask, grass_tone
from training.detector.data import BALL, GOALKEEPER, PLAYER, REFEREE, LabelledFrame
from training.images import Image

PEOPLE_ODDS = {GOALKEEPER: 0.4, REFEREE: 0.4, PLAYER: 0.2}
MARGIN = 3
MAX_AROUND = 0.15
"""Share of the margin around a person that may be something else than grass."""


def _extent(alpha: NDArray[np.float32], axis: int) -> NDArray[np.intp]:
    """Indices of the columns (axis 0) or rows (axis 1) in which something can be seen."""
    return np.flatnonzero((alpha > 0.3).any(axis))


@dataclass(frozen=True)
class Cutout:
    """A person or ball: `image` uint8 (h, w, 3) BGR, `alpha` float32 (h, w) in 0-1.

    `outline` is the side of its box in sides of what can be seen.
    """

    image: Image
    alpha: NDArray[np.float32]
    class_id: int
    outline: float = 1.0

    @property
    def side(self) -> float:
        """Mean side in pixels of the box."""
        return float(sum(_extent(self.alpha, axis).size for axis in (0, 1)) / 2 * self.outline)

    def resized(self, factor: float) -> Self:
        """The same scaled by `factor`."""
        size = [max(round(side * factor), 3) for side in self.alpha.shape[::-1]]
        image = cv2.resize(self.image, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)
        alpha = cv2.resize(self.alpha, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
        return replace(self, image=image, alpha=alpha)

    def flipped(self) -> Self:
        """The mirror image."""
        return replace(self, image=self.image[:, ::-1], alpha=self.alpha[:, ::-1])

    def blurred(self, kernel: NDArray[np.float32]) -> Self:
        """The same in motion; the edges grow by half the kernel."""
        grow = (len(kernel) // 2,) * 4
        image = cv2.copyMakeBorder(self.image, *grow, cv2.BORDER_REPLICATE)
        alpha = cv2.copyMakeBorder(self.alpha, *grow, cv2.BORDER_CONSTANT)
        moved = cv2.filter2D(image, -1, kernel).astype(np.uint8)
        return replace(self, image=moved, alpha=cv2.filter2D(alpha, -1, kernel).astype(np.float32))


@dataclass(frozen=True)
class Placement:
    """Where a cutout lands: `xyxy` float32 (4,) pixels of what is visible of it."""

    cutout: Cutout
    left: int
    top: int

    @property
    def xyxy(self) -> NDArray[np.float32]:
        """Bounds of the part whose alpha is above 0.3, and the outline around it."""
        rows, columns = (_extent(self.cutout.alpha, axis) for axis in (1, 0))
        x, y = self.left + columns, self.top + rows
        low, high = np.array([x[0], y[0]], float), np.array([x[-1] + 1, y[-1] + 1], float)
        more = (high - low) * (self.cutout.outline - 1) / 2
        return np.concatenate([low - more, high + more]).astype(np.float32)

    def draw(self, image: Image) -> None:
        """Blend into `image`, in place; the cutout must lie inside of it."""
        height, width = self.cutout.alpha.shape
        area = image[self.top : self.top + height, self.left : self.left + width]
        alpha = self.cutout.alpha[..., None]
        area[:] = (alpha * self.cutout.image + (1 - alpha) * area).astype(np.uint8)


def cut_out(frames: list[LabelledFrame]) -> dict[int, list[Cutout]]:
    """Cut the people that overlap nobody, and the balls, out of the frames; by class id."""
    bank: dict[int, list[Cutout]] = {class_id: [] for class_id in (BALL, *PEOPLE_ODDS)}
    for frame in frames:
        for index in np.flatnonzero(_is_alone(frame.xyxy)):
            cutout = _cut(frame, index)
            if cutout is not None and cutout.class_id in bank:
                bank[cutout.class_id].append(cutout)
    return bank


def drawn(bank: list[Cutout], rng: np.random.Generator) -> Cutout:
    """One of a bank's cutouts by chance, half of the time mirrored."""
    cutout = bank[rng.integers(len(bank))]
    return cutout.flipped() if rng.random() < 0.5 else cutout


def _is_alone(xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    low = np.maximum(xyxy[:, None, :2], xyxy[None, :, :2])
    high = np.minimum(xyxy[:, None, 2:], xyxy[None, :, 2:])
    alone: NDArray[np.bool_] = (high > low).all(-1).sum(1) == 1
    return alone


def _cut(frame: LabelledFrame, index: np.intp) -> Cutout | None:
    """The object with a margin, or None where its outline is in doubt or leaves the frame."""
    left, top, right, bottom = frame.xyxy[index].round().astype(int).tolist()
    rows, columns = slice(top - MARGIN, bottom + MARGIN), slice(left - MARGIN, right + MARGIN)
    image = frame.image[rows, columns].copy()
    expected = (bottom - top + 2 * MARGIN, right - left + 2 * MARGIN)
    if min(top, left) < MARGIN or image.shape[:2] != expected:
        return None
    class_id = int(frame.class_id[index])
    if class_id == BALL:
        return Cutout(image, _disc(*expected), class_id)
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV).astype(np.uint8)
    body = ~grass_mask(hsv, grass_tone(hsv))
    interior = body[MARGIN:-MARGIN, MARGIN:-MARGIN]
    inside = cv2.copyMakeBorder(interior.astype(np.float32), *(MARGIN,) * 4, cv2.BORDER_CONSTANT)
    around = body.sum() - interior.sum()
    if around > MAX_AROUND * (body.size - interior.size) or not 0.12 < inside.mean() < 0.65:
        return None
    closed = cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return Cutout(image, cv2.GaussianBlur(closed, (3, 3), 0).astype(np.float32), class_id)


def _disc(height: int, width: int) -> NDArray[np.float32]:
    """A soft ellipse that fills the patch but for the margin."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    half_height, half_width = (height - 1) / 2, (width - 1) / 2
    radius = np.hypot(
        (x - half_width) / max(half_width - MARGIN + 0.5, 1),
        (y - half_height) / max(half_height - MARGIN + 0.5, 1),
    )
    disc: NDArray[np.float32] = ((1.15 - radius) / 0.3).clip(0, 1).astype(np.float32)
    return disc


def place_person(
    cutout: Cutout,
    image: Image,
    people: NDArray[np.float32],
    *,
    rng: np.random.Generator,
) -> Placement | None:
    """Put a person on grass near one of `people` (xyxy (n, 4)) and as tall as that one.

    None when the place is taken or not on the pitch.
    """
    left, _, right, bottom = people[rng.integers(len(people))]
    height = bottom - people[:, 1][people[:, 3] == bottom][0]
    cutout = cutout.resized(float(height) * rng.uniform(0.9, 1.1) / cutout.alpha.shape[0])
    x = (left + right) / 2 + rng.uniform(-4, 4) * height
    y = bottom + rng.uniform(-0.5, 0.5) * height
    placement = centred(cutout, x, y - cutout.alpha.shape[0] / 2)
    free = fits(placement, image) and not _overlaps(placement.xyxy, people)
    return placement if free and on_grass(image, x, y) else None


def centred(cutout: Cutout, x: float, y: float) -> Placement:
    """A cutout with its centre at (x, y) pixels, rounded."""
    height, width = cutout.alpha.shape
    return Placement(cutout, round(float(x) - width / 2), round(float(y) - height / 2))


def fits(placement: Placement, image: Image) -> bool:
    """Whether the whole cutout lies in the image."""
    height, width = placement.cutout.alpha.shape
    right, bottom = placement.left + width, placement.top + height
    inside = min(placement.left, placement.top) >= 0
    return inside and right <= image.shape[1] and bottom <= image.shape[0]


def _overlaps(box: NDArray[np.float32], others: NDArray[np.float32]) -> bool:
    """Whether a fifth of `box` or more lies in one of `others`."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = sides.clip(min=0).prod(1)
    return bool((shared > 0.2 * (box[2:] - box[:2]).prod()).any())


def on_grass(image: Image, x: float, y: float) -> bool:
    """Whether the pixels around (x, y) have the tone of the grass of the image."""
    row, column = int(y), int(x)
    hsv = cv2.cvtColor(image[::6, ::6], cv2.COLOR_BGR2HSV).astype(np.uint8)
    patch = image[max(row - 4, 0) : row + 5, max(column - 4, 0) : column + 5]
    if not patch.size:
        return False
    near = cv2.cvtColor(patch, cv2.COLOR_BGR2HSV).astype(np.uint8)
    return bool(grass_mask(near, grass_tone(hsv)).mean() > 0.7)
