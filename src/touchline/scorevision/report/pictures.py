"""A picture of a frame that was scored: what was claimed, what was seen, what it earned."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.errors import OutputError
from touchline.files import as_path, require_apart
from touchline.outputs import write_whole
from touchline.outputs.drawing import (
    FAINT,
    INK,
    PAPER,
    POINT_COLOUR,
    SUBPIXEL,
    Colour,
    Style,
    disc,
    pill,
    ring,
    stain,
    subpixel,
    text_width,
    write_text,
)
from touchline.scorevision import wire
from touchline.scorevision.report.clip_score import ClipScore, FrameScore
from touchline.scorevision.response import Response
from touchline.scorevision.scoring import ScoredBox
from touchline.video import VideoReader

EARNS: Colour = (96, 200, 96)
HALF: Colour = (60, 196, 255)
COSTS: Colour = (70, 70, 240)


def write_pictures(
    score: ClipScore, response: Response, folder: str | os.PathLike[str], *, worst: int = 5
) -> list[Path]:
    """Write ``frame_000123.png`` for each of the worst frames; the clip is read once more.

    Args:
        score: Of the answer.
        response: The answer.
        folder: Made if it is missing.
        worst: How many.

    Raises:
        InputError: The clip cannot be read again.
        OutputError: A picture cannot be written.
        UsageError: A picture would replace one of the clip's own.
    """
    target = as_path(folder)
    chosen = {each.frame: each for each in score.worst(worst)}
    names = [target / f"frame_{number:06d}.png" for number in chosen]
    require_apart(names, [score.video, response.path])
    _made(target)
    written = []
    with VideoReader(score.video) as reader:
        for frame in reader:
            if frame.index in chosen:
                given = response.frames[frame.index]
                picture = draw_score(frame.image, given, chosen.pop(frame.index))
                path = target / f"frame_{frame.index:06d}.png"
                write_whole(path, cv2.imencode(".png", picture)[1].tobytes())
                written.append(path)
            if not chosen:
                break
    return written


def draw_score(image: Image, given: Mapping[str, Any], frame: FrameScore) -> Image:
    """Return a new picture of what a frame earned.

    Boxes are green where they earn all of their weight, yellow where half, red where they cost, and
    grey where they were dropped or not looked at; each carries claimed > seen and its points. Discs
    are points that count, red where they do not fit, rings points in
    the picture that do not count.

    Args:
        image: uint8 (H, W, 3) BGR; left as it is.
        given: The frame of the answer: ``objects`` and ``keypoints``.
        frame: Its score.
    """
    canvas = image.copy()
    style = Style.for_height(image.shape[0])
    boxes: Sequence[ScoredBox] = () if frame.boxes is None else frame.boxes.boxes
    told = {box.index: box for box in boxes}
    for index, bbox in enumerate(wire.boxes_of(wire.objects_of(given))):
        _draw_box(canvas, bbox, told.get(index), style)
    _draw_points(canvas, wire.keypoints_of(given), frame, style)
    _draw_caption(canvas, frame, style)
    return canvas


def _draw_box(canvas: Image, bbox: Float64, box: ScoredBox | None, style: Style) -> None:
    height, width = canvas.shape[:2]
    x1, y1, x2, y2 = np.clip(bbox, -1, (width, height, width, height)).tolist()
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
    colour = _colour(box)
    outline = [subpixel(corners)]
    cv2.polylines(canvas, outline, True, colour, style.stroke, cv2.LINE_AA, shift=SUBPIXEL)
    if box is not None:
        _write_on(canvas, _said(box), (round(x1), round(y2) + 2), colour, style)


def _colour(box: ScoredBox | None) -> Colour:
    if box is None or box.seen is None:
        return FAINT
    if box.points < 0:
        return COSTS
    return EARNS if box.claimed == box.seen else HALF


def _said(box: ScoredBox) -> str:
    if box.dropped is not None:
        return str(box.dropped)
    if box.claimed == box.seen:
        return f"{box.points:+.2f}"
    return f"{box.claimed} > {box.seen} {box.points:+.2f}"


def _draw_points(canvas: Image, points: Float64, frame: FrameScore, style: Style) -> None:
    told = frame.keypoints
    dropped = set() if told is None else {vertex for vertex, _ in told.dropped}
    outliers = () if told is None or told.fit is None else told.fit.outliers
    height, width = canvas.shape[:2]
    there = (points != 0).any(axis=1) & (points >= 0).all(axis=1)
    there &= (points < (width, height)).all(axis=1)
    for vertex in np.flatnonzero(there).tolist():
        if vertex in dropped:
            ring(canvas, points[vertex], 1.5 * style.dot, FAINT, stroke=style.hairline)
        else:
            colour = COSTS if vertex in outliers else POINT_COLOUR
            disc(canvas, points[vertex], style.dot, colour)


def _draw_caption(canvas: Image, frame: FrameScore, style: Style) -> None:
    boxes = "none" if frame.boxes is None else f"{frame.boxes.score:.3f}"
    fit = None if frame.keypoints is None else frame.keypoints.fit
    points = "none" if fit is None else f"{fit.keypoint_score:.0f}, on lines {fit.on_line:.2f}"
    text = f"frame {frame.frame}   boxes {boxes}   points {points}"
    corner = (style.margin, canvas.shape[0] - style.margin - 2 * style.caption)
    _write_on(canvas, text, corner, INK, style)


def _write_on(
    canvas: Image, text: str, corner: tuple[int, int], ground: Colour, style: Style
) -> None:
    """Write on a pill of its own, moved into the picture where it would stick out."""
    capital = style.label
    width, height = text_width(text, capital) + capital, 2 * capital
    x = max(0, min(corner[0], canvas.shape[1] - width))
    y = max(0, min(corner[1], canvas.shape[0] - height))
    stain(canvas, pill(width, height, capital // 2), (x, y), ground, opacity=0.85)
    ink = PAPER if ground == INK else INK
    write_text(canvas, text, (x + capital // 2, y + capital // 2), ink, capital=capital)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot write {folder}: {error.strerror}; a folder that can be made is needed"
        ) from error
    return folder
