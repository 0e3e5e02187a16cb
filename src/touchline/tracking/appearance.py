"""What a person looks like: the colours of shirt and shorts, in six numbers.

They tell one side from the other and the referee from both, hardly one player from his neighbour in
the same shirt. Points are picked on a grid in each box, which costs far less than cutting crops.
"""

from dataclasses import replace

import numpy as np
import supervision as sv

from touchline.arrays import Float32, Float64, Image, Int64
from touchline.frame import Objects
from touchline.geometry import covered_shares

APPEARANCE = "_appearance"
"""Column of ``Objects.extra`` with what ``appearances`` gives; it ends with the tracks."""
LENGTH = 6
"""Numbers that stand for a box."""
SPREAD = 0.05
"""Standard deviation of each number from look to look of one person, about."""
HALF = 2.0
"""Distance in standard deviations at which two looks are half as unlike as can be."""
UNKNOWN = 0.25
"""How unlike people are of whom one is not known: about as two looks of one person."""
HIDDEN = 0.15
"""Share of a box that lies behind nearer people from which it shows their shirts too."""
RATE = 0.1
"""Weight of a new look at a track that was seen often."""
_ACROSS = np.linspace(0.35, 0.65, 5)
_SHIRT, _SHORTS = np.linspace(0.2, 0.48, 7), np.linspace(0.53, 0.73, 5)
"""Where in a box points are picked, as shares of its width and its height."""
_GREEN = 8.0
"""By how much green exceeds red and blue in grass, of 255."""
_GRASS = 0.05
"""What a point on grass weighs."""


def appearances(image: Image, xyxy: Float64) -> Float32:
    """Describe what is in boxes (n, 4) of an image: uint8 (H, W, 3), BGR.

    Returns:
        (n, 6): brightness, red against green, and blue against both, of shirt and of shorts, as
        shares of full light; the grass that shows beside them hardly counts.
    """
    height, width = image.shape[:2]
    size = xyxy[:, 2:] - xyxy[:, :2]
    x = xyxy[:, :1] + size[:, :1] * _ACROSS
    y = xyxy[:, 1:2] + size[:, 1:] * np.concatenate([_SHIRT, _SHORTS])
    columns = x.clip(0, width - 1).astype(np.intp)[:, None, :]
    rows = y.clip(0, height - 1).astype(np.intp)[:, :, None]
    points = image[rows, columns].astype(np.float32)
    parts = points[:, : len(_SHIRT)], points[:, len(_SHIRT) :]
    return np.concatenate([_colours(part) for part in parts], axis=1)


def with_appearances(detections: sv.Detections, image: Image) -> Objects:
    """What was detected in a picture, with what it looks like."""
    objects = Objects.from_supervision(detections)
    return objects.with_columns(**{APPEARANCE: appearances(image, objects.xyxy)})


def without_appearances(objects: Objects) -> Objects:
    """The objects without what is of no use once the tracks are known."""
    extra = {name: column for name, column in objects.extra.items() if name != APPEARANCE}
    return replace(objects, extra=extra)


def clear_appearances(objects: Objects) -> Float64:
    """What objects look like (n, 6); NaN where nobody said, or nearer people stand before them."""
    known = objects.extra.get(APPEARANCE)
    if known is None:
        return np.full((len(objects), LENGTH), np.nan)
    hidden = covered_shares(objects.xyxy, nearer_only=True) > HIDDEN
    return np.where(hidden[:, None], np.nan, np.asarray(known, np.float64))


def unlikeness(first: Float64, second: Float64) -> Float64:
    """How unlike appearances (n, 6) and (m, 6) are: (n, m), 0 to 1."""
    apart = (((first[:, None] - second[None]) / SPREAD) ** 2).mean(axis=2)
    return np.where(np.isnan(apart), UNKNOWN, apart / (apart + HALF**2))


def mixed(known: Float64, new: Float64, looks: Int64) -> Float64:
    """What tracks look like (n, 6) after so many looks (n,), the new one among them."""
    rate = np.maximum(RATE, 1 / looks[:, None])
    both = np.where(np.isnan(known), new, known + rate * (new - known))
    return np.where(np.isnan(new), known, both)


def _colours(points: Float32) -> Float32:
    """Mean colours (n, 3) of points (n, rows, columns, 3), but for grass."""
    blue, green, red = np.moveaxis(points, -1, 0)
    grass = (green > red + _GREEN) & (green > blue + _GREEN)
    weights = np.where(grass, np.float32(_GRASS), np.float32(1))
    total = weights.sum(axis=(1, 2))
    b, g, r = ((each * weights).sum(axis=(1, 2)) / (255 * total) for each in (blue, green, red))
    return np.stack([(r + g + b) / 6, r - g, b - (r + g) / 2], axis=1)
