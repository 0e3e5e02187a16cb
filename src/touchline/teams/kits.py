"""What somebody wears, as numbers: the colours of torso and shorts with the grass taken out.

A kit is described by how its pixels spread over Lab. Light and shade change lightness more than
colour, so lightness counts as a ratio to the grass around; grass is left out, for a box holds much
of it. A linear map, learnt from labelled kits, turns the histogram into a few numbers in which the
shirts of one kit lie about one unit apart, whatever the kit.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import AnyFloat, Bools, Float32, Float64, Image

CROP = (24, 48)
"""Width and height to which a box is reduced."""
_COLUMNS = slice(5, 19)
_PARTS = ((slice(7, 24), 1.0), (slice(24, 32), 0.7))
"""Rows of torso and shorts, and what each counts."""
_BINS = (5, 7, 7)
"""Of lightness, green to red, blue to yellow."""
_SIZE = int(np.prod(_BINS))
_STEPS = np.array([_BINS[1] * _BINS[2], _BINS[2], 1])
_LOW = np.array([10.0, -7.0, -7.0], np.float32)
_HIGH = np.array([190.0, 7.0, 7.0], np.float32)
"""The outermost bins: lightness in per cent of the grass's, square roots of the distance from
grey."""
HISTOGRAM = len(_PARTS) * _SIZE
_GRASS_SIZE = (128, 72)
_GRASS_CHROMA = 9.0
_GRASS_LIGHTNESS = 55.0
_EDGE_CHROMA = 7.0
_EDGE_LIGHTNESS = 30.0
_EDGE = np.r_[0:3, 21:24]
"""Columns at the sides of a crop, where there is mostly ground."""
_MIXED = 0.6
"""Share of a shirt's pixels that are left out when its colour is named."""
_LEAST_GROUND = 0.05
"""Share of a crop that must be ground for its lightness to count."""
_LEAST_SHARE = 0.12
"""Share of a part that must be left without the grass; else all of it counts."""


@dataclass(frozen=True, slots=True, eq=False)
class KitSpace:
    """The map from a histogram to kit space.

    Attributes:
        mean: float64 (490,), of the histograms.
        matrix: float64 (490, d).
        spread: float64 (d,), variance of the kits themselves in each direction; the shirts of one
            kit have 1.
    """

    mean: Float64
    matrix: Float64
    spread: Float64

    def place(self, histograms: Float64) -> Float64:
        """Where histograms (n, 490) lie: (n, d)."""
        return np.asarray((histograms - self.mean) @ self.matrix)


