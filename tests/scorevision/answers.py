"""A painted clip, and answers to it that are right, wrong, or no answers at all."""

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.scorevision.scoring.scorers import COLOURS_RGB, paint
from touchline.scorevision.scoring.template import VERTICES

SIZE = (1280, 720)
PEOPLE = {
    "football player": [(200, 300, 240, 380), (400, 300, 440, 380), (600, 500, 640, 580)],
    "goalkeeper": [(900, 300, 940, 380)],
    "referee": [(760, 560, 800, 640)],
    "crowd": [(1100, 300, 1140, 380)],
}
"""Where somebody is painted, by what they are taken for."""
BALL = (500, 450, 510, 460)
PAINT = (170, 230, 170)
"""Blue, green, red: paint on grass is greenish, and the validator finds lines on green alone."""
CLASS_OF = {"football": 0, "goalkeeper": 1, "football player": 2, "referee": 3}


def picture(*, pitch: bool = True) -> np.ndarray:
    """A stand above, then grass with long lines and people on it; or a stand altogether."""
    width, height = SIZE
    image = np.full((height, width, 3), 90, np.uint8)
    if not pitch:
        return image
    image[100:] = COLOURS_RGB["grass"][::-1]
    for y in (200, 420, 480, 670):
        image[y : y + 4] = PAINT
    image[100:, 320:324] = PAINT
    image[100:, 1000:1004] = PAINT
    for label, boxes in PEOPLE.items():
        for box in boxes:
            paint(image, box, label)
    return image


def write_clip(path: Path, shows_pitch: Sequence[bool], *, every: int = 1) -> Path:
    """A clip of 25 frames a second, each of them the pitch or the stand.

    ``every`` makes a small clip: one pixel of so many, in both directions.
    """
    pictures = {
        pitch: np.ascontiguousarray(picture(pitch=pitch)[::every, ::every])
        for pitch in (True, False)
    }
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        (stream.height, stream.width), stream.pix_fmt = pictures[True].shape[:2], "yuv420p"
        stream.codec_context.time_base = Fraction(1, 25)
        for index, pitch in enumerate(shows_pitch):
            frame = av.VideoFrame.from_ndarray(pictures[pitch], "bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def keypoints() -> list[list[float]]:
    """All 32 points, as a camera straight above would see the template."""
    points: list[list[float]] = np.round(VERTICES * 0.07 + (150, 180), 2).tolist()
    return points


def somebody(label: str, bbox: Sequence[float], number: int) -> dict[str, Any]:
    """An object that claims the label."""
    return {"id": number, "bbox": list(bbox), "class_id": CLASS_OF[label], "confidence": 0.9}


def everybody() -> list[dict[str, Any]]:
    """All who are painted, called what they are taken for, but for the crowd."""
    claims = [(label, box) for label, boxes in PEOPLE.items() for box in boxes if label != "crowd"]
    return [somebody(label, box, number) for number, (label, box) in enumerate(claims)]


def answer(
    count: int, objects: Callable[[int], list[dict[str, Any]]] | None = None
) -> dict[str, Any]:
    """An answer of ``count`` frames, each with ``objects`` of its number, or everybody."""
    frames = [
        {
            "frame_number": number,
            "objects": everybody() if objects is None else objects(number),
            "keypoints": keypoints(),
        }
        for number in range(count)
    ]
    return {"challenge_id": "painted", "frames": frames, "processing_time": 3.0}


def write_answer(path: Path, content: object) -> Path:
    """Write it as JSON; NaN and infinity too."""
    path.write_text(json.dumps(content))
    return path
