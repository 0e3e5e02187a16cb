"""Pictures of 16:9 that were squashed to a square, as sets for training have them.

No camera has such pixels, so they are looked at as they were; and no broadcast is square.
"""

from dataclasses import replace

import cv2
import numpy as np
import supervision as sv

from touchline.arrays import Image

_SQUARE = 0.03
"""How far from one the ratio of the sides may be."""


def unsquashed(image: Image, keypoints: sv.KeyPoints) -> tuple[Image, sv.KeyPoints, float]:
    """A picture (H, W, 3) and what a network saw in it, as they were, and how high that is.

    Returns:
        Both, and the factor by which the height has changed: 1 where nothing was squashed.
    """
    height, width = image.shape[:2]
    if abs(width / height - 1) > _SQUARE:
        return image, keypoints, 1.0
    size = (width, round(width * 9 / 16))
    wide = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    stretch = size[1] / height
    points = replace(keypoints, xy=keypoints.xy * np.array([1, stretch], np.float32))
    return np.asarray(wide, np.uint8), points, stretch
