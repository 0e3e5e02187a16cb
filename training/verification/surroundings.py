"""What lies around the pitch, in frames of the pitch set, where nobody is labelled.

There the labelled points tell where the pitch ends, and whoever stands well outside of it is no
player: coaches, ball boys, stewards, crowd, and boards that look like somebody.
"""

from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from training.detector.data import LabelledFrame, match_of
from training.images import Image
from training.pitch.data import Sample, Visibility
from training.pitch.geometry import label_homography
from training.pitch.surroundings import ground_mask

PREFIX = "pitch:"
MARGIN = 5.0
"""Metres beyond the lines in which assistants run and players take throw-ins."""
RANDOM_BOXES = 30
HEIGHTS = (0.05, 0.14)
"""Shares of the height of a frame that a person on the far side is tall."""
ASPECT = 16 / 9


def undistorted(sample: Sample) -> Image:
    """The image of a sample; those that the set squashed to a square get their width back."""
    height, width = sample.image.shape[:2]
    if width != height:
        return sample.image
    size = round(height * ASPECT), height
    return cv2.resize(sample.image, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def unlabelled(sample: Sample, image: Image) -> LabelledFrame:
    """A frame without boxes."""
    none = np.zeros(0, np.int64)
    match = match_of(sample.name)
    return LabelledFrame(sample.name, image, np.zeros((0, 4), np.float32), none, none, match=match)


def off_pitch(sample: Sample, image: Image, found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of the boxes `found` (n, 4), and of some at random, those (m, 4) that stand off the pitch.

    None where the labels of the frame do not say where the pitch is.
    """
    matrix = label_homography(sample.points, sample.visibility == Visibility.VISIBLE)
    if matrix is None:
        return np.zeros((0, 4), np.float32)
    height, width = image.shape[:2]
    boxes = np.concatenate([found, _random_boxes(width, height, seed=crc32(sample.name.encode()))])
    mask = ground_mask(matrix, (width, height), MARGIN)
    feet = np.rint([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]]).astype(int)
    column, row = feet.clip(0, [[width - 1], [height - 1]])
    outside: NDArray[np.float32] = boxes[mask[row, column] == 0]
    return outside


def _random_boxes(width: int, height: int, *, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    tall = height * rng.uniform(*HEIGHTS, RANDOM_BOXES)
    wide = tall * rng.uniform(0.3, 0.6, RANDOM_BOXES)
    left, top = rng.uniform(0, width - wide), rng.uniform(0, height - tall)
    return np.stack([left, top, left + wide, top + tall], 1).astype(np.float32)
