"""Pictures without a pitch and without anybody to find: stands full of people, titles, fades.

All are painted by `touchline.synthetic` or here; nothing in them gets a box.
"""

import cv2
import numpy as np

from touchline.synthetic.crowd import stand
from touchline.synthetic.looks import random_look
from training.detector.data import LabelledFrame
from training.images import Image

SIZE = (1280, 720)
SEED = 5000
STANDS, TITLES = 14, 10
METRES, ROWS = 40.0, 26


def barren_frames() -> list[LabelledFrame]:
    """Stands, titles and fades without any box, the same each time."""
    rng = np.random.default_rng(SEED)
    images = [_stand(rng) for _ in range(STANDS)] + [_title(rng) for _ in range(TITLES)]
    none = np.zeros(0, np.int64)
    boxes = np.zeros((0, 4), np.float32)
    return [
        LabelledFrame(f"barren_{number}", image, boxes, none, none, match="synthetic")
        for number, image in enumerate(images)
    ]


def _stand(rng: np.random.Generator) -> Image:
    """A part of a stand seen from across or from near, a little out of focus at times."""
    texture = stand(random_look(rng), rng, metres=METRES, rows=ROWS)[0]
    height, width = texture.shape[:2]
    tall = height * rng.uniform(0.15, 1.0)
    wide = min(tall * SIZE[0] / SIZE[1], width)
    left, top = rng.uniform(0, width - wide), rng.uniform(0, height - tall)
    corners = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)])
    seen = corners + np.array([left, top]) + rng.uniform(-0.1, 0.1, (4, 2)) * [wide, tall]
    target = np.array([(0, 0), (SIZE[0], 0), SIZE, (0, SIZE[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(seen.astype(np.float32), target)
    shown = cv2.warpPerspective(texture, matrix, SIZE, borderMode=cv2.BORDER_REFLECT)
    return cv2.GaussianBlur(shown, (0, 0), rng.uniform(0.5, 3)).astype(np.uint8)


def _title(rng: np.random.Generator) -> Image:
    """Clouds of colour with large letters and round shapes, as wipes and titles have them."""
    cells = int(rng.choice([1, 2, 4, 16]))
    image = cv2.resize(rng.integers(0, 256, (cells, cells, 3), np.uint8), SIZE).astype(np.uint8)
    for _ in range(int(rng.integers(0, 9))):
        at = rng.integers(0, SIZE).tolist()
        colour, radius = rng.integers(0, 256, 3).tolist(), int(rng.integers(5, 160))
        cv2.circle(image, at, radius, colour, int(rng.choice([-1, 2, 8])), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 5))):
        at, letters = rng.integers(0, SIZE).tolist(), "".join(rng.choice(list("ABCDEOQ0869"), 6))
        ink = rng.integers(0, 256, 3).tolist()
        cv2.putText(image, letters, at, cv2.FONT_HERSHEY_TRIPLEX, rng.uniform(1, 7), ink, 4)
    return image
