"""A miner's answer as the keypoint score reads it: arrays, or a message that says what is wrong."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from touchline.arrays import Float64, Int64
from touchline.errors import UsageError
from touchline.frame import ClassId
from touchline.scorevision import wire
from touchline.scorevision.scoring.objects import ClaimedBoxes, read_boxes
from touchline.scorevision.scoring.template import VERTICES

FAR = 1e9
"""Pixels beyond which a coordinate is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Players:
    """Everybody claimed a player (class 2), in the order of frames and of their lists.

    Attributes:
        rank: int64 (p,) place of the frame among all frames of the answer, by number.
        tracker_id: int64 (p,) the same for the same ``id``.
        centre: float64 (p, 2) of the box, pixels.
    """

    rank: Int64
    tracker_id: Int64
    centre: Float64


@dataclass(frozen=True, slots=True, eq=False)
class AnswerArrays:
    """f frames of an answer, by number.

    Attributes:
        number: int64 (f,) frame numbers, rising, none twice.
        keypoints: float64 (f, 32, 2) pixels rounded to 2 decimals; (0, 0) where a point is absent
            or the list was shorter.
        length: int64 (f,) how many points each list had, at most 32.
        boxes: The objects of each frame.
        players: Those of them that are players.
    """

    number: Int64
    keypoints: Float64
    length: Int64
    boxes: tuple[ClaimedBoxes, ...]
    players: Players


def read_answer(frames: Mapping[str, Mapping[str, Any]]) -> AnswerArrays:
    """Read ``{"0": {"keypoints": [[x, y], ...], "objects": [...]}, ...}``.

    A list of fewer than 32 points is read, as the validator does: its points are the first
    vertices. ``objects`` may be missing.

    Raises:
        UsageError: A name of a frame is no whole number, ``keypoints`` is missing, a point has not
            two finite numbers, there are more than 32, an object is not as ``read_boxes`` wants it,
            or a player has no ``id``. The validator itself breaks over most of these.
    """
    numbers = sorted(_number(name) for name in frames)
    given = [_frame_of(frames, number) for number in numbers]
    points = [_read_points(frame, number) for frame, number in zip(given, numbers, strict=True)]
    padded = np.zeros((len(points), len(VERTICES), 2))
    for row, found in zip(padded, points, strict=True):
        row[: len(found)] = found
    objects = [frame.get(wire.OBJECTS, ()) for frame in given]
    boxes = [read_boxes(listed, frame=n) for listed, n in zip(objects, numbers, strict=True)]
    return AnswerArrays(
        np.array(numbers, np.int64),
        padded,
        np.array([len(found) for found in points], np.int64),
        tuple(boxes),
        _read_players(objects, boxes, numbers),
    )


def _number(name: object) -> int:
    if not isinstance(name, str) or not name.isascii() or not name.isdigit():
        raise UsageError(f"a frame is named by its number, as in '12'; got {name!r}.")
    if name != str(int(name)):
        raise UsageError(f"a frame is named by its number without zeros before it; got {name!r}.")
    return int(name)


def _frame_of(frames: Mapping[str, Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    frame = frames[str(number)]
    if not isinstance(frame, Mapping) or wire.KEYPOINTS not in frame:
        raise UsageError(f"frame {number}: keypoints is missing.")
    return frame


def _read_points(frame: Mapping[str, Any], number: int) -> Float64:
    given = frame[wire.KEYPOINTS]
    try:
        points = np.asarray(given, np.float64).reshape(len(given), 2)
    except (TypeError, ValueError):
        raise UsageError(f"frame {number}: keypoints is a list of [x, y] in pixels.") from None
    if len(points) > len(VERTICES):
        raise UsageError(f"frame {number}: keypoints are at most 32; got {len(points)}.")
    if not (np.abs(points) <= FAR).all():
        place = int(np.argmin((np.abs(points) <= FAR).all(axis=1)))
        raise UsageError(
            f"frame {number}: keypoints[{place}] is not finite; got {points[place].tolist()}."
        )
    # Python rounds the decimal value, half to even, which NumPy does not.
    rounded = [[round(x, 2), round(y, 2)] for x, y in points.tolist()]
    return np.array(rounded, np.float64).reshape(-1, 2)


def _read_players(
    objects: Sequence[Sequence[Mapping[str, Any]]],
    boxes: Sequence[ClaimedBoxes],
    numbers: Sequence[int],
) -> Players:
    codes: dict[Hashable, int] = {}
    rank: list[int] = []
    tracker_id: list[int] = []
    centres = [np.empty((0, 2))]
    for place, (listed, read, number) in enumerate(zip(objects, boxes, numbers, strict=True)):
        rows = np.flatnonzero(read.class_id == ClassId.PLAYER)
        for row in rows.tolist():
            rank.append(place)
            tracker_id.append(codes.setdefault(_id(listed[row], number, row), len(codes)))
        centres.append(centre_of(read.xyxy[rows]))
    return Players(
        np.array(rank, np.int64), np.array(tracker_id, np.int64), np.concatenate(centres)
    )


def _id(given: Mapping[str, Any], number: int, row: int) -> Hashable:
    if wire.ID in given and isinstance(own := given[wire.ID], Hashable):
        return own
    raise UsageError(f"frame {number}, object {row}: a player has an id, a number or a name.")


def centre_of(xyxy: Float64) -> Float64:
    """Centres (n, 2) of boxes (n, 4)."""
    centre: Float64 = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    return centre


def read_lines(lines: Sequence[Sequence[float]], *, frame: int) -> Float64:
    """Read segments ``(x1, y1, x2, y2)`` in pixels: float64 (m, 4).

    Raises:
        UsageError: One has not four finite numbers, or is a single point.
    """
    try:
        read = np.asarray(lines, np.float64).reshape(len(lines), 4)
    except (TypeError, ValueError):
        raise UsageError(f"frame {frame}: pitch_lines is a list of [x1, y1, x2, y2].") from None
    bad = ~np.isfinite(read).all(axis=1) | (read[:, :2] == read[:, 2:]).all(axis=1)
    if bad.any():
        place = int(np.argmax(bad))
        raise UsageError(
            f"frame {frame}: pitch_lines[{place}] is a segment between two points; "
            f"got {read[place].tolist()}."
        )
    return read
