"""Boxes, ellipses under the feet, and ids."""

from collections.abc import Iterable
from itertools import pairwise

import cv2
import numpy as np

from touchline.arrays import Float32, Float64, Image, Int32
from touchline.frame import NO_ID, ClassId, Objects, Source
from touchline.outputs.drawing.primitives import (
    SUBPIXEL,
    pill,
    stain,
    subpixel,
    text_width,
    write_text,
)
from touchline.outputs.drawing.style import INK, Style, colours_of

_ARC_START, _ARC_END = -40, 220
"""Degrees of the ellipse that are drawn; open behind the legs, it seems to lie on the grass."""
_DASHED_ARC = [(start, start + 20) for start in range(_ARC_START, _ARC_END, 40)]

Rectangle = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


def people(objects: Objects) -> list[int]:
    """Rows that are not the ball, the farthest first, so that the nearer is drawn over it."""
    rows = np.flatnonzero(objects.class_id != ClassId.BALL)
    return [int(row) for row in rows[np.argsort(objects.xyxy[rows, 3], kind="stable")]]


def draw_boxes(image: Image, objects: Objects, style: Style) -> None:
    """Draw a thin box around each person; dashed where nothing was looked at in this frame."""
    colours = colours_of(objects)
    for row in people(objects):
        outline = list(_sides(objects.xyxy[row], style, dashed=is_dashed(objects, row)))
        cv2.polylines(
            image, outline, False, colours[row], style.hairline, cv2.LINE_AA, shift=SUBPIXEL
        )


def draw_feet(image: Image, objects: Objects, style: Style) -> None:
    """Draw an ellipse on the grass under each person; in dashes like the box."""
    colours = colours_of(objects)
    for row in people(objects):
        x1, _, x2, y2 = objects.xyxy[row].tolist()
        centre = subpixel([(x1 + x2) / 2, y2]).tolist()
        across = max(0.62 * (x2 - x1), 4.0 * style.stroke)
        axes = subpixel([across + 0.5, 0.34 * across + 0.5]).tolist()
        arcs = _DASHED_ARC if is_dashed(objects, row) else [(_ARC_START, _ARC_END)]
        for start, end in arcs:
            line = colours[row], style.stroke, cv2.LINE_AA, SUBPIXEL
            cv2.ellipse(image, centre, axes, 0, start, end, *line)


def draw_labels(image: Image, objects: Objects, style: Style) -> None:
    """Write each id below the feet, or where it hides no other id."""
    taken: list[Rectangle] = []
    colours = colours_of(objects)
    for row in reversed(people(objects)):
        if objects.tracker_id[row] == NO_ID:
            continue
        text = str(objects.tracker_id[row])
        height = style.label + 2 * round(0.45 * style.label)
        width = max(text_width(text, style.label) + style.label, height)
        place = _free_place(objects.xyxy[row], (width, height), taken, image.shape)
        taken.append(place)
        _draw_label(image, text, place, colours[row], style.label)


def is_dashed(objects: Objects, row: int) -> bool:
    """Whether the object was not seen in this very frame."""
    return str(objects.source[row]) in (Source.INTERPOLATED, Source.PROPOSED)


def _sides(xyxy: Float32, style: Style, *, dashed: bool) -> Iterable[Int32]:
    """The box as lines for OpenCV: one closed line, or its dashes."""
    x1, y1, x2, y2 = xyxy.tolist()
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2], [x1, y1]])
    if not dashed:
        return [subpixel(corners)]
    return [
        subpixel(dash)
        for start, end in pairwise(corners)
        for dash in _dashes(start, end, style.dash)
    ]


def _dashes(start: Float64, end: Float64, length: float) -> Float64:
    """Cut a line into (n, 2, 2) dashes with as long a gap between; a dash at both ends."""
    count = max(1, round(float(np.hypot(*(end - start))) / (2 * length)))
    shares = np.arange(2 * count + 1) / (2 * count + 1)
    step = 1 / (2 * count + 1)
    begins = shares[::2, None]
    return np.stack([start + begins * (end - start), start + (begins + step) * (end - start)], 1)


def _free_place(
    xyxy: Float32,
    label: tuple[int, int],
    taken: list[Rectangle],
    shape: tuple[int, ...],
) -> Rectangle:
    """Below the feet, above the head, to the right, to the left: the first that is free."""
    x1, y1, x2, y2 = xyxy.tolist()
    width, height = label
    middle, drop = (x1 + x2 - width) / 2, 0.12 * (x2 - x1) + height / 3
    candidates = [
        (middle, y2 + drop),
        (middle, y1 - 1.2 * height),
        (x2 + 2, y2 - height),
        (x1 - width - 2, y2 - height),
    ]
    places = [(round(x), round(y), width, height) for x, y in candidates]
    inside = [
        place
        for place in places
        if min(place[:2]) >= 0 and place[0] + width <= shape[1] and place[1] + height <= shape[0]
    ] or places
    return next((place for place in inside if not _hides(place, taken)), inside[0])


def _hides(place: Rectangle, taken: list[Rectangle]) -> bool:
    x, y, width, height = place
    return any(
        x < left + w and left < x + width and y < top + h and top < y + height
        for left, top, w, h in taken
    )


def _draw_label(
    image: Image, text: str, place: Rectangle, colour: tuple[int, int, int], capital: int
) -> None:
    x, y, width, height = place
    stain(image, pill(width, height, height // 2), (x, y), colour, opacity=0.92)
    inset = (width - text_width(text, capital)) // 2
    write_text(image, text, (x + inset, y + (height - capital) // 2), INK, capital=capital)
