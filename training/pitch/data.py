"""Labelled frames of the pitch sets: reading, splitting by match, sampling.

A label row is `0 cx cy w h` followed by 32 times `x y visibility`, all normalised. Points are kept
normalised here, so the frames of the World Cup sets, squashed to 640 x 640, need no special case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.images import read_image
from training.pitch.geometry import far_points

FloatArray = npt.NDArray[np.float32]
ImageArray = npt.NDArray[np.uint8]

POINTS = 32


class Visibility(IntEnum):
    """What the loss should believe about a point."""

    IGNORED = -1
    ABSENT = 0
    VISIBLE = 1


@dataclass(frozen=True)
class Sample:
    """One frame: image (H, W, 3) uint8 BGR, points (32, 2) in 0..1, visibility (32,) int8."""

    image: ImageArray
    points: FloatArray
    visibility: npt.NDArray[np.int8]
    match: str
    name: str


def match_of(name: str) -> str:
    """Return the match that a file name belongs to: `08fd33_0_6.jpg` -> `08fd33`."""
    found = re.match(r"(video_\d+|[0-9a-f]{6})_", name)
    if found is None:
        raise ValueError(f"no match prefix in the file name {name!r}")
    return found.group(1)


def read_label(path: Path) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Read one label file: points (32, 2) float32 normalised, visibility (32,) int8.

    A visibility above 0 is visible, one below 0 ignored; a visible point outside is absent. Raises
    ValueError when the file does not hold exactly one row of 101 numbers.
    """
    values = np.array(path.read_text().split(), np.float64)
    if values.size != 5 + 3 * POINTS:
        raise ValueError(f"{path.name}: {values.size} numbers where {5 + 3 * POINTS} belong")
    table = values[5:].reshape(POINTS, 3)
    points = table[:, :2].astype(np.float32)
    inside = ((points >= 0) & (points <= 1)).all(axis=1)
    visibility = np.sign(table[:, 2]).astype(np.int8)
    visibility[(visibility > 0) & ~inside] = Visibility.ABSENT
    return points, visibility


def read_sample(image_path: Path, *, clean: bool) -> Sample:
    """Read a frame and its label; `clean` ignores labels that contradict all the others."""
    label = image_path.parent.parent / "labels" / f"{image_path.stem}.txt"
    points, visibility = read_label(label)
    if clean:
        visibility[far_points(points, visibility > 0)] = Visibility.IGNORED
    match = match_of(image_path.name)
    return Sample(read_image(image_path), points, visibility, match, image_path.stem)


def load_samples(
    folder: Path, *, only: Collection[str] = (), without: Collection[str] = (), clean: bool = False
) -> list[Sample]:
    """Read the frames of `folder`/images whose match is in `only` (all if empty), not `without`."""
    paths = sorted((folder / "images").glob("*.jpg"))
    kept = [
        path
        for path in paths
        if (not only or match_of(path.name) in only) and match_of(path.name) not in without
    ]
    return [read_sample(path, clean=clean) for path in kept]


def sampling_weights(samples: Sequence[Sample]) -> npt.NDArray[np.float64]:
    """Return the chance of each frame: 1 / sqrt(frames of its match), so that small ones count."""
    sizes = Counter(sample.match for sample in samples)
    weights = np.array([sizes[sample.match] ** -0.5 for sample in samples])
    return np.asarray(weights / weights.sum())


def load_people(
    folder: Path, *, without: Collection[str], limit: int = 120
) -> list[tuple[ImageArray, npt.NDArray[np.float64]]]:
    """Read frames of the players set with their person boxes, for close-ups without a pitch.

    Returns pairs of an image (H, W, 3) uint8 BGR and boxes (n, 4) `cx cy w h` in pixels.
    """
    files = sorted((folder / "images").glob("*.jpg"))
    paths = [path for path in files if match_of(path.name) not in without]
    pairs = []
    for path in paths[:: max(1, -(-len(paths) // limit))]:
        image = read_image(path)
        rows = np.loadtxt(folder / "labels" / f"{path.stem}.txt", ndmin=2)
        height, width = image.shape[:2]
        boxes = rows[rows[:, 0] > 0, 1:5] * [width, height, width, height]
        pairs.append((image, boxes))
    return pairs
