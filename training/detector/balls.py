"""Balls for copy-paste: cut or painted, sized by the people around, in the open or half hidden.

Half of the balls that a detector misses touch a leg, lie before or behind a body or hang in a net.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector.augment import grass_mask, grass_tone
from training.detector.data import BALL
from training.detector.paste import Cutout, Placement, centred, fits, on_grass
from training.images import Image, motion_kernel

SIDES = (0.13, 0.25)
"""Side of a ball's box in heights of the people around, common margin included."""
OUTLINE = 1.3
"""Side of that box in diameters of a ball that is painted without its surroundings."""
LEAST_SIDE = 5.0
MIN_VISIBLE = 0.35
"""Share of a ball that must be left to be seen behind somebody."""
MOVING = 0.35
SUPERSAMPLED = 8
PLACES = ("grass", "feet", "behind legs", "before a body", "behind a body", "air")
PLACE_ODDS = (0.2, 0.25, 0.2, 0.13, 0.1, 0.12)


def painted_ball(side: float, *, rng: np.random.Generator) -> Cutout:
    """A ball of `side` pixels: light, with or without dark patches, shaded from above."""
    size = max(round(side), 3)
    wide = SUPERSAMPLED * size
    y, x = (np.mgrid[:wide, :wide] + 0.5) * (2 / wide) - 1
    base = np.array([255, 255, 255]) - rng.uniform(0, 1, 3) ** 3 * [160, 60, 40]
    image = np.full((wide, wide, 3), base, np.float32)
    patch = (rng.uniform(0, 1, 3) * 140).tolist()
    for _ in range(int(rng.integers(0, 7))):
        at, radius = rng.uniform(0, wide, 2).astype(int).tolist(), rng.uniform(0.06, 0.16) * wide
        cv2.circle(image, at, round(radius), patch, -1)
    lit = 1 - rng.uniform(0.1, 0.55) * (0.5 + 0.5 * y + rng.uniform(-0.3, 0.3) * x)
    shaded = (image * lit[..., None] * rng.uniform(0.75, 1.0)).clip(0, 255).astype(np.uint8)
    disc = (np.hypot(x, y) < 1).astype(np.float32)
    shown = (
        cv2.resize(each, (size, size), interpolation=cv2.INTER_AREA) for each in (shaded, disc)
    )
    colours, alpha = (
        cv2.copyMakeBorder(each, 1, 1, 1, 1, mode)
        for each, mode in zip(shown, (cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT), strict=True)
    )
    return Cutout(colours.astype(np.uint8), alpha.astype(np.float32), BALL, outline=OUTLINE)


def place_ball(
    cutout: Cutout,
    image: Image,
    people: NDArray[np.float32],
    *,
    scale: float,
    rng: np.random.Generator,
) -> Placement | None:
    """Put a ball on grass, at somebody's feet, before, behind or above them.

    Beside `people` (xyxy (n, 4)) it is as large as the nearest of them says; without any it
    keeps its size, but for `scale`, that of the crop to the frame. None where no ball can be.
    """
    place = str(rng.choice(PLACES, p=PLACE_ODDS)) if len(people) else "grass"
    if place in ("grass", "air"):
        x, y = (rng.uniform(0, side) for side in image.shape[1::-1])
    else:
        x, y = _beside(people[rng.integers(len(people))], place, rng)
    factor = scale * rng.uniform(0.8, 1.2)
    if len(people):
        factor = _side(people, x, y, rng=rng) / cutout.side
    ball = cutout.resized(factor)
    if rng.random() < MOVING:
        length = max(3, round(ball.side * rng.uniform(0.2, 0.8)))
        ball = ball.blurred(motion_kernel(length, angle=rng.uniform(0, np.pi)))
    placement = centred(ball, x, y)
    if not fits(placement, image) or not (ball.alpha > 0.3).any():
        return None
    if place == "grass" and not on_grass(image, x, y):
        return None
    return covered(placement, image) if place.startswith("behind") else placement


def _beside(
    person: NDArray[np.float32], place: str, rng: np.random.Generator
) -> tuple[float, float]:
    """Where the ball (pixels) of somebody with a box (4,) is: at the feet or before the body."""
    left, top, right, bottom = (float(value) for value in person)
    width, height = right - left, bottom - top
    if place.endswith("body"):
        return rng.uniform(left, right), rng.uniform(top + 0.15 * height, bottom - 0.1 * height)
    reach = 0.1 if place == "behind legs" else 0.4
    x = rng.uniform(left - reach * width, right + reach * width)
    return x, bottom - rng.uniform(-0.05, 0.15) * height


def _side(people: NDArray[np.float32], x: float, y: float, *, rng: np.random.Generator) -> float:
    """Side in pixels of a ball at (x, y) by the height of the nearest person."""
    feet = np.stack([(people[:, 0] + people[:, 2]) / 2, people[:, 3]], 1)
    nearest = people[np.linalg.norm(feet - [x, y], axis=1).argmin()]
    return max(float(nearest[3] - nearest[1]) * rng.uniform(*SIDES), LEAST_SIDE)


def covered(placement: Placement, image: Image) -> Placement | None:
    """The ball behind whatever is no grass there; None where too little of it is left."""
    alpha = placement.cutout.alpha
    height, width = alpha.shape
    rows = slice(placement.top, placement.top + height)
    area = image[rows, placement.left : placement.left + width]
    tone = grass_tone(cv2.cvtColor(image[::6, ::6], cv2.COLOR_BGR2HSV).astype(np.uint8))
    body = ~grass_mask(cv2.cvtColor(area, cv2.COLOR_BGR2HSV).astype(np.uint8), tone)
    left = alpha * (1 - cv2.GaussianBlur(body.astype(np.float32), (3, 3), 0))
    if left.sum() < MIN_VISIBLE * alpha.sum() or not (left > 0.3).any():
        return None
    return replace(placement, cutout=replace(placement.cutout, alpha=left.astype(np.float32)))


def draw_net(image: Image, around: NDArray[np.float32], *, rng: np.random.Generator) -> None:
    """Hang a net before what is in the box `around` (4,) and near it, in place."""
    side = float(max(around[2] - around[0], around[3] - around[1]))
    reach, mesh = side * rng.uniform(2, 5), side * rng.uniform(0.3, 1.0)
    centre = (around[:2] + around[2:]) / 2 + rng.uniform(-0.5, 0.5, 2) * reach
    low = (centre - reach).clip(0).astype(int)
    high = np.minimum((centre + reach).astype(int), image.shape[1::-1])
    area = image[low[1] : high[1], low[0] : high[0]]
    if not area.size or mesh < 2:
        return
    threads = area.copy()
    angle, colour = rng.uniform(0, np.pi / 2), (np.full(3, rng.uniform(150, 250))).tolist()
    length = 2 * reach
    for turned in (angle, angle + np.pi / 2 + rng.uniform(-0.3, 0.3)):
        along = np.array([np.cos(turned), np.sin(turned)])
        across = np.array([-along[1], along[0]])
        for step in np.arange(-length, length, mesh):
            start, end = (reach + across * step + sign * length * along for sign in (-1, 1))
            first, last = (np.rint(point).astype(int).tolist() for point in (start, end))
            cv2.line(threads, first, last, colour, max(round(side / 12), 1), cv2.LINE_AA)
    share = rng.uniform(0.3, 0.8)
    area[:] = cv2.addWeighted(threads, share, area, 1 - share, 0)
