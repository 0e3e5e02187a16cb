"""People painted on grass: shirts, shorts and a place, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Image
from touchline.frame import ClassId, Objects, PitchState, TrackedFrame, no_pitch

GRASS = (60, 130, 70)
WHITE, BLACK, RED, BLUE = (235, 235, 235), (25, 25, 25), (40, 40, 200), (200, 80, 40)
YELLOW, ORANGE = (60, 220, 235), (40, 130, 240)
SIZE = (1280, 720)
HEIGHT, WIDTH = 90, 36


@dataclass(frozen=True)
class Figure:
    """Somebody: what he wears (BGR), his foot in pixels, and his place in metres."""

    shirt: tuple[int, int, int]
    shorts: tuple[int, int, int]
    foot: tuple[float, float]
    position: tuple[float, float] = (np.nan, np.nan)
    class_id: int = ClassId.PLAYER


def crop(shirt: tuple[int, int, int], shorts: tuple[int, int, int], *, seed: int = 0) -> Image:
    """One person along the box, with some grass beside him."""
    image = lawn((WIDTH, HEIGHT), seed=seed)
    dress(image, (0, 0), shirt, shorts, seed=seed)
    return image


def lawn(size: tuple[int, int], *, seed: int = 0) -> Image:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 5, (size[1], size[0], 1))
    return np.clip(np.array(GRASS) + noise, 0, 255).astype(np.uint8)


def dress(
    image: Image,
    corner: tuple[int, int],
    shirt: tuple[int, int, int],
    shorts: tuple[int, int, int],
    *,
    seed: int = 0,
) -> None:
    """Paint head, shirt, shorts and legs into the box at a corner."""
    rng = np.random.default_rng(seed)
    x, y = corner
    parts = ((0.0, 0.14, (90, 120, 170)), (0.14, 0.5, shirt), (0.5, 0.68, shorts))
    for top, bottom, colour in (*parts, (0.68, 1.0, (90, 120, 170))):
        rows = slice(y + round(top * HEIGHT), y + round(bottom * HEIGHT))
        columns = slice(x + round(0.2 * WIDTH), x + round(0.8 * WIDTH))
        area = image[rows, columns]
        area[:] = np.clip(np.array(colour) + rng.normal(0, 8, area.shape), 0, 255)


def painted(
    figures: Sequence[Figure],
    *,
    ids: Sequence[int] | None = None,
    index: int = 0,
    shot: int = 0,
    pitch: PitchState | None = None,
    fps: float = 25.0,
) -> TrackedFrame:
    """A frame with everybody in it, each detected and tracked."""
    image = lawn(SIZE, seed=index)
    boxes = []
    for number, each in enumerate(figures):
        left, top = round(each.foot[0] - WIDTH / 2), round(each.foot[1] - HEIGHT)
        dress(image, (left, top), each.shirt, each.shorts, seed=97 * index + number)
        boxes.append((left, top, left + WIDTH, top + HEIGHT))
    n = len(figures)
    class_id = np.array([each.class_id for each in figures], np.int64)
    objects = Objects(
        xyxy=np.array(boxes, np.float64).reshape(n, 4),
        confidence=np.full(n, 0.85),
        class_id=class_id,
        tracker_id=np.arange(1, n + 1) if ids is None else np.array(ids),
        source=np.full(n, "detected", "U12"),
        detected_class_id=class_id.copy(),
    ).with_columns(position=np.array([each.position for each in figures], np.float32).reshape(n, 2))
    return TrackedFrame(index, index / fps, shot, objects, pitch or no_pitch(), image)


def two_teams(*, located: bool = False, called: int = ClassId.PLAYER) -> list[Figure]:
    """Six in red, six in blue, a referee in black and a keeper in yellow, all called the same."""
    rng = np.random.default_rng(5)
    kits = [(RED, WHITE)] * 6 + [(BLUE, BLUE)] * 6 + [(BLACK, BLACK), (YELLOW, YELLOW)]
    figures = []
    for number, (shirt, shorts) in enumerate(kits):
        foot = 60.0 + 85 * number, float(rng.uniform(200, 650))
        x, y = -30.0 + 3.5 * number, float(rng.uniform(-25, 25))
        if number == len(kits) - 1:
            x, y = 50.5, 0.5
        place = (x, y) if located else (np.nan, np.nan)
        figures.append(Figure(shirt, shorts, foot, place, called))
    return figures
