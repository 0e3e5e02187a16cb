"""What is no ball: flares of the lens, painted spots, cones, bits on the grass, captions, badges.

Nothing of it gets a box. On frames of other competitions these were a third of the false balls.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector.balls import draw_net, painted_ball
from training.detector.paste import Cutout, Placement, centred, fits, on_grass
from training.images import Image

ON_GRASS, FLARES, CAPTION, NET = 0.25, 0.12, 0.15, 0.04
"""Shares of the crops that get each."""
CONES = ((0, 120, 255), (0, 230, 255), (255, 120, 0), (40, 40, 230), (240, 240, 240))
LETTERS = "ABCDEFGHIKLMNOPRSTUVW 0123456789:-"
NOTHING = -2
"""The class of a cutout that is no object."""


def distract(
    image: Image,
    *,
    height: float,
    balls: NDArray[np.float32],
    rng: np.random.Generator,
) -> None:
    """Paint some of it into an image, in place, clear of the boxes `balls` (n, 4).

    `height` is that of the people around, in pixels.
    """
    if rng.random() < ON_GRASS:
        for _ in range(int(rng.integers(1, 4))):
            _on_grass(image, height=height, balls=balls, rng=rng)
    if rng.random() < NET:
        corner = rng.uniform(0, image.shape[0], 2)
        draw_net(image, np.concatenate([corner, corner + 0.2 * height]).astype(np.float32), rng=rng)
    if rng.random() < FLARES:
        _flares(image, height=height, balls=balls, rng=rng)
    if rng.random() < CAPTION:
        _caption(image, balls=balls, rng=rng)


def _bounds(placement: Placement) -> NDArray[np.float64]:
    """Box (4,) of the whole cutout."""
    height, width = placement.cutout.alpha.shape
    low = np.array([placement.left, placement.top], np.float64)
    return np.concatenate([low, low + np.array([width, height])])


def _clear(box: NDArray[np.floating], balls: NDArray[np.float32]) -> bool:
    """Whether a box (4,) touches none of the boxes (n, 4)."""
    apart = (box[:2] > balls[:, 2:] + 2) | (box[2:] < balls[:, :2] - 2)
    return bool(apart.any(1).all())


def _on_grass(
    image: Image, *, height: float, balls: NDArray[np.float32], rng: np.random.Generator
) -> None:
    make = (_spot, _cone, _bit)[int(rng.integers(3))]
    x, y = (rng.uniform(0, side) for side in image.shape[1::-1])
    placement = centred(make(height, rng), x, y)
    if fits(placement, image) and on_grass(image, x, y) and _clear(_bounds(placement), balls):
        placement.draw(image)


def _spot(height: float, rng: np.random.Generator) -> Cutout:
    """A penalty or kick-off spot: flat and white."""
    wide = max(height * rng.uniform(0.07, 0.22), 4)
    tall = max(wide * rng.uniform(0.2, 0.7), 2)
    return _shape(_ellipse(wide, tall), np.full(3, rng.uniform(190, 255)), rng)


def _cone(height: float, rng: np.random.Generator) -> Cutout:
    """A cone or a flat marker of training."""
    wide = max(height * rng.uniform(0.08, 0.25), 4)
    tall = wide * rng.uniform(0.5, 1.3)
    size = np.ceil([wide + 4, tall + 4]).astype(int)
    mask = np.zeros(size[::-1], np.float32)
    tip = wide * rng.uniform(0.05, 0.3)
    middle = size[0] / 2
    corners = [(2, size[1] - 3), (middle - tip, 2), (middle + tip, 2), (size[0] - 3, size[1] - 3)]
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1.0, cv2.LINE_AA)
    return _shape(mask, np.array(CONES[int(rng.integers(len(CONES)))], np.float64), rng)


def _bit(height: float, rng: np.random.Generator) -> Cutout:
    """Paper, a leaf, a tuft: light and of no certain shape."""
    size = max(height * rng.uniform(0.04, 0.16), 3)
    angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
    radius = size / 2 * rng.uniform(0.3, 1, len(angles))
    corners = size / 2 + 2 + np.stack([np.cos(angles) * radius, np.sin(angles) * radius * 0.7], 1)
    mask = np.zeros((round(size) + 5,) * 2, np.float32)
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1.0, cv2.LINE_AA)
    return _shape(mask, rng.uniform(150, 255) - rng.uniform(0, 60, 3), rng)


def _ellipse(wide: float, tall: float) -> NDArray[np.float32]:
    """A soft ellipse with a margin of 2 pixels."""
    size = np.ceil([tall + 4, wide + 4]).astype(int)
    y, x = np.mgrid[: size[0], : size[1]]
    radius = np.hypot((x - (size[1] - 1) / 2) / (wide / 2), (y - (size[0] - 1) / 2) / (tall / 2))
    soft: NDArray[np.float32] = ((1.2 - radius) / 0.4).clip(0, 1).astype(np.float32)
    return soft


def _shape(
    mask: NDArray[np.float32], colour: NDArray[np.floating], rng: np.random.Generator
) -> Cutout:
    soft = cv2.GaussianBlur(mask, (3, 3), 0) if rng.random() < 0.5 else mask
    alpha = np.asarray(soft, np.float32) * rng.uniform(0.55, 1.0)
    noise = rng.normal(0, 8, (*mask.shape, 1))
    pixels = (colour.clip(0, 255) + noise).clip(0, 255).astype(np.uint8)
    return Cutout(pixels, alpha.astype(np.float32), NOTHING)


def _flares(
    image: Image, *, height: float, balls: NDArray[np.float32], rng: np.random.Generator
) -> None:
    """A row of bright discs and polygons through the middle, as lamps throw them into a lens."""
    size = np.array(image.shape[1::-1], np.float64)
    lamp, across = rng.uniform(0, 1, 2) * size, rng.uniform(0.1, 0.9, 2) * size
    tint = rng.uniform(0.4, 1.0, 3)
    for _ in range(int(rng.integers(1, 7))):
        at = lamp + rng.uniform(0, 1.6) * (across - lamp)
        side = max(height * np.exp(rng.uniform(np.log(0.06), np.log(0.8))), 4)
        colour = 255 * (tint * rng.uniform(0.3, 1.0) + rng.uniform(0, 0.3))
        glow = _ellipse(side, side)
        if rng.random() < 0.4:
            glow = cv2.GaussianBlur(glow, (0, 0), max(side / 8, 0.5)).astype(np.float32)
        pixels = np.full((*glow.shape, 3), colour.clip(0, 255)).astype(np.uint8)
        alpha = (glow * rng.uniform(0.25, 1.0)).astype(np.float32)
        placement = centred(Cutout(pixels, alpha, NOTHING), *at.tolist())
        box = np.array([*(at - side), *(at + side)])
        if fits(placement, image) and _clear(box, balls):
            placement.draw(image)


def _caption(image: Image, *, balls: NDArray[np.float32], rng: np.random.Generator) -> None:
    """A bar with letters and a badge, as broadcasters lay them over the picture."""
    tall = int(rng.uniform(16, 70))
    wide = int(min(tall * rng.uniform(2, 9), image.shape[1] - 2))
    left, top = (
        int(rng.integers(0, side)) for side in (image.shape[1] - wide, image.shape[0] - tall)
    )
    box = np.array([left, top, left + wide, top + tall], np.float64)
    if not _clear(box, balls):
        return
    ground, ink = (rng.integers(0, 256, 3).tolist() for _ in range(2))
    area = image[top : top + tall, left : left + wide]
    bar = np.full_like(area, ground)
    text = "".join(rng.choice(list(LETTERS), int(rng.integers(2, 12))))
    at = (int(tall * rng.uniform(0.3, 1.2)), int(0.72 * tall))
    cv2.putText(
        bar, text, at, cv2.FONT_HERSHEY_DUPLEX, tall / 45, ink, max(tall // 25, 1), cv2.LINE_AA
    )
    if rng.random() < 0.6:
        _badge(bar, rng)
    share = rng.uniform(0.7, 1.0)
    area[:] = cv2.addWeighted(bar, share, area, 1 - share, 0)


def _badge(bar: Image, rng: np.random.Generator) -> None:
    """A round emblem in a bar, at times with a ball in it: drawn, not played with."""
    tall, wide = bar.shape[:2]
    x = int(rng.uniform(tall / 2, wide - tall / 2))
    cv2.circle(
        bar, (x, tall // 2), int(0.42 * tall), rng.integers(0, 256, 3).tolist(), -1, cv2.LINE_AA
    )
    mark = painted_ball(max(tall * rng.uniform(0.25, 0.7), 4), rng=rng)
    placement = centred(mark, x, tall / 2)
    if rng.random() < 0.6 and fits(placement, bar):
        placement.draw(bar)
