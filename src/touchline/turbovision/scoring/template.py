"""The pitch as a picture that keypoints are held against: 105 x 68 m at ten pixels a metre.

Source: the description, "Keypoints". The points lie 1 to 3 pixels off the lines that are drawn and
half a metre inside the corners. It belongs to this score alone; ``touchline.pitch`` has the pitch.
"""

from functools import cache

import numpy as np
import PIL.Image
from PIL import ImageDraw

from touchline.arrays import Float32, Image

WIDTH, HEIGHT = 1050, 680
"""Pixels of the picture; beyond the touchlines it is white, not green."""
CORNERS = (5, 29, 24, 0)
"""Of the 32 points bottom left, bottom right, top right, top left, as the twist test takes them."""

_GREEN, _WHITE = (0, 128, 0), (255, 255, 255)
_COLUMNS: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((5,), (5, 140, 250, 430, 540, 675)),
    ((55,), (250, 430)),
    ((110,), (340,)),
    ((165,), (140, 270, 410, 540)),
    ((527,), (5, 253, 433, 675)),
    ((888,), (140, 270, 410, 540)),
    ((940,), (340,)),
    ((998,), (250, 430)),
    ((1045,), (5, 140, 250, 430, 540, 675)),
    ((435, 615), (340,)),
)
_LINES = (
    (524, 0, 526, 679),
    *((x1, y, x2, y + 2) for y in (138, 539) for x1, x2 in ((0, 165), (885, 1049))),
    *((x, 138, x + 2, 541) for x in (163, 885)),
    *((x1, y, x2, y + 2) for y in (248, 429) for x1, x2 in ((0, 55), (995, 1049))),
    *((x, 248, x + 2, 431) for x in (53, 995)),
)
"""x1, y1, x2, y2 of each white bar, its last pixels too."""


def template_points() -> Float32:
    """The 32 points, float32 (32, 2), in pixels of the picture."""
    points = [(x, y) for across, down in _COLUMNS for x in across for y in down]
    return np.array(points, np.float32)


@cache
def template_picture() -> Image:
    """The picture, uint8 (680, 1050, 3) BGR; it is not to be written to."""
    canvas = PIL.Image.new("RGB", (WIDTH, HEIGHT), _WHITE)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((5, 5, 1045, 675), fill=_GREEN)
    for line in _LINES:
        draw.rectangle(line, fill=_WHITE)
    draw.ellipse((433, 248, 616, 431), outline=_WHITE, width=3)
    draw.arc((18, 248, 201, 431), 310, 50, fill=_WHITE, width=3)
    draw.arc((848, 248, 1031, 431), 130, 230, fill=_WHITE, width=3)
    for x in (107, 937):
        draw.ellipse((x, 337, x + 6, 343), fill=_WHITE)
    picture = np.array(canvas)[:, :, ::-1].copy()
    picture.setflags(write=False)
    return picture
