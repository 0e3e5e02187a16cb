"""How a stored picture is turned for display: phones film sideways and say so."""

import math
from dataclasses import dataclass

import cv2

from touchline.arrays import Image, Int32


@dataclass(frozen=True, slots=True)
class Orientation:
    """Quarter turns and mirror images.

    Attributes:
        transpose: Exchange rows and columns, first of all.
        mirror: Then exchange left and right.
        flip: Then exchange top and bottom.
        rotation: Degrees clockwise that the turn amounts to, mirroring aside.
    """

    transpose: bool = False
    mirror: bool = False
    flip: bool = False
    rotation: int = 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Give the displayed (width, height) of a stored picture, in pixels."""
        return (height, width) if self.transpose else (width, height)

    def apply(self, image: Image) -> Image:
        """Turn a stored picture, uint8 (H, W, 3), for display."""
        if self.transpose:
            image = cv2.transpose(image)  # type: ignore[assignment]
        if self.mirror or self.flip:
            # cv2.flip: 0 turns top to bottom, 1 left to right, -1 both.
            code = -1 if self.mirror and self.flip else int(self.mirror)
            image = cv2.flip(image, code)  # type: ignore[assignment]
        return image


def from_display_matrix(matrix: Int32) -> Orientation:
    """Read the 3x3 display matrix (9 integers) of ISO/IEC 14496-12, section 6.2.2.

    A stored point (x, y) is displayed at (a x + c y, b x + d y), y pointing down. Angles that are
    not quarter turns are rounded to the nearest one.
    """
    a, b, _, c, d = (int(value) for value in matrix[:5])
    transpose = abs(b) > abs(a)
    mirror, flip = (c < 0, b < 0) if transpose else (a < 0, d < 0)
    rotation = round(math.degrees(math.atan2(b, a)) / 90) * 90 % 360
    return Orientation(transpose, mirror, flip, rotation)
