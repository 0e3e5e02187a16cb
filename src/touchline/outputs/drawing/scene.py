"""The layers of an overlay, from the grass up."""

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.frame import FrameState, Objects
from touchline.outputs.drawing.ball import draw_balls, draw_trail
from touchline.outputs.drawing.caption import draw_caption
from touchline.outputs.drawing.ground import draw_keypoints, draw_lines
from touchline.outputs.drawing.people import draw_boxes, draw_feet, draw_labels
from touchline.outputs.drawing.radar import draw_radar
from touchline.outputs.drawing.style import SOFT, Style
from touchline.pitch import PitchDimensions

_STANDARD = PitchDimensions()
_NO_TRAIL: Float64 = np.empty((0, 2))


def draw(
    image: Image,
    state: FrameState,
    *,
    trail: Float64 = _NO_TRAIL,
    dimensions: PitchDimensions = _STANDARD,
) -> Image:
    """Return a new picture of ``state`` over its frame.

    Pitch lines lie where the homography says; keypoints are discs where detected and rings where
    projected; boxes and ellipses are dashed where an object was not seen in this very frame.

    Args:
        image: uint8 (H, W, 3), BGR; left as it is.
        state: What is in it, in pixels of this image.
        trail: (n, 2) pixels where the ball was, oldest first.
        dimensions: Of the pitch, in metres.
    """
    style = Style.for_height(image.shape[0])
    objects = Objects.from_supervision(state.objects)
    soft = image.copy()
    draw_lines(soft, state.pitch, dimensions, style)
    draw_boxes(soft, objects, style)
    canvas = np.asarray(cv2.addWeighted(soft, SOFT, image, 1 - SOFT, 0.0), np.uint8)
    draw_feet(canvas, objects, style)
    draw_keypoints(canvas, state.pitch, style)
    draw_trail(canvas, trail, style)
    draw_balls(canvas, objects, style)
    draw_labels(canvas, objects, style)
    draw_radar(canvas, state, dimensions, style)
    draw_caption(canvas, state, style)
    return canvas
