"""Draw a frame state on its frame: pure, one image in and another out."""

from touchline.outputs.drawing.annotators import (
    BallTrailAnnotator,
    PitchAnnotator,
    RadarAnnotator,
)
from touchline.outputs.drawing.ball import Trail
from touchline.outputs.drawing.primitives import (
    SUBPIXEL,
    disc,
    pill,
    ring,
    stain,
    subpixel,
    text_width,
    write_text,
)
from touchline.outputs.drawing.scene import draw
from touchline.outputs.drawing.style import (
    FAINT,
    INK,
    PAPER,
    POINT_COLOUR,
    Colour,
    Style,
    colours_of,
)

__all__ = [
    "FAINT",
    "INK",
    "PAPER",
    "POINT_COLOUR",
    "SUBPIXEL",
    "BallTrailAnnotator",
    "Colour",
    "PitchAnnotator",
    "RadarAnnotator",
    "Style",
    "Trail",
    "colours_of",
    "disc",
    "draw",
    "pill",
    "ring",
    "stain",
    "subpixel",
    "text_width",
    "write_text",
]
