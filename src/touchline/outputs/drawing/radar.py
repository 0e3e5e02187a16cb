"""A small view from above: who stands where, and what the camera sees."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from touchline.arrays import Float64, Image, Mask
from touchline.frame import ClassId, FrameState, Objects
from touchline.geometry import plain, through
from touchline.outputs.drawing.people import is_dashed
from touchline.outputs.drawing.primitives import SUBPIXEL, disc, pill, ring, stain, subpixel
from touchline.outputs.drawing.projection import cut_polygon
from touchline.outputs.drawing.style import (
    CLASS_COLOURS,
    FAINT,
    INK,
    PAPER,
    Colour,
    Style,
    colours_of,
)
from touchline.pitch import PitchDimensions

BORDER = 4.0
"""Metres around the pitch that are shown."""

_WIDTH = 0.22
"""Of the frame's width."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The view's scale: pixels a metre, and the pitch it shows."""

    scale: float
    dimensions: PitchDimensions

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        length = self.dimensions.length + 2 * BORDER
        width = self.dimensions.width + 2 * BORDER
        return round(length * self.scale), round(width * self.scale)

    def place(self, metres: Float64) -> Float64:
        """Return (..., 2) pixels of (..., 2) metres; the far touchline is at the top."""
        middle = np.array(self.size) / 2
        placed: Float64 = middle + np.asarray(metres, np.float64) * (self.scale, -self.scale)
        return placed


def draw_radar(image: Image, state: FrameState, dimensions: PitchDimensions, style: Style) -> None:
    """Draw the view from above into the lower right corner, half transparent."""
    frame_height, frame_width = image.shape[:2]
    plan = _Plan(_WIDTH * frame_width / (dimensions.length + 2 * BORDER), dimensions)
    width, height = plan.size
    corner = frame_width - width - style.margin, frame_height - height - style.margin
    if min(corner) < 0:
        return
    stain(image, pill(width, height, style.margin // 2), corner, INK, opacity=0.62)
    stain(image, _paint(plan, style.hairline), corner, FAINT, opacity=0.8)
    if state.pitch.homography is not None:
        size = (frame_width, frame_height)
        stain(image, _view(plan, state.pitch.homography, size), corner, PAPER, opacity=0.16)
    left, top = corner
    panel = image[top : top + height, left : left + width]
    objects = Objects.from_supervision(state.objects)
    known = np.flatnonzero(np.isfinite(objects.position).all(1))
    ball_last = np.argsort(objects.class_id[known] == ClassId.BALL, kind="stable")
    colours = colours_of(objects)
    for row in known[ball_last].tolist():
        _draw_person(panel, plan, objects, row, colours[row], style)


@lru_cache(maxsize=8)
def _paint(plan: _Plan, stroke: int) -> Mask:
    """Coverage of the pitch's lines."""
    width, height = plan.size
    mask = np.zeros((height, width), np.uint8)
    lines = [subpixel(plan.place(line)) for line in plan.dimensions.lines()]
    cv2.polylines(mask, lines, False, 255, stroke, cv2.LINE_AA, SUBPIXEL)
    return mask


def _view(plan: _Plan, homography: Float64, size: tuple[int, int]) -> Mask:
    """Coverage of the part of the pitch that is in the frame."""
    mask = np.zeros(plan.size[::-1], np.uint8)
    width, height = size
    corners = through([[0, 0], [width, 0], [width, height], [0, height]], homography)
    ground = (homography @ np.array([width / 2, height, 1.0]))[2]
    x, y = plan.dimensions.length / 2 + BORDER, plan.dimensions.width / 2 + BORDER
    panel = [(0.0, 0.0, 1.0), (1.0, 0.0, x), (-1.0, 0.0, x), (0.0, 1.0, y), (0.0, -1.0, y)]
    # Half-spaces: what is in front of the camera and lies in the view, in metres.
    seen = cut_polygon(corners * np.sign(ground), np.array(panel))
    if len(seen) > 2:
        cv2.fillPoly(mask, [subpixel(plan.place(plain(seen)))], 255, cv2.LINE_AA, SUBPIXEL)
    return mask


def _draw_person(
    panel: Image, plan: _Plan, objects: Objects, row: int, colour: Colour, style: Style
) -> None:
    """A disc where an object is; a ring where it was not seen in this frame."""
    reach = np.array([plan.dimensions.length / 2, plan.dimensions.width / 2]) + 0.5 * BORDER
    metres = np.clip(objects.position[row].astype(np.float64), -reach, reach)
    centre = plan.place(metres)
    is_ball = objects.class_id[row] == ClassId.BALL
    radius = max(1.6 if is_ball else 2.2, (0.9 if is_ball else 1.35) * plan.scale)
    colour = PAPER if is_ball else colour
    around = CLASS_COLOURS[ClassId.BALL] if is_ball else INK
    disc(panel, centre, radius + style.hairline, around)
    if is_dashed(objects, row):
        ring(panel, centre, radius - style.hairline / 2, colour, stroke=style.hairline)
    else:
        disc(panel, centre, radius, colour)
