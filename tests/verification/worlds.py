"""Small painted worlds: a lawn with coloured men on it, and a verifier that knows the colours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from touchline.frame import ClassId, Objects, Source, TrackedFrame, no_pitch
from touchline.verification import Label, View

SIZE = (640, 360)
GRASS = (30, 140, 40)
COLOURS: dict[Label, tuple[int, int, int]] = {
    Label.FOOTBALL: (250, 250, 250),
    Label.GOALKEEPER: (200, 30, 200),
    Label.PLAYER: (30, 30, 220),
    Label.REFEREE: (20, 230, 230),
    Label.GRASS: GRASS,
    Label.BACKGROUND: (120, 120, 120),
}
HOMOGRAPHY = np.array([[0.1, 0, -32.0], [0, 0.1, -18.0], [0, 0, 1]])
"""Ten pixels are a metre; the picture's middle is the centre spot."""


@dataclass(frozen=True)
class Thing:
    """Something that tracking speaks of, and what is painted there."""

    tracker_id: int
    xyxy: tuple[float, float, float, float]
    shows: Label = Label.PLAYER
    class_id: ClassId = ClassId.PLAYER
    confidence: float = 0.9
    source: Source = Source.TRACKED


def man(tracker_id: int, x: float, **given: object) -> Thing:
    """A man 20 pixels wide and 50 high who stands at x."""
    return replace(Thing(tracker_id, (x, 150, x + 20, 200)), **given)  # type: ignore[arg-type]


def ball(x: float, **given: object) -> Thing:
    """Eight pixels of ball."""
    thing = Thing(1, (x, 300, x + 8, 308), Label.FOOTBALL, ClassId.BALL)
    return replace(thing, **given)  # type: ignore[arg-type]


def shown(
    index: int,
    things: Sequence[Thing],
    *,
    looked: bool = True,
    shot: int = 0,
    homography: npt.NDArray[np.float64] | None = HOMOGRAPHY,
    painted: Sequence[Thing] | None = None,
) -> TrackedFrame:
    """A frame at 25 a second; ``painted`` where the picture holds other things than tracking."""
    image = np.full((SIZE[1], SIZE[0], 3), GRASS, np.uint8)
    for thing in things if painted is None else painted:
        left, top, right, bottom = map(int, thing.xyxy)
        image[top:bottom, left:right] = COLOURS[thing.shows]
    pitch = replace(no_pitch(), homography=homography)
    seen = image if looked else None
    return TrackedFrame(index, index / 25, shot, _objects(things), pitch, seen)


def _objects(things: Sequence[Thing]) -> Objects:
    seen = [t.source in (Source.DETECTED, Source.TRACKED) for t in things]
    return Objects(
        xyxy=np.array([t.xyxy for t in things], np.float64).reshape(-1, 4),
        confidence=np.array([t.confidence for t in things], np.float64),
        class_id=np.array([t.class_id for t in things], np.int64),
        tracker_id=np.array([t.tracker_id for t in things], np.int64),
        source=np.array([t.source.value for t in things], "U12"),
        detected_class_id=np.array(
            [t.class_id if here else -1 for t, here in zip(things, seen, strict=True)], np.int64
        ),
    )


class Painter:
    """Knows the colours: says what is painted in the middle of a box, with ``sure``."""

    def __init__(self, sure: float = 0.99) -> None:
        self.looks: list[View] = []
        self._sure = sure

    def judge(self, views: Sequence[View]) -> npt.NDArray[np.float32]:
        self.looks += views
        rows = np.full((len(views), len(Label)), (1 - self._sure) / 5, np.float32)
        for row, view in enumerate(views):
            rows[row, self._seen(view)] = self._sure
        return rows

    def _seen(self, view: View) -> Label:
        if not view.visible:
            return Label.BACKGROUND
        x, y = (view.xyxy[:2] + view.xyxy[2:]) / 2
        height, width = view.image.shape[:2]
        colour = view.image[int(min(max(y, 0), height - 1)), int(min(max(x, 0), width - 1))]
        return min(
            COLOURS, key=lambda label: float(np.abs(np.subtract(COLOURS[label], colour)).sum())
        )


class Oracle:
    """Gives one answer to everything, and counts."""

    def __init__(self, label: Label, sure: float = 0.99) -> None:
        self.looks: list[View] = []
        self._row = np.full(len(Label), (1 - sure) / 5, np.float32)
        self._row[label] = sure

    def judge(self, views: Sequence[View]) -> npt.NDArray[np.float32]:
        self.looks += views
        return np.tile(self._row, (len(views), 1)).reshape(-1, len(Label))
