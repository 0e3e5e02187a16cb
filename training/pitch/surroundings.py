"""Another ground around the same pitch: more grass beyond the lines, then boards or crowd.

Eleven grounds teach a network to look for the foot of the advertising boards instead of the line in
front of them. Here the boards move away from the line, by as much as they do between grounds.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.pitch.data import ImageArray
from training.pitch.geometry import ASPECT

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.uint8]

CORNERS = np.array([(-52.5, 34.0), (52.5, 34.0), (52.5, -34.0), (-52.5, -34.0)])
LINE_PIXELS = 5
"""The mask of the pitch is widened by a kernel of this size, so that no line is painted over."""


def _border(margin: float) -> Matrix:
    """Points (n, 2) in metres around the pitch, `margin` outside its lines, 2 m apart or less."""
    corners = CORNERS + np.sign(CORNERS) * margin
    steps = np.linspace(0, 1, 60, endpoint=False)[:, None]
    edges = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    return np.concatenate([start + (end - start) * steps for start, end in edges])


def ground_mask(matrix: Matrix, size: tuple[int, int], margin: float) -> Mask:
    """Mask (H, W), 255 on the pitch and `margin` metres around it.

    `matrix` maps metres to widths, `size` is (width, height) in pixels.
    """
    homogeneous = np.column_stack([_border(margin), np.ones(240)]) @ matrix.T
    depth = homogeneous[:, 2]
    # What lies beside or behind the camera is cut off; the cut runs far outside the image.
    seen = homogeneous[depth > 0.02 * depth.max()]
    pixels = seen[:, :2] / seen[:, 2:] / ASPECT * size
    mask = np.zeros((size[1], size[0]), np.uint8)
    outline = np.clip(pixels, -30000, 30000).round().astype(np.int32)
    return np.asarray(cv2.fillPoly(mask, [outline], 255), np.uint8)


def spread_grass(image: ImageArray, pitch: Mask, rng: np.random.Generator) -> ImageArray:
    """Paint the colour of the nearest grass over everything outside `pitch` (H, W)."""
    reach = 101
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    known = cv2.resize(pitch, (small.shape[1], small.shape[0])).astype(np.float32)[..., None] / 255
    total = cv2.blur(small * known, (reach // 2, reach // 4))
    weight = cv2.blur(known, (reach // 2, reach // 4))[..., None]
    average = (small * known).sum(axis=(0, 1)) / max(1.0, known.sum())
    grass = (total + 1e-3 * average) / (weight + 1e-3)
    grass = cv2.resize(grass, (image.shape[1], image.shape[0]))
    grass = grass * rng.uniform(0.75, 1.25) + rng.normal(0, 4, (*image.shape[:2], 1))
    return np.where(pitch[..., None] > 0, image, np.clip(grass, 0, 255)).astype(np.uint8)


def move_boards(
    image: ImageArray, matrix: Matrix, *, backdrop: ImageArray | None, rng: np.random.Generator
) -> ImageArray:
    """Put 1 to 12 metres of grass around the pitch; what lies beyond stays, or is `backdrop`.

    `matrix` maps metres to widths of this image, (H, W, 3) uint8 BGR. An image that shows the pitch
    on less than a fifth of it is left alone.
    """
    size = (image.shape[1], image.shape[0])
    pitch = ground_mask(matrix, size, 0.1)
    ground = ground_mask(matrix, size, rng.uniform(1.0, 12.0))
    if pitch.mean() < 50:
        return image
    line = np.ones((LINE_PIXELS, LINE_PIXELS), np.uint8)
    pitch = np.asarray(cv2.dilate(pitch, line), np.uint8)
    grassy = spread_grass(image, pitch, rng)
    if backdrop is None:
        beyond = image
    else:
        beyond = np.where(pitch[..., None] > 0, image, cv2.resize(backdrop, size)).astype(np.uint8)
    return np.where(ground[..., None] > 0, grassy, beyond).astype(np.uint8)
