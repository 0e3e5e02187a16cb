"""Answers of a miner with everything the keypoint score reads, made from a known homography."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from touchline.scorevision.scoring.template import VERTICES

WIDTH, HEIGHT = 1280, 720

TO_IMAGE = np.array([[0.09, -0.03, 150.0], [0.002, 0.06, 180.0], [0.0, 2e-5, 1.0]])
"""Pixels of a point in the validator's centimetres."""

Floats = npt.NDArray[np.float64]


def seen(*, vertices: Sequence[int] = tuple(range(32)), shift: float = 0.0) -> Floats:
    """Keypoints (32, 2), those outside the image and those not asked for absent."""
    at = cv2.perspectiveTransform(VERTICES[:, None], TO_IMAGE)[:, 0] + (shift, 0.0)
    inside = ((at >= 0) & (at < (WIDTH, HEIGHT))).all(axis=1)
    asked = np.isin(np.arange(32), vertices)
    return np.where((inside & asked)[:, None], at.round(2), 0.0)


def frame(keypoints: Floats | None = None, *objects: dict[str, Any]) -> dict[str, Any]:
    """One frame of an answer; all vertices and no objects where nothing is said."""
    points = seen() if keypoints is None else keypoints
    return {"keypoints": points.tolist(), "objects": list(objects)}


def person(x: float, y: float = 400.0, *, id: object = 1, class_id: int = 2) -> dict[str, Any]:
    """A box of 30 x 80 pixels about a centre."""
    return {"id": id, "bbox": [x - 15, y - 40, x + 15, y + 40], "class_id": class_id}
