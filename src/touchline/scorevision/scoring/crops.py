"""What the validator looks at: crops of one frame, cut in list order from an image it paints."""

from collections.abc import Iterator

import numpy as np

from touchline.arrays import Image
from touchline.errors import UsageError
from touchline.scorevision.scoring.objects import ClaimedBoxes
from touchline.verification import (
    NOT_A_FOOTBALL,
    Scorer,
    classify_balls,
    classify_people,
)

BALL_SCALE = 4
"""The crop around a football is so many times its box."""
CROPS_AT_ONCE = 128 * 2**20
"""Bytes of crops that are held together; any sane frame fits at once."""


def see(rgb: Image, kept: ClaimedBoxes, scorer: Scorer, names: list[str]) -> list[str]:
    """The validator's label of each box that counts; paints them all."""
    labels = [NOT_A_FOOTBALL] * len(kept)
    for places, crops in _batches(_cut(rgb, kept, names)):
        for place, label in zip(places, classify_people(crops, scorer).labels, strict=True):
            labels[place] = label
    balls = np.flatnonzero(kept.is_ball)
    if balls.size:
        first = int(balls[0])
        crop = _around(rgb, kept.xyxy[first].tolist(), names[first])
        labels[first] = classify_balls([crop], scorer).labels[0]
    return labels


def _cut(rgb: Image, kept: ClaimedBoxes, names: list[str]) -> Iterator[tuple[int, Image]]:
    """Cut and paint each box in turn; the crops of people come out with their place."""
    for place, (corners, is_ball) in enumerate(zip(kept.xyxy.tolist(), kept.is_ball, strict=True)):
        x1, y1, x2, y2 = (int(corner) for corner in corners)
        part = rgb[y1:y2, x1:x2]
        if not part.size:
            raise UsageError(_nothing_there(names[place], corners, rgb))
        if not is_ball:
            yield place, part.copy()
        part[:] = 0


def _batches(cuts: Iterator[tuple[int, Image]]) -> Iterator[tuple[list[int], list[Image]]]:
    """Gather crops into as few lists as memory allows: 10^5 large boxes would not fit at once."""
    places: list[int] = []
    crops: list[Image] = []
    held = 0
    for place, crop in cuts:
        places.append(place)
        crops.append(crop)
        held += crop.nbytes
        if held >= CROPS_AT_ONCE:
            yield places, crops
            places, crops, held = [], [], 0
    yield places, crops


def _around(rgb: Image, corners: list[float], name: str) -> Image:
    """The crop about a football, rounded half to even; the last row and column are never in it."""
    height, width = rgb.shape[:2]
    low_x, high_x = _scaled(corners[0], corners[2], width - 1)
    low_y, high_y = _scaled(corners[1], corners[3], height - 1)
    if high_x <= low_x or high_y <= low_y:
        raise UsageError(_nothing_there(name, corners, rgb))
    return rgb[low_y:high_y, low_x:high_x].copy()


def _scaled(low: float, high: float, end: int) -> tuple[int, int]:
    """An interval made longer about its centre, within 0 and ``end``."""
    centre, half = low + (high - low) / 2, (high - low) * BALL_SCALE / 2
    return max(0, round(centre - half)), min(end, round(centre + half))


def _nothing_there(name: str, corners: list[float], rgb: Image) -> str:
    height, width = rgb.shape[:2]
    return (
        f"{name}: bbox {corners} shows no pixel of the image of {width} x {height}, "
        "and the validator fails on such a frame."
    )
