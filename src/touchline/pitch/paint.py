"""Painted lines in a picture: thin bright ridges on grass, as points with a direction.

A ridge is where the darkest of the three colours curves down strongly across one direction and
hardly along the other (Steger, An unbiased detector of curvilinear structures, 1998): white paint
is bright in all three, a coloured shirt or board is not. There must be grass on both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import cv2
import numpy as np

from touchline.arrays import AnyArray, Bools, Float32, Float64, Image, Int64

WIDTH = 960
"""Pixels to which a picture is reduced: lines are 1 to 5 of them wide then."""
DIRECTIONS = 8
"""Bins of a half turn in which the nearest ridge is looked up."""
CELL = 2
"""Pixels of a cell in which a ridge is looked for across a line."""
_COARSE = 4
"""Pixels of a cell in which distances are kept."""
_AROUND = sorted(product((-1, 0, 1), repeat=2), key=lambda each: -abs(each[0]) - abs(each[1]))
"""A cell and those around it, the cell itself last."""
_MARGIN = 14
"""Cells around the picture, so that looking beyond its edge finds nothing."""
NOWHERE = 1e3
"""Pixels to the nearest ridge where there is none."""
_SCALES = (1.0, 2.0)
_RESPONSE = 3.0
"""Least curvature across a line, in levels of 255 a pixel squared, times scale to the 1.5."""
_BRIGHTER = 4.0
"""Levels by which a line is brighter than what is around, before anything else is computed."""
_OFF = 0.75
"""Pixels from a pixel's middle to the ridge's top, up to which it is this pixel's."""
_SMOOTH, _RISE, _BEND = (np.array(each) for each in ((1, 2, 1), (-1, 0, 1), (1, -2, 1)))
_SOBEL = np.array(
    [
        np.outer(_SMOOTH, _RISE).ravel() / 8,
        np.outer(_RISE, _SMOOTH).ravel() / 8,
        np.outer(_SMOOTH, _BEND).ravel() / 4,
        np.outer(_BEND, _SMOOTH).ravel() / 4,
        np.outer(_RISE, _RISE).ravel() / 4,
    ],
    np.float32,
)
"""Derivatives x, y, xx, yy, xy from a pixel and its eight neighbours (Sobel)."""
_SUM_OF_CURVATURES = (_SOBEL[2] + _SOBEL[3]).reshape(3, 3)
_BESIDE = np.array([3.5, 5.5, 8.0])
"""Pixels to either side in which grass is looked for."""
_SHORTEST = 18
"""Pixels that a connected ridge is long at least."""
_FIELD_CELL = 4
_LEAST_FIELD = 0.2
"""Share of the largest green area that another must have to be part of the pitch."""


