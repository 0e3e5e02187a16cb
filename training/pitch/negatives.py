"""Frames that show no pitch point: close-ups, crowd, benches, bare grass, noise.

All are cut from frames that may be trained on; every point of such an image is absent.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from training.pitch.augment import degrade, recolour
from training.pitch.data import POINTS, ImageArray, Sample
from training.pitch.geometry import ASPECT, label_homography, project

People = Sequence[tuple[ImageArray, npt.NDArray[np.float64]]]
Box = tuple[float, float, float, float]


def cut(image: ImageArray, box: Box, size: tuple[int, int]) -> ImageArray:
    """Enlarge box (x, y, width, height; pixels, may leave the image) to `size` (width, height)."""
    x, y, width, height = box
    scale = np.array([[size[0] / width, 0, 0], [0, size[1] / height, 0]])
    scale[:, 2] = -scale[:, :2] @ [x, y]
    flags = cv2.INTER_CUBIC if size[0] > width else cv2.INTER_LINEAR
    shown = cv2.warpAffine(image, scale, size, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(shown, np.uint8)


def close_up(people: People, *, size: tuple[int, int], rng: np.random.Generator) -> ImageArray:
    """Fill the frame with one person, from the head alone to the whole body."""
    usable = [(image, boxes) for image, boxes in people if len(boxes)]
    image, boxes = usable[rng.integers(len(usable))]
    cx, cy, _, tall = boxes[rng.integers(len(boxes))]
    height = tall * rng.uniform(0.4, 1.6)
    width = height * 16 / 9
    centre = cy + tall * rng.uniform(-0.35, 0.1)
    left = cx - width * rng.uniform(0.3, 0.7)
    return cut(image, (left, centre - height / 2, width, height), size)


def pointless_cut(
    sample: Sample, *, size: tuple[int, int], rng: np.random.Generator
) -> ImageArray | None:
    """Enlarge a part (6 to 22 % wide) without any point: grass, people, boards; None if unlucky."""
    height, width = sample.image.shape[:2]
    known = points_of(sample)
    for _ in range(8):
        share = rng.uniform(0.06, 0.22)
        corner = rng.uniform(0, 1 - share, 2)
        near = (known > corner - 0.03) & (known < corner + share + 0.03)
        if not near.all(axis=1).any():
            box = (*(corner * [width, height]), share * width, share * height)
            return cut(sample.image, box, size)
    return None


def crowd_cut(
    sample: Sample, *, size: tuple[int, int], rng: np.random.Generator
) -> ImageArray | None:
    """Enlarge a part that lies wholly above the pitch; None where hardly any is in the frame."""
    matrix = label_homography(sample.points, sample.visibility > 0)
    if matrix is None:
        return None
    corners = (project(matrix) / ASPECT)[[0, 13, 24]]
    touchline = corners[np.isfinite(corners).all(axis=1)]
    top = touchline[:, 1].min() - 0.02 if len(touchline) else 0.0
    if not 0.08 < top < 1:
        return None
    height, width = sample.image.shape[:2]
    share = rng.uniform(0.6, 1.0) * top
    box = (rng.uniform(0, 1 - share) * width, (top - share) * height, share * width, share * height)
    return cut(sample.image, box, size)


def noise(*, size: tuple[int, int], rng: np.random.Generator) -> ImageArray:
    """Make clouds of colour, from fine to nearly flat, as a fade or a broken stream shows."""
    cells = int(rng.choice([1, 2, 4, 16, 64]))
    small = rng.integers(0, 256, (cells, cells, 3), np.uint8)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def points_of(sample: Sample) -> npt.NDArray[np.float64]:
    """Return the normalised points (n, 2) that may show: labelled, or where a fit puts them."""
    labelled = sample.points[sample.visibility != 0]
    matrix = label_homography(sample.points, sample.visibility > 0)
    if matrix is None:
        return np.asarray(labelled, np.float64)
    fitted = project(matrix) / ASPECT
    seen = fitted[np.isfinite(fitted).all(axis=1)]
    return np.asarray(np.concatenate([labelled, seen]), np.float64)


def negative(
    samples: Sequence[Sample], people: People, *, size: tuple[int, int], rng: np.random.Generator
) -> Sample:
    """Return a frame of `size` (width, height) in which all 32 points are absent."""
    kind = rng.random()
    image: ImageArray | None = None
    if kind < 0.4 and people:
        image = close_up(people, size=size, rng=rng)
    elif kind < 0.92:
        make = crowd_cut if kind < 0.65 else pointless_cut
        image = make(samples[int(rng.integers(len(samples)))], size=size, rng=rng)
    # A draw that found no such place becomes noise: rare, and never wrong.
    image = noise(size=size, rng=rng) if image is None else image
    image = image[:, ::-1].copy() if rng.random() < 0.5 else image
    points = np.zeros((POINTS, 2), np.float32)
    shown = degrade(recolour(image, rng), rng)
    return Sample(shown, points, np.zeros(POINTS, np.int8), "none", "negative")
