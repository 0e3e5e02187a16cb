"""Images from disk, and what a worse signal makes of them: motion, fewer pixels, compression."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""uint8 (H, W, 3) BGR."""


def read_image(path: Path) -> Image:
    """Read an image.

    Raises:
        ValueError: OpenCV cannot read it.
    """
    image = cv2.imread(str(path))
    if image is None:
        raise ValueError(f"{path.name} is not an image that OpenCV can read.")
    return image.astype(np.uint8, copy=False)


def motion_kernel(length: int, *, angle: float) -> NDArray[np.float32]:
    """A line of `length` pixels at `angle` radians that sums to 1: float32 (length, length)."""
    kernel = np.zeros((length, length), np.float32)
    middle = (length - 1) / 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * middle
    start, end = (np.rint(middle + sign * reach).astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, end, 1.0)
    line: NDArray[np.float32] = kernel / kernel.sum()
    return line


def softened(image: Image, *, factor: float) -> Image:
    """An image as a video shows it that was enlarged by 1 / `factor`."""
    size = image.shape[1], image.shape[0]
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def compressed(image: Image, *, quality: int) -> Image:
    """An image after JPEG of a quality 0-100."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.uint8, copy=False)
