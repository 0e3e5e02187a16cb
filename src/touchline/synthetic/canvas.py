"""The picture under the brush: colours, and whose pixel each one is."""

from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import AnyArray, Float64, Image, Int16, Mask

NOBODY = -1
SUBPIXEL = 4
"""Fractional bits of the corners that OpenCV fills polygons with."""


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A picture being painted.

    Attributes:
        image: uint8 (H, W, 3) BGR, painted in place.
        owner: int16 (H, W): number of the figure seen there, or ``NOBODY``.
    """

    image: Image
    owner: Int16

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]

    def paste(self, patch: Image, left: int, top: int, *, owner: int) -> None:
        """Lay a patch over the picture; parts outside are cut.

        Args:
            patch: uint8 (h, w, 4) BGRA, colours already multiplied by alpha.
            left: Column of the patch's first pixel; may be negative.
            top: Row of the patch's first pixel; may be negative.
            owner: Number of the figure; it owns the pixels that it covers by half.
        """
        width, height = self.size
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + patch.shape[1], width), min(top + patch.shape[0], height)
        if x0 >= x1 or y0 >= y1:
            return
        part = patch[y0 - top : y1 - top, x0 - left : x1 - left]
        below = self.image[y0:y1, x0:x1]
        clear = 255 - part[..., 3:].astype(np.uint16)
        below[:] = part[..., :3] + (below * clear // 255).astype(np.uint8)
        self.owner[y0:y1, x0:x1][part[..., 3] > 127] = owner


def empty_canvas(size: tuple[int, int], colour: tuple[int, int, int]) -> Canvas:
    """A canvas of width x height pixels, all of one BGR colour and nobody's."""
    width, height = size
    row = np.tile(np.array(colour, np.uint8), width)
    image = np.tile(row, (height, 1)).reshape(height, width, 3)
    return Canvas(image, np.full((height, width), NOBODY, np.int16))


def fill(image: Image, corners: Float64, colour: tuple[float, ...]) -> None:
    """Fill a convex polygon, (n, 2) continuous pixels, smooth-edged."""
    points = np.round((corners - 0.5) * 2**SUBPIXEL).astype(np.int32)
    cv2.fillConvexPoly(image, points, colour, cv2.LINE_AA, SUBPIXEL)


def mix(image: Image, colours: AnyArray, weight: Mask) -> None:
    """Mix colours into the picture in place, only where ``weight``, uint8 (H, W), is not 0.

    ``colours`` is one BGR colour (3,) or a picture (H, W, 3); a weight of 255 covers fully.
    """
    places = cv2.findNonZero(weight)
    if places is None:
        return
    where = places[:, 0, 1], places[:, 0, 0]
    share = weight[where].astype(np.float32)[:, None] / 255
    new = colours if colours.ndim == 1 else colours[where]
    image[where] = image[where] * (1 - share) + new * share + 0.5
