"""Painted lines in a picture: thin bright ridges on grass, as points with a direction.

A ridge is where the darkest of the three colours curves down strongly across one direction and
hardly along the other (Steger, An unbiased detector of curvilinear structures, 1998): white paint
is bright in all three, a coloured shirt or board is not. There must be grass on both sides.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import AnyArray, Bools, Float32, Float64, Image, Int64

WIDTH = 960
"""Pixels to which a picture is reduced: lines are 1 to 5 of them wide then."""
DIRECTIONS = 8
"""Bins of a half turn in which the nearest ridge is looked up."""
CELL = 2
"""Pixels of a cell of that look-up."""
NOWHERE = 1e3
"""Pixels to the nearest ridge where there is none."""
_SCALES = (1.0, 2.0)
_RESPONSE = 3.0
"""Least curvature across a line, in levels of 255 a pixel squared, times scale to the 1.5."""
_BRIGHTER = 4.0
"""Levels by which a line is brighter than what is around, before anything else is computed."""
_OFF = 0.75
"""Pixels from a pixel's middle to the ridge's top, up to which it is this pixel's."""
_BESIDE = np.array([3.5, 5.5, 8.0])
"""Pixels to either side in which grass is looked for."""
_SHORTEST = 18
"""Pixels that a connected ridge is long at least."""
_FIELD_CELL = 4
_LEAST_FIELD = 0.2
"""Share of the largest green area that another must have to be part of the pitch."""


@dataclass(frozen=True, slots=True, eq=False)
class Paint:
    """What may be painted lines in a picture, in pixels of a picture ``WIDTH`` wide.

    Attributes:
        height: Of that picture.
        points: float64 (n, 2), tops of ridges.
        normal: float64 (n,), angle across the line in radians, modulo pi.
        field: bool (height / 4, WIDTH / 4), the pitch.
        distance: float32 (8, height / 2, WIDTH / 2), pixels to the nearest ridge of about a
            direction, in cells of two pixels.
        nearest: int32, the same shape, the number of that ridge's point.
    """

    height: int
    points: Float64
    normal: Float64
    field: Bools
    distance: Float32
    nearest: AnyArray

    def __len__(self) -> int:
        return len(self.points)

    def look_up(self, points: Float64, normal: Float64) -> tuple[Float32, AnyArray]:
        """The distance (n,) to the nearest ridge that runs alike, and its number (n,).

        Args:
            points: (n, 2), inside the picture.
            normal: (n,) radians.
        """
        direction = _direction(normal)
        column, row = (points / CELL).astype(np.intp).T
        return self.distance[direction, row, column], self.nearest[direction, row, column]


