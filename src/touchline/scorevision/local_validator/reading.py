"""What a validator keeps of the body of an answer, and where it would have kept nothing.

A validator reads leniently in some places and breaks over others; this does the same, and says why.
An answer that came to nothing on the way (an error status, a time-out) is stored without a frame
and scored 0. One that came and that the validator breaks over is not stored at all, and a miner
without a score for a challenge earns nothing for it either.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from touchline.scorevision import wire

Fate = Literal["kept", "empty", "nothing"]
"""What a validator stores: frames; an answer without a frame, which scores 0; or nothing."""

_BREAKS_OVER = (TypeError, ValueError, OverflowError, AttributeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a validator has of an answer.

    Attributes:
        fate: What it stores.
        why: Why that is not frames, in words; None where it is.
        frames: By ``frame_number`` as text, each with the lists it had of ``keypoints`` and
            ``objects``; coordinates have 2 decimals.
    """

    fate: Fate
    why: str | None = None
    frames: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class _BrokenError(Exception):
    """The validator breaks over this."""


def read_as_validator(body: bytes) -> Stored:
    """Read the body of a 2xx answer as a validator does."""
    try:
        frames = _stored_frames(_parsed(body))
    except _BrokenError as error:
        return Stored("nothing", f"{error}; a validator stores nothing at all of such an answer")
    if isinstance(frames, str):
        return Stored("empty", f"{frames}; a validator stores no frame, which scores 0")
    return Stored("kept", frames=frames)


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except _BREAKS_OVER as error:
        raise _BrokenError(f"the body is not JSON ({error})") from None
    if content is None:
        return {wire.FRAMES: {}}
    if not isinstance(content, dict):
        raise _BrokenError(f"the body is {_kind(content)}, not an object")
    return content


def _stored_frames(content: Mapping[str, Any]) -> dict[str, dict[str, Any]] | str:
    """The frames by number, or why there are none."""
    if wire.FRAMES not in content:
        return "frames is missing"
    given = content[wire.FRAMES]
    if not isinstance(given, (list, dict, str)):
        raise _BrokenError(f"frames is {_kind(given)}, not a list")
    if not isinstance(given, list):
        return f"frames is {_kind(given)}, not a list"
    # A number that comes again takes the place of the earlier one.
    frames = dict(
        _stored_frame(each, f"entry {place} of frames") for place, each in enumerate(given)
    )
    return frames or "frames is an empty list"


def _stored_frame(given: Any, where: str) -> tuple[str, dict[str, Any]]:
    if not isinstance(given, dict):
        raise _BrokenError(f"{where} is {_kind(given)}, not an object")
    if wire.FRAME_NUMBER not in given:
        raise _BrokenError(f"{where}: frame_number is missing")
    kept: dict[str, Any] = {}
    if isinstance(points := given.get(wire.KEYPOINTS), list):
        kept[wire.KEYPOINTS] = [
            _rounded(point, f"{where}: keypoints[{i}]") for i, point in enumerate(points)
        ]
    if isinstance(objects := given.get(wire.OBJECTS), list):
        kept[wire.OBJECTS] = [
            _stored_object(each, f"{where}: objects[{i}]") for i, each in enumerate(objects)
        ]
    return str(given[wire.FRAME_NUMBER]), kept


def _stored_object(given: Any, where: str) -> Any:
    if isinstance(given, list) and wire.BBOX not in given:
        return given  # no object either, but not what reading breaks over
    if not isinstance(given, dict):
        raise _BrokenError(f"{where} is {_kind(given)}, not an object")
    if wire.BBOX not in given:
        return given
    return {**given, wire.BBOX: _rounded(given[wire.BBOX], f"{where}: bbox")}


def _rounded(given: Iterable[Any], where: str) -> list[float]:
    """The coordinates with 2 decimals; whatever ``float`` takes for a number is one."""
    try:
        return [round(float(number), 2) for number in given]
    except _BREAKS_OVER:
        raise _BrokenError(f"{where} is {json.dumps(given):.60}, not a list of numbers") from None


def _kind(given: Any) -> str:
    if given is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(given), "a number")