@dataclass(frozen=True, eq=False)
class Paint:
    """What may be painted lines in a picture, in pixels of a picture ``WIDTH`` wide.

    Attributes:
        height: Of that picture.
        points: float64 (n, 2), tops of ridges.
        normal: float64 (n,), angle across the line in radians, modulo pi.
    """

    height: int
    points: Float64
    normal: Float64

    def __len__(self) -> int:
        return len(self.points)

    def across(self, points: Float64, normal: Float64, reach: float) -> tuple[Float64, Int64]:
        """The nearest ridge that runs alike, looked for across a line at points of it.

        Args:
            points: (n, 2), inside the picture.
            normal: (n,) radians, the angle across the line.
            reach: Pixels to either side.

        Returns:
            How far (n,) each point lies beyond its ridge, along the normal, NaN where there is
            none; and the ridge's number (n,).
        """
        steps = CELL * np.arange(np.ceil(reach / CELL) + 1)
        steps = np.concatenate([steps, -steps[1:]])
        steps = steps[np.argsort(np.abs(steps), kind="stable")]
        way = np.stack([np.cos(normal), np.sin(normal)], axis=1)
        column, row = self._cell(points[None] + steps[:, None, None] * way)
        number = self._numbers[row, column]
        apart = (self._directions[number] - _direction(normal)) % DIRECTIONS
        alike = (number >= 0) & ((apart <= 1) | (apart == DIRECTIONS - 1))
        first = alike.argmax(axis=0)
        found = np.take_along_axis(number, first[None], 0)[0]
        off = ((points - self._tops[found]) * way).sum(axis=1)
        near = alike.any(axis=0) & (np.abs(off) <= reach)
        return np.where(near, off, np.nan), found

    def roughly(self, points: Float64, normal: Float64) -> Float32:
        """Pixels (n,) to the nearest ridge that runs alike, wherever: for many points."""
        column, row = (points / _COARSE).astype(np.intp).T
        return np.asarray(self._distances[_direction(normal), row, column])

    @cached_property
    def _directions(self) -> Int64:
        return _direction(np.append(self.normal, 0.0))

    @cached_property
    def _tops(self) -> Float64:
        return np.concatenate([self.points, np.zeros((1, 2))])

    @cached_property
    def _numbers(self) -> Int64:
        """The number of a ridge in or beside each cell of ``CELL`` pixels, -1 where is none."""
        numbers = np.full((self.height // CELL + 2 * _MARGIN, WIDTH // CELL + 2 * _MARGIN), -1)
        column, row = self._cell(self.points)
        for y, x in _AROUND:  # a line has gaps
            numbers[row + y, column + x] = np.arange(len(self))
        return numbers

    def _cell(self, points: Float64) -> tuple[Int64, Int64]:
        inside = np.clip(points, -_MARGIN * CELL, [WIDTH + 1, self.height + 1])
        cell = (inside / CELL + _MARGIN).astype(np.int64)
        return cell[..., 0], cell[..., 1]

    @cached_property
    def _distances(self) -> Float32:
        """Distances (8, height / 4, WIDTH / 4), by direction."""
        shape = (-(-self.height // _COARSE), -(-WIDTH // _COARSE))
        distances = np.full((DIRECTIONS, *shape), NOWHERE, np.float32)
        column, row = (self.points / _COARSE).astype(np.intp).T
        column, row = column.clip(0, shape[1] - 1), row.clip(0, shape[0] - 1)
        for each in range(DIRECTIONS):
            apart = (self._directions[:-1] - each) % DIRECTIONS
            chosen = (apart <= 1) | (apart == DIRECTIONS - 1)
            if chosen.any():
                free = np.ones(shape, np.uint8)
                free[row[chosen], column[chosen]] = 0
                distances[each] = cv2.distanceTransform(free, cv2.DIST_L2, 5) * _COARSE
        return distances


def find_paint(image: Image) -> Paint:
    """Find what may be painted lines in an image: uint8 (H, W, 3), BGR."""
    height = round(image.shape[0] * WIDTH / image.shape[1])
    area = cv2.INTER_AREA if image.shape[1] > WIDTH else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(image, (WIDTH, height), interpolation=area), np.uint8)
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
    grass = np.asarray(cv2.inRange(hsv, (28, 35, 30), (90, 255, 255)) > 0, np.uint8)
    size = (WIDTH, height)
    mask = np.asarray(cv2.resize(_field(grass), size, interpolation=cv2.INTER_NEAREST), np.uint8)
    darkest = np.asarray(cv2.min(cv2.min(small[..., 0], small[..., 1]), small[..., 2]), np.uint8)
    points, normal = _ridges(darkest, mask, grass)
    return Paint(height, points, normal)


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
    smooth = [np.asarray(cv2.GaussianBlur(light, (0, 0), each), np.float32) for each in _SCALES]
    place = _candidates(light, smooth, mask)
    slopes = np.stack([_derivatives(each, place) for each in smooth])
    response = _response(*slopes[:, 2:].swapaxes(0, 1)) * np.power(_SCALES, 1.5)[:, None]
    (strong,) = np.nonzero(response.max(axis=0) > _RESPONSE)
    scale = response[:, strong].argmax(axis=0)
    normal, offset = _top(*slopes[scale, :, strong].T)
    here = np.abs(offset) <= _OFF
    normal, offset, scale = normal[here], offset[here], scale[here]
    rows, columns = np.divmod(place[strong[here]], darkest.shape[1])
    across = np.stack([np.cos(normal), np.sin(normal)], axis=1)
    middle = np.stack([columns, rows], axis=1)
    kept = _on_grass(middle, across, np.array(_SCALES)[scale], grass)
    kept[kept] = _long(rows[kept], columns[kept], grass.shape)
    return (middle + offset[:, None] * across + 0.5)[kept], normal[kept]


def _candidates(light: Float32, smooth: Sequence[Float32], mask: Image) -> Int64:
    """The pixels (n,) that are brighter than what is around and curve down at one of the scales.

    The sum of both curvatures bounds the response and costs a tenth of it.
    """
    brighter = cv2.compare(light, cv2.blur(light, (25, 25)) + _BRIGHTER, cv2.CMP_GT)
    found = np.zeros_like(mask)
    for sigma, each in zip(_SCALES, smooth, strict=True):
        sums = cv2.filter2D(each, cv2.CV_32F, _SUM_OF_CURVATURES)
        strong = cv2.compare(sums, -_RESPONSE / sigma**1.5, cv2.CMP_LT)
        found = np.asarray(cv2.bitwise_or(found, strong), np.uint8)
    found = np.asarray(cv2.bitwise_and(found, brighter, mask=mask), np.uint8)
    found[[0, -1]], found[:, [0, -1]] = 0, 0
    return np.flatnonzero(found.view(bool))


def _on_grass(middle: Int64, across: Float64, scale: Float64, grass: Image) -> Bools:
    """Whether there is grass on both sides of each pixel (n, 2)."""
    reach = _BESIDE * (0.6 + 0.4 * scale)[:, None]
    answer = np.ones(len(middle), bool)
    for side in (-1, 1):
        place = np.rint(middle[:, None] + side * reach[..., None] * across[:, None]).astype(np.intp)
        place = place.clip(0, [grass.shape[1] - 1, grass.shape[0] - 1])
        answer &= (grass[place[..., 1], place[..., 0]] > 0).any(axis=1)
    return answer


def _derivatives(light: Float32, place: Int64) -> Float32:
    """The derivatives (5, n) by x, y, xx, yy and xy at pixels (n,), none of them at the border."""
    steps = [y * light.shape[1] + x for y in (-1, 0, 1) for x in (-1, 0, 1)]
    flat = light.ravel()
    around = [flat[place + step] for step in steps]
    terms = [[w * each for w, each in zip(row, around, strict=True) if w] for row in _SOBEL]
    return np.asarray(np.stack([np.add.reduce(each) for each in terms]), np.float32)


def _response(xx: Float32, yy: Float32, xy: Float32) -> Float32:
    """How much light curves down across a line and not along it."""
    spread, mean = np.sqrt(((xx - yy) / 2) ** 2 + xy**2), (xx + yy) / 2
    return np.asarray(spread - mean - np.abs(mean + spread))


def _top(x: Float32, y: Float32, xx: Float32, yy: Float32, xy: Float32) -> tuple[Float64, Float64]:
    """The angle across a line, and how far from the pixel's middle its top lies along that."""
    across = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy).astype(np.float64) + np.pi / 2
    slope = x * np.cos(angle) + y * np.sin(angle)
    return angle, np.asarray(-slope / np.minimum(across, -1e-3))


def _long(rows: Int64, columns: Int64, shape: tuple[int, ...]) -> Bools:
    """Whether each pixel is part of a connected ridge that is long enough."""
    drawn = np.zeros(shape, np.uint8)
    drawn[rows, columns] = 1
    grown = cv2.dilate(drawn, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(grown)
    extent = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    return np.asarray(extent[labels[rows, columns]] >= _SHORTEST)


def _direction(normal: Float64) -> Int64:
    return np.asarray(np.rint(normal % np.pi / np.pi * DIRECTIONS).astype(np.int64) % DIRECTIONS)
