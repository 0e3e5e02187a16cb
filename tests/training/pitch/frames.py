"""Labelled frames of a made-up camera, as the pitch sets store them."""

from pathlib import Path

import cv2
import numpy as np

from tests.pitch.cameras import SIZE, Camera
from training.pitch.data import POINTS, Sample
from training.pitch.geometry import ASPECT, project

CAMERA = Camera(place=(-20.0, -75.0, 25.0), target=(-32.0, 0.0), focal=1.2)
"""A main camera that looks at the left half from the near stand."""

TO_WIDTHS = CAMERA.to_pixels * [[1 / SIZE[0]], [1 / SIZE[0]], [1]]
"""Metres to image widths."""


def sample(*, match: str = "0a1b2c", size: tuple[int, int] = (320, 180)) -> Sample:
    """A green frame whose visible points carry a white dot."""
    width, height = size
    points = (project(TO_WIDTHS) / ASPECT).astype(np.float32)
    visibility = ((points > 0.03) & (points < 0.97)).all(axis=1)
    image = np.full((height, width, 3), (40, 130, 50), np.uint8)
    for x, y in points[visibility] * [width, height]:
        cv2.circle(image, (round(x - 0.5), round(y - 0.5)), 3, (255, 255, 255), -1)
    shown = np.where(visibility[:, None], points, 0).astype(np.float32)
    return Sample(image, shown, visibility.astype(np.int8), match, f"{match}_0_1")


def write(frame: Sample, folder: Path, *, name: str | None = None) -> Path:
    """Store a frame as images/NAME.jpg and labels/NAME.txt; returns the image's path."""
    stem = name or frame.name
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    numbers = [0, 0.5, 0.5, 1, 1]
    for (x, y), visible in zip(frame.points, frame.visibility, strict=True):
        numbers += [x, y, 2 * int(visible)]
    (folder / "labels" / f"{stem}.txt").write_text(" ".join(map(str, numbers)) + "\n")
    path = folder / "images" / f"{stem}.jpg"
    cv2.imwrite(str(path), frame.image)
    assert len(numbers) == 5 + 3 * POINTS
    return path
