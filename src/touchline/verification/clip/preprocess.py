"""Images as CLIP wants to see them, up to the normalisation of colours, which the network does."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from touchline.arrays import Images
from touchline.errors import UsageError

SIZE = 224
"""Pixels along one side of what CLIP sees."""
MAX_THREADS = 8


def prepare(images_rgb: Sequence[Images]) -> Images:
    """Bring images to the size that CLIP takes, as its ``CLIPProcessor`` does.

    The shorter side becomes 224 pixels and the longer one is cut down to a whole number, by
    Pillow's bicubic filter; then the middle 224x224 are taken. Pillow computes the parts that are
    cut away as well: an answer for the middle alone differs from its own by a level here and there.

    Args:
        images_rgb: n images, uint8 (h, w, 3) RGB of any size from 1x1.

    Returns:
        uint8 (n, 224, 224, 3), **BGR**: what the network takes.

    Raises:
        UsageError: an image has no area, or is not uint8 (h, w, 3).
    """
    for image in images_rgb:
        _require_image(image)
    prepared = np.empty((len(images_rgb), SIZE, SIZE, 3), np.uint8)
    threads = max(1, min(MAX_THREADS, os.cpu_count() or 1, len(images_rgb)))
    with ThreadPoolExecutor(threads) as pool:
        for row, square in zip(prepared, pool.map(_square, images_rgb), strict=True):
            row[...] = square[:, :, ::-1]
    return prepared


def _require_image(image: Images) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise UsageError(
            f"CLIP looks at images uint8 (h, w, 3) RGB with an area; got {image.dtype} "
            f"{image.shape}."
        )


def _square(image: Images) -> Images:
    height, width = image.shape[:2]
    short = min(height, width)
    size = SIZE * width // short, SIZE * height // short
    resized = Image.fromarray(np.ascontiguousarray(image)).resize(size, Image.Resampling.BICUBIC)
    left, top = ((side - SIZE) // 2 for side in size)
    return np.asarray(resized.crop((left, top, left + SIZE, top + SIZE)))
