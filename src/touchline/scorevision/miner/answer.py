"""The answer to a challenge, frame by frame, and the check that each passes before it is sent."""

import math
from collections import Counter
from typing import Any

from pydantic import ValidationError

from touchline.frame import N_KEYPOINTS, ClassId, FrameState
from touchline.outputs import frame_to_wire
from touchline.scorevision import wire
from touchline.scorevision.wire import FrameAnswer, WireFrame, WireObject

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


class AnswerBuilder:
    """Writes the frames of one clip in the form of the protocol.

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

    def add_frame(self, frame: WireFrame) -> None:
        """Take the next frame in its wire form: check it, mend it, number it."""
        number = frame[wire.FRAME_NUMBER]
        if number < len(self._frames):
            self.faults["frame_doubled"] += 1
            return
        while number > len(self._frames):
            self.faults["frame_missing"] += 1
            self._frames.append(wire.write_frame(wire.empty_frame(len(self._frames))))
        self._frames.append(wire.write_frame(self._checked(frame)))

    def frames(self) -> bytes:
        """The list of frames as JSON."""
        return wire.write_frames(self._frames)

    def _checked(self, frame: WireFrame) -> WireFrame:
        mended = mend(frame, size=self._size, faults=self.faults)
        try:
            FrameAnswer.model_validate(mended)
        except ValidationError:
            self.faults["frame_unsendable"] += 1
            return wire.empty_frame(frame[wire.FRAME_NUMBER])
        return mended


def mend(frame: WireFrame, *, size: tuple[int, int], faults: Counter[str]) -> WireFrame:
    """Drop or correct what no honest answer holds, and count it.

    Args:
        frame: As ``frame_to_wire`` gives it.
        size: (width, height) of the picture in pixels.
        faults: Where each of ``FAULTS`` that is met is counted.
    """
    given = wire.objects_of(frame)
    found = [_fault(each, size) for each in given]
    faults.update(fault for fault in found if fault is not None)
    kept = [each for each, fault in zip(given, found, strict=True) if fault is None]
    return {
        **frame,
        wire.OBJECTS: _with_own_ids(_with_one_ball(kept, faults), faults),
        wire.KEYPOINTS: _sendable_points(frame[wire.KEYPOINTS], size, faults),
    }


def _fault(each: WireObject, size: tuple[int, int]) -> str | None:
    """Why an object must not be sent, or None."""
    x1, y1, x2, y2 = each[wire.BBOX]
    if not all(map(math.isfinite, each[wire.BBOX])):
        return "box_not_finite"
    if not (0 <= x1 < x2 <= size[0] and 0 <= y1 < y2 <= size[1]):
        return "box_outside"
    return None if each[wire.CLASS_ID] in set(ClassId) else "class_unknown"


def _with_one_ball(objects: list[WireObject], faults: Counter[str]) -> list[WireObject]:
    balls = [each for each in objects if each[wire.CLASS_ID] == ClassId.BALL]
    faults["second_ball"] += max(0, len(balls) - 1)
    return [each for each in objects if each[wire.CLASS_ID] != ClassId.BALL or each is balls[0]]


def _with_own_ids(objects: list[WireObject], faults: Counter[str]) -> list[WireObject]:
    """The first to claim an id keeps it; who has none, or a taken one, gets a free one below -1."""
    taken: set[int] = set()
    named: list[WireObject] = []
    for each in objects:
        own = each[wire.ID]
        if own in taken:
            faults["id_twice"] += 1
            own = min(*taken, -1) - 1
        taken.add(own)
        named.append({**each, wire.ID: own})
    return named


def _sendable_points(
    points: list[list[float]], size: tuple[int, int], faults: Counter[str]
) -> list[Any]:
    if len(points) != N_KEYPOINTS:
        faults["points_missing"] += 1
        return [[0.0, 0.0]] * N_KEYPOINTS
    kept = []
    for x, y in points:
        inside = 0 <= x <= size[0] and 0 <= y <= size[1]
        faults["point_outside"] += not inside
        kept.append([x, y] if inside else [0.0, 0.0])
    return kept
