"""Boxes and polygons as the score holds them, and how much two of them overlap.

Source: the description of the protocol, scoring, "iou, count" and "served against local".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from touchline.arrays import Float64, Mask
from touchline.errors import UsageError

CANVAS = (540, 960)
"""(height, width) of the canvas on which polygons are filled, where no larger one is asked for."""

LARGEST = 8192
"""Pixels from the corner up to which a polygon's points may lie: masks grow with them."""

Corners = tuple[int, int, int, int]
Polygon = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of an answer or of the truth.

    Attributes:
        bbox: x1, y1, x2, y2 in whole pixels; a polygon's is the least and the most of its points.
        label: Its name in the element's list of objects, letter by letter.
        team: A colour, or None where none is said.
        score: By which predictions are ranked; not held within 0 and 1.
        polygon: Its points, or None for a box.
    """

    bbox: Corners
    label: str
    team: str | None = None
    score: float = 1.0
    polygon: Polygon | None = None

    @property
    def outline(self) -> Polygon:
        """The polygon, or the four corners of the box."""
        x1, y1, x2, y2 = self.bbox
        return self.polygon or ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def area(bbox: Corners) -> int:
    """Square pixels of a box, its edges taken as continuous; 0 where it is inverted."""
    return max(0, bbox[2] - bbox[0]) * max(0, bbox[3] - bbox[1])


def overlap(
    first: Instance, second: Instance, *, canvas: tuple[int, int] = CANVAS, of_nothing: float = 1.0
) -> float:
    """IoU of two shapes, 0 to 1.

    Two boxes: ``shared / (area + area - shared)``, 0 where neither has an area. With a polygon on
    either side: of masks on a canvas of at least ``canvas`` (height, width) that grows to the
    largest coordinate; filling takes the outline in, so that such a box is a pixel wider and
    higher than one among boxes.

    Args:
        first: A box or a polygon.
        second: Another.
        canvas: (height, width) in pixels that masks have at least.
        of_nothing: IoU of two masks without a pixel: 1 in the pillars, 0 between two answers.

    Raises:
        UsageError: A mask would be too large; a validator breaks over it sooner or later.
    """
    if first.polygon or second.polygon:
        return _outline_overlap(first.outline, second.outline, canvas, of_nothing)
    (a, b, c, d), (e, f, g, h) = first.bbox, second.bbox
    shared = area((max(a, e), max(b, f), min(c, g), min(d, h)))
    union = area(first.bbox) + area(second.bbox) - shared
    return shared / union if union else 0.0


def overlaps(
    first: Sequence[Instance], second: Sequence[Instance], *, canvas: tuple[int, int] = CANVAS
) -> Float64:
    """IoU (n, m) of each of n shapes with each of m; see ``overlap``."""
    found = [[overlap(one, other, canvas=canvas) for other in second] for one in first]
    return np.array(found, np.float64).reshape(len(first), len(second))


def in_form_of(answer: Sequence[Instance], truth: Iterable[Instance]) -> list[Instance]:
    """The truth of a frame in the form, boxes or polygons, in which the miner answered.

    By label: only boxes in the answer, the truth becomes boxes; only polygons, its boxes become
    polygons of four corners; both, or a label that a non-empty answer lacks, it stays. It becomes
    boxes too where the answer is empty.
    """
    forms: Mapping[str, set[bool]] = {
        label: {shape.polygon is not None for shape in answer if shape.label == label}
        for label in {shape.label for shape in answer}
    }
    return [_in_form(shape, forms.get(shape.label, set()), not answer) for shape in truth]


def _in_form(shape: Instance, forms: set[bool], empty: bool) -> Instance:
    if forms == {False} or empty:
        return replace(shape, polygon=None)
    return replace(shape, polygon=shape.outline) if forms == {True} else shape


def _outline_overlap(
    first: Polygon, second: Polygon, canvas: tuple[int, int], of_nothing: float
) -> float:
    width, height = (max(values) + 1 for values in zip(*first, *second, strict=True))
    if max(abs(value) for point in (*first, *second) for value in point) > LARGEST:
        raise UsageError(
            f"shapes that are filled lie within {LARGEST} pixels of the corner; "
            f"one here is at {max(map(max, (*first, *second)))}, and its mask breaks the validator."
        )
    size = max(canvas[0], height), max(canvas[1], width)
    return mask_overlap(_filled(first, size), _filled(second, size), of_nothing=of_nothing)


def mask_overlap(first: Mask, second: Mask, *, of_nothing: float = 1.0) -> float:
    """IoU of two masks of one size, uint8 0 or 1; ``of_nothing`` where neither has a pixel."""
    union = np.count_nonzero(first | second)
    return float(np.count_nonzero(first & second) / union) if union else of_nothing


def _filled(outline: Polygon, size: tuple[int, int]) -> Mask:
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.array(outline, np.int32)], (1,))
    return mask
