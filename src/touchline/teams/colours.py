"""Words for colours, as one would name a shirt."""

import cv2
import numpy as np

_NAMES = {
    "black": (20, 20, 20),
    "grey": (128, 128, 128),
    "dark grey": (75, 70, 65),
    "white": (235, 235, 235),
    "red": (30, 30, 200),
    "dark red": (35, 20, 110),
    "orange": (30, 120, 240),
    "yellow": (50, 220, 240),
    "green": (60, 150, 40),
    "turquoise": (190, 190, 60),
    "light blue": (225, 180, 120),
    "blue": (190, 80, 30),
    "dark blue": (80, 35, 20),
    "purple": (140, 50, 110),
    "pink": (180, 120, 240),
    "brown": (40, 70, 110),
}
"""BGR."""


def colour_name(bgr: tuple[int, int, int]) -> str:
    """The name of the nearest colour in Lab, such as ``dark blue``.

    Args:
        bgr: Blue, green, red, 0..255.
    """
    palette = np.array([[bgr, *_NAMES.values()]], np.uint8)
    lab = cv2.cvtColor(palette, cv2.COLOR_BGR2LAB)[0].astype(np.float64)
    return [*_NAMES][int(((lab[1:] - lab[0]) ** 2).sum(axis=1).argmin())]
