"""The objects of one frame as a miner sent them, read into arrays or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.errors import UsageError
from touchline.frame import ClassId
from touchline.scorevision import wire

FAR = 1e9
"""Pixels beyond which a coordinate is none."""


@dataclass(frozen=True, slots=True, eq=False)
class ClaimedBoxes:
    """n boxes of one frame, in list order.

    Attributes:
        xyxy: float64 (n, 4) pixels, rounded to 2 decimals; no size is negative.
        class_id: int64 (n,), as in ``ClassId``.
    """

    xyxy: Float64
    class_id: Int64

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: Bools | Int64) -> "ClaimedBoxes":
        return ClaimedBoxes(self.xyxy[rows], self.class_id[rows])

    @property
    def is_ball(self) -> Bools:
        """(n,) whether a football is claimed."""
        ball: Bools = self.class_id == ClassId.BALL
        return ball

    @property
    def width(self) -> Float64:
        """(n,) pixels."""
        width: Float64 = self.xyxy[:, 2] - self.xyxy[:, 0]
        return width

    @property
    def height(self) -> Float64:
        """(n,) pixels."""
        height: Float64 = self.xyxy[:, 3] - self.xyxy[:, 1]
        return height


def read_boxes(
    objects: Sequence[Mapping[str, Any]], *, frame: int | str | None = None
) -> ClaimedBoxes:
    """Read ``bbox`` and ``class_id`` of each object; other keys are ignored.

    The validator rounds every coordinate to 2 decimals when the answer arrives, with Python's
    ``round`` (of the decimal value, half to even), which NumPy's does not equal.

    Args:
        objects: n objects ``{"bbox": [x1, y1, x2, y2], "class_id": 0 to 3}``.
        frame: Named in messages.

    Raises:
        UsageError: Not a list of objects, a key is missing, a coordinate is no finite number, a
            size is negative, or the class is unknown. The validator itself drops such people as too
            small, takes an unknown class for a wrong claim, and breaks over the rest; a miner that
            sends them has a fault to find, so nothing is scored.
    """
    where = "" if frame is None else f"frame {frame}, "
    if isinstance(objects, (Mapping, str)) or not isinstance(objects, Sequence):
        raise UsageError(f"{where}objects is a list of objects; got {type(objects).__name__}.")
    named = [(f"{where}object {i}", given) for i, given in enumerate(objects)]
    xyxy = [_corners(given, name) for name, given in named]
    class_id = [_class_id(given, name) for name, given in named]
    return ClaimedBoxes(np.array(xyxy, np.float64).reshape(-1, 4), np.array(class_id, np.int64))


def _corners(given: Mapping[str, Any], name: str) -> list[float]:
    bbox = _field(given, wire.BBOX, name)
    if not isinstance(bbox, (Sequence, np.ndarray)) or len(bbox) != 4 or isinstance(bbox, str):
        raise UsageError(f"{name}: bbox is a list of four numbers; got {bbox!r}.")
    # NaN fails the comparison too.
    if not all(_is_number(value) and -FAR <= value <= FAR for value in bbox):
        raise UsageError(f"{name}: bbox holds finite numbers of pixels; got {bbox!r}.")
    x1, y1, x2, y2 = (round(float(value), 2) for value in bbox)
    if x2 < x1 or y2 < y1:
        raise UsageError(f"{name}: bbox is [x1, y1, x2, y2], no size negative; got {bbox!r}.")
    return [x1, y1, x2, y2]


def _class_id(given: Mapping[str, Any], name: str) -> int:
    class_id = _field(given, wire.CLASS_ID, name)
    if not _is_number(class_id) or class_id not in tuple(ClassId):
        raise UsageError(f"{name}: class_id is one of 0, 1, 2, 3; got {class_id!r}.")
    return int(class_id)


def _field(given: Mapping[str, Any], key: str, name: str) -> Any:
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} is a mapping with bbox and class_id; got {type(given).__name__}.")
    if key not in given:
        raise UsageError(f"{name}: {key} is missing.")
    return given[key]


def _is_number(value: object) -> bool:
    # A bool is an int to Python.
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