def grass_colour(image: Image) -> Float64:
    """The most frequent green of a picture.

    Args:
        image: uint8 (H, W, 3) BGR.

    Returns:
        (3,) Lab as OpenCV has it in 8 bits; of a picture without green, its most frequent colour.
    """
    small = cv2.resize(image, _GRASS_SIZE, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).reshape(-1, 3).astype(np.int64)
    green = (lab[:, 1] < 124) & (lab[:, 2] > 130)
    if green.mean() >= 0.1:
        lab = lab[green]
    cell = (lab[:, 1] // 4) * 64 + lab[:, 2] // 4
    most = int(np.bincount(cell).argmax())
    centre = np.array([most // 64, most % 64]) * 4 + 2
    near = (np.abs(lab[:, 1:] - centre) < 6).all(axis=1)
    return np.asarray(np.median(lab[near], axis=0), np.float64)


def cut(image: Image, xyxy: AnyFloat) -> Image:
    """The boxes of a picture, each reduced to ``CROP``.

    Args:
        image: uint8 (H, W, 3) BGR.
        xyxy: (n, 4) in its pixels; each at least a pixel of it.

    Returns:
        uint8 (n, 48, 24, 3).
    """
    height, width = image.shape[:2]
    low = np.clip(np.floor(xyxy[:, :2]), 0, (width - 1, height - 1)).astype(int)
    high = np.maximum(np.clip(np.ceil(xyxy[:, 2:]), 0, (width, height)).astype(int), low + 1)
    crops = np.empty((len(xyxy), CROP[1], CROP[0], 3), np.uint8)
    for crop, (left, top), (right, bottom) in zip(crops, low.tolist(), high.tolist(), strict=True):
        cv2.resize(image[top:bottom, left:right], CROP, crop, interpolation=cv2.INTER_AREA)
    return crops


def describe(crops: Image, grass: Float64) -> tuple[Float64, Float64]:
    """What each person wears.

    Args:
        crops: uint8 (n, 48, 24, 3) BGR.
        grass: (n, 3) or (3,), Lab of the grass in the picture of each.

    Returns:
        (n, 490), see ``histograms``; and (n, 3), the shirt's BGR: the median of what is least like
        the grass, for at the edge of a body both are mixed.
    """
    if not len(crops):
        return np.zeros((0, HISTOGRAM)), np.zeros((0, 3))
    colours, ground = seen_colours(crops, grass)
    rows = _PARTS[0][0]
    shirt = crops[:, rows, _COLUMNS].reshape(len(crops), -1, 3).astype(np.float64)
    lab = np.broadcast_to(np.asarray(grass).round(), (len(crops), 3)).astype(np.uint8)
    green = cv2.cvtColor(lab[:, None], cv2.COLOR_LAB2BGR).astype(np.float64)
    apart = np.linalg.norm(shirt - green, axis=2)
    clear = apart >= np.quantile(apart, _MIXED, axis=1, keepdims=True)
    worn = np.where(clear[..., None], shirt, np.nan)
    return histograms(colours, ground), np.nanmedian(worn, axis=1)


def seen_colours(crops: Image, grass: Float64) -> tuple[Float32, Bools]:
    """The colours of crops under the light that lies on the grass, and where there is ground.

    Args:
        crops: uint8 (n, 48, 24, 3) BGR, at least one.
        grass: (n, 3) or (3,), Lab of the grass in the picture of each.

    Returns:
        float32 (n, 48, 24, 3): lightness in per cent of the grass's, green to red, blue to yellow;
        and bool (n, 48, 24).
    """
    n = len(crops)
    lab = cv2.cvtColor(crops.reshape(-1, CROP[0], 3), cv2.COLOR_BGR2LAB)
    colours: Float32 = lab.reshape(n, *crops.shape[1:]).astype(np.float32)
    green: Float32 = np.broadcast_to(grass, (n, 3)).astype(np.float32)
    ground = _ground(colours, green)
    count = ground.sum(axis=(1, 2))
    around = (colours[..., 0] * ground).sum(axis=(1, 2)) / np.maximum(count, 1)
    enough = count > _LEAST_GROUND * ground[0].size
    reference = (green[:, 0] + np.where(enough, around, green[:, 0])) / 2
    colours[..., 0] *= 100 / np.maximum(reference, np.float32(30))[:, None, None]
    colours[..., 1:] -= 128
    return colours, ground


def histograms(colours: Float32, ground: Bools) -> Float64:
    """How the colours of torso and shorts spread, see ``seen_colours``.

    Returns:
        (n, 490): square roots of the shares of each colour (Hellinger), of torso and shorts.
    """
    parts = [
        weight * _spread(colours[:, rows, _COLUMNS], _wanted(ground[:, rows, _COLUMNS]))
        for rows, weight in _PARTS
    ]
    return np.concatenate(parts, axis=1)


def _wanted(ground: Bools) -> Bools:
    """Which pixels (n, h, w) of a part show the kit: not the ground, if there is anything else."""
    little = (~ground).mean(axis=(1, 2)) < _LEAST_SHARE
    return np.asarray(~ground | little[:, None, None])


def _ground(lab: Float32, grass: Float32) -> Bools:
    """Which pixels (n, 48, 24) are like the grass, or like what the crop's sides show."""
    ground = _alike(lab, grass, _GRASS_CHROMA, _GRASS_LIGHTNESS)
    edge = np.where(ground[:, :, _EDGE, None], lab[:, :, _EDGE], np.nan).reshape(len(lab), -1, 3)
    enough = np.isfinite(edge[..., 0]).sum(axis=1) > 20
    if enough.any():
        local = np.nanmedian(edge[enough], axis=1)
        ground[enough] |= _alike(lab[enough], local, _EDGE_CHROMA, _EDGE_LIGHTNESS)
    return ground


def _alike(lab: Float32, colour: Float32, chroma: float, lightness: float) -> Bools:
    apart = np.abs(lab - colour[:, None, None])
    near = apart[..., 1] ** 2 + apart[..., 2] ** 2 < chroma**2
    return np.asarray(near & (apart[..., 0] < lightness))


def _spread(part: Float32, wanted: Bools) -> Float64:
    """Square roots (n, 245) of the shares of each colour among the wanted pixels (n, h, w)."""
    n = len(part)
    pixels, weight = part.reshape(n, -1, 3), wanted.reshape(n, -1).astype(np.float32)
    chroma = np.sign(pixels[..., 1:]) * np.sqrt(np.abs(pixels[..., 1:]))
    scaled = np.concatenate([pixels[..., :1], chroma], axis=2)
    last = np.array(_BINS, np.float32) - 1
    place = np.clip((scaled - _LOW) / (_HIGH - _LOW), 0, 1) * last
    lower = np.minimum(place, last - 1).astype(np.int64)
    above = place - lower
    sides = np.stack([1 - above, above])  # each pixel counts in the two bins around it
    first = (lower @ _STEPS) + np.arange(n)[:, None] * _SIZE
    total = np.zeros(n * _SIZE)
    for corner in np.ndindex(2, 2, 2):
        share = weight * sides[corner[0], ..., 0] * sides[corner[1], ..., 1]
        share = share * sides[corner[2], ..., 2]
        total += np.bincount((first + corner @ _STEPS).ravel(), share.ravel(), n * _SIZE)
    return np.asarray(np.sqrt(total.reshape(n, _SIZE) / weight.sum(axis=1, keepdims=True)))
