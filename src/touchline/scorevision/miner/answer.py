"""The answer to a challenge, frame by frame, and the check that each passes before it is sent."""

import json
import math
from collections import Counter
from typing import Any

from pydantic import ValidationError

from touchline.frame import N_KEYPOINTS, ClassId, FrameState
from touchline.outputs.predictions import frame_to_wire
from touchline.scorevision.miner.schema import FrameAnswer

FAULTS = (
    "box_not_finite",
    "box_outside",
    "class_unknown",
    "second_ball",
    "id_twice",
    "point_outside",
    "points_missing",
    "frame_doubled",
    "frame_missing",
    "frame_unsendable",
)
"""What is looked for; each is mended or dropped, and counted."""

Frame = dict[str, Any]


class AnswerBuilder:
    """Collects the frames of one clip as they are written on the wire.

    Args:
        size: (width, height) of the video in pixels.

    Attributes:
        faults: How often each of ``FAULTS`` was met.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.faults: Counter[str] = Counter()
        self._size = size
        self._frames: list[bytes] = []

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, state: FrameState) -> None:
        """Take the next frame."""
        self.add_frame(frame_to_wire(state, size=self._size))

    def add_frame(self, frame: Frame) -> None:
        """Take the next frame as it would be written: check it, mend it, number it."""
        number = frame["frame_number"]
        if number < len(self._frames):
            self.faults["frame_doubled"] += 1
            return
        while number > len(self._frames):
            self.faults["frame_missing"] += 1
            self._append(_empty(len(self._frames)))
        self._append(self._checked(frame))

    def frames(self) -> bytes:
        """The list of frames as JSON."""
        return b"[" + b",\n".join(self._frames) + b"]"

    def _append(self, frame: Frame) -> None:
        self._frames.append(json.dumps(frame, separators=(",", ":"), allow_nan=False).encode())

    def _checked(self, frame: Frame) -> Frame:
        mended = mend(frame, size=self._size, faults=self.faults)
        try:
            FrameAnswer.model_validate(mended)
        except ValidationError:
            self.faults["frame_unsendable"] += 1
            return _empty(frame["frame_number"])
        return mended


def mend(frame: Frame, *, size: tuple[int, int], faults: Counter[str]) -> Frame:
    """Drop or correct what no honest answer holds, and count it.

    Args:
        frame: As ``frame_to_wire`` gives it.
        size: (width, height) of the picture in pixels.
        faults: Where each of ``FAULTS`` that is met is counted.
    """
    kept = [each for each in frame["objects"] if (not _count(_fault(each, size), faults))]
    return frame | {
        "objects": _with_own_ids(_with_one_ball(kept, faults), faults),
        "keypoints": _points(frame["keypoints"], size, faults),
    }


def _count(fault: str | None, faults: Counter[str]) -> bool:
    if fault is not None:
        faults[fault] += 1
    return fault is not None


def _fault(each: Frame, size: tuple[int, int]) -> str | None:
    """Why an object must not be sent, or None."""
    x1, y1, x2, y2 = each["bbox"]
    if not all(map(math.isfinite, each["bbox"])):
        return "box_not_finite"
    if not (0 <= x1 < x2 <= size[0] and 0 <= y1 < y2 <= size[1]):
        return "box_outside"
    return None if each["class_id"] in set(ClassId) else "class_unknown"


def _with_one_ball(objects: list[Frame], faults: Counter[str]) -> list[Frame]:
    balls = [each for each in objects if each["class_id"] == ClassId.BALL]
    faults["second_ball"] += max(0, len(balls) - 1)
    return [each for each in objects if each["class_id"] != ClassId.BALL or each is balls[0]]


def _with_own_ids(objects: list[Frame], faults: Counter[str]) -> list[Frame]:
    """The first to claim an id keeps it; who has none, or a taken one, gets a free one below -1."""
    taken: set[int] = set()
    named = []
    for each in objects:
        own = each["id"]
        if own in taken:
            faults["id_twice"] += 1
            own = min(*taken, -1) - 1
        taken.add(own)
        named.append(each | {"id": own})
    return named


def _points(points: list[list[float]], size: tuple[int, int], faults: Counter[str]) -> list[Any]:
    if len(points) != N_KEYPOINTS:
        faults["points_missing"] += 1
        return _empty(0)["keypoints"]  # type: ignore[no-any-return]
    kept = []
    for x, y in points:
        inside = 0 <= x <= size[0] and 0 <= y <= size[1]
        faults["point_outside"] += not inside
        kept.append([x, y] if inside else [0.0, 0.0])
    return kept


def _empty(number: int) -> Frame:
    """A frame of which nothing is said."""
    return {"frame_number": number, "objects": [], "keypoints": [[0.0, 0.0]] * N_KEYPOINTS}
