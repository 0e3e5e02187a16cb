"""What lies on the grass: the pitch's lines and its keypoints."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from touchline.arrays import Float32, Float64, Image
from touchline.frame import CameraState, PitchState, Source
from touchline.geometry import plain, through
from touchline.outputs.drawing.primitives import SUBPIXEL, disc, ring, subpixel
from touchline.outputs.drawing.projection import (
    cut_segments,
    frame_planes,
    to_pixels,
)
from touchline.outputs.drawing.style import INK, LINE_COLOUR, POINT_COLOUR, Style
from touchline.pitch import PitchDimensions, from_ground

PIECE = 1.0
"""Metres of a line that are drawn straight."""


def pitch_segments(
    homography: Float64, dimensions: PitchDimensions, size: tuple[int, int]
) -> Float64:
    """Return the painted lines as the camera sees them: (n, 2, 2) pixels, cut to the frame.

    Args:
        homography: (3, 3), pixels to metres.
        dimensions: Of the pitch.
        size: (width, height) of the frame in pixels.
    """
    camera = to_pixels(homography, size)
    lines = [through(line, camera) for line in dimensions.lines()]
    segments = np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in lines])
    return plain(cut_segments(segments, frame_planes(size, margin=8.0)))


def bent_segments(
    camera: CameraState, dimensions: PitchDimensions, size: tuple[int, int]
) -> Float64:
    """Return the painted lines through a camera's lens, on its ground, as ``pitch_segments``."""
    length, width = camera.ground
    pieces = []
    for line in replace(dimensions, length=length, width=width).lines():
        for first, last in pairwise(line):
            count = int(np.ceil(np.linalg.norm(last - first) / PIECE)) + 1
            seen = from_ground(camera, np.linspace(first, last, count))
            pieces.append(np.stack([seen[:-1], seen[1:]], axis=1))
    segments = np.concatenate(pieces)
    segments = segments[np.isfinite(segments).all(axis=(1, 2))]
    whole = np.concatenate([segments, np.ones((len(segments), 2, 1))], axis=2)
    return plain(cut_segments(whole, frame_planes(size, margin=8.0)))


def draw_lines(image: Image, pitch: PitchState, dimensions: PitchDimensions, style: Style) -> None:
    """Draw the pitch's lines where its camera, or else its homography, says they are."""
    if pitch.homography is None:
        return
    size = (image.shape[1], image.shape[0])
    if pitch.camera is None:
        segments = pitch_segments(pitch.homography, dimensions, size)
    else:
        segments = bent_segments(pitch.camera, dimensions, size)
    lines = list(subpixel(segments))
    cv2.polylines(image, lines, False, LINE_COLOUR, style.stroke, cv2.LINE_AA, shift=SUBPIXEL)


def draw_keypoints(image: Image, pitch: PitchState, style: Style) -> None:
    """Draw detected keypoints as discs and projected ones as rings."""
    for (x, y), source in zip(pitch.keypoints.xy[0], pitch.sources, strict=True):
        if source is not None:
            _draw_keypoint(image, np.array([x, y]), style, full=source is Source.DETECTED)


def _draw_keypoint(image: Image, point: Float32, style: Style, *, full: bool) -> None:
    if full:
        disc(image, point, style.dot + style.hairline, INK)
        disc(image, point, style.dot, POINT_COLOUR)
    else:
        ring(image, point, style.dot, INK, stroke=style.hairline + 1)
        ring(image, point, style.dot, POINT_COLOUR, stroke=style.hairline)