def find_paint(image: Image) -> Paint:
    """Find what may be painted lines in an image: uint8 (H, W, 3), BGR."""
    height = round(image.shape[0] * WIDTH / image.shape[1])
    area = cv2.INTER_AREA if image.shape[1] > WIDTH else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(image, (WIDTH, height), interpolation=area), np.uint8)
    grass = _grass(small)
    field = _field(grass)
    mask = np.asarray(cv2.resize(field, (WIDTH, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    points, normal = _ridges(small.min(axis=2), mask, grass)
    distance, nearest = _nearest(points, normal, height)
    return Paint(height, points, normal, field > 0, distance, nearest)


def _grass(small: Image) -> Image:
    """Where a picture is green, uint8, 0 or 1."""
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
    return np.asarray(cv2.inRange(hsv, (28, 35, 30), (90, 255, 255)) > 0, np.uint8)


def _field(grass: Image) -> Image:
    """The large green areas, closed over lines and people, uint8, a quarter of the size."""
    height, width = grass.shape
    size = (width // _FIELD_CELL, height // _FIELD_CELL)
    share = cv2.resize(grass * 255, size, interpolation=cv2.INTER_AREA)
    small: AnyArray = (share > 127).astype(np.uint8)
    small = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    small = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(small)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    large = (area > 0) & (area >= _LEAST_FIELD * area.max())
    return np.asarray(cv2.dilate(large[labels].astype(np.uint8), np.ones((5, 5), np.uint8)))


def _ridges(darkest: Image, mask: Image, grass: Image) -> tuple[Float64, Float64]:
    """Tops of ridges (n, 2) and the angle across each (n,)."""
    light = darkest.astype(np.float32)
    around = cv2.blur(light, (25, 25))
    rows, columns = np.nonzero((light > around + _BRIGHTER) & (mask > 0))
    best = np.full(len(rows), _RESPONSE)
    normal, offset, scale = np.zeros(len(rows)), np.full(len(rows), np.inf), np.ones(len(rows))
    for sigma in _SCALES:
        response, angle, top = _curvature(
            np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32), rows, columns
        )
        response = response * sigma**1.5
        better = response > best
        best = np.where(better, response, best)
        normal, offset = np.where(better, angle, normal), np.where(better, top, offset)
        scale = np.where(better, sigma, scale)
    kept = np.abs(offset) <= _OFF
    rows, columns, normal = rows[kept], columns[kept], normal[kept]
    across = np.stack([np.cos(normal), np.sin(normal)], axis=1)
    reach = _BESIDE * (0.6 + 0.4 * scale[kept])[:, None]
    on_grass = np.ones(len(rows), bool)
    for side in (-1, 1):
        x = np.rint(columns[:, None] + side * reach * across[:, :1]).astype(np.intp)
        y = np.rint(rows[:, None] + side * reach * across[:, 1:]).astype(np.intp)
        x, y = x.clip(0, grass.shape[1] - 1), y.clip(0, grass.shape[0] - 1)
        on_grass &= grass[y, x].any(axis=1)
    long = on_grass.copy()
    long[on_grass] = _long(rows[on_grass], columns[on_grass], grass.shape)
    points = np.stack([columns, rows], axis=1) + offset[kept][:, None] * across + 0.5
    return points[long], normal[long]


def _curvature(light: Float32, rows: Int64, columns: Int64) -> tuple[Float64, Float64, Float64]:
    """How light curves at some pixels (n,).

    Returns:
        How much it curves down across a line, at which angle, and how far from the pixel's middle
        its top lies along that angle.
    """

    def at(x: int, y: int) -> Float64:
        weight = 1 / (8 if x + y == 1 else 4)
        return np.asarray(cv2.Sobel(light, cv2.CV_32F, x, y, ksize=3)[rows, columns] * weight)

    xx, yy, xy = at(2, 0), at(0, 2), at(1, 1)
    spread, mean = np.hypot((xx - yy) / 2, xy), (xx + yy) / 2
    across, along = mean - spread, mean + spread
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    slope = at(1, 0) * np.cos(angle) + at(0, 1) * np.sin(angle)
    return -across - np.abs(along), angle, np.clip(-slope / np.minimum(across, -1e-3), -3, 3)


def _long(rows: Int64, columns: Int64, shape: tuple[int, ...]) -> Bools:
    """Whether each pixel is part of a connected ridge that is long enough."""
    drawn = np.zeros(shape, np.uint8)
    drawn[rows, columns] = 1
    grown = cv2.dilate(drawn, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(grown)
    extent = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    return np.asarray(extent[labels[rows, columns]] >= _SHORTEST)


def _nearest(points: Float64, normal: Float64, height: int) -> tuple[Float32, AnyArray]:
    """The look-up tables of ``Paint``."""
    shape = (-(-height // CELL), WIDTH // CELL)
    distance = np.full((DIRECTIONS, *shape), NOWHERE, np.float32)
    nearest = np.zeros((DIRECTIONS, *shape), np.int32)
    direction = _direction(normal)
    columns, rows = (points / CELL).astype(np.intp).T
    columns, rows = columns.clip(0, shape[1] - 1), rows.clip(0, shape[0] - 1)
    for each in range(DIRECTIONS):
        apart = (direction - each) % DIRECTIONS
        chosen = np.flatnonzero((apart <= 1) | (apart == DIRECTIONS - 1))
        if not len(chosen):
            continue
        free = np.ones(shape, np.uint8)
        free[rows[chosen], columns[chosen]] = 0
        far, label = cv2.distanceTransformWithLabels(
            free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        number = np.zeros(label.max() + 1, np.int32)
        number[label[rows[chosen], columns[chosen]]] = chosen
        distance[each], nearest[each] = far * CELL, number[label]
    return distance, nearest


def _direction(normal: Float64) -> Int64:
    return np.asarray(np.rint(normal % np.pi / np.pi * DIRECTIONS).astype(np.int64) % DIRECTIONS)
