"""A miner's answer to a challenge, read from ``predictions.json`` and held against its clip.

Two kinds of fault are told apart. What the validator breaks over, or what can only be a mistake, is
refused with a message: a frame that is missing, doubled or not in the clip, fewer or more than 32
points, more than 1000 objects in a frame, a number that is not finite, a size below 0, a class that
does not exist, a box wholly outside the picture. What the validator has a rule for is scored by
that rule: a box that is too small, in the top band or partly outside, a point outside the picture,
a second football, a frame without objects. Fewer points than 32 have a rule too, but no honest
answer has them.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from touchline.errors import InputError, UsageError
from touchline.evaluation.formats import items, mapping, number, numbers, read_json, whole
from touchline.files import as_path
from touchline.frame import N_KEYPOINTS
from touchline.scorevision import wire
from touchline.scorevision.scoring import read_answer

MAX_OBJECTS = 1000
"""Objects of one frame that are scored; a picture of a match shows about 25."""
NEEDED = '{"frames": [{"frame_number": 0, "objects": [...], "keypoints": [...]}, ...]}'


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """An answer that can be scored: n frames, numbered from 0 without a gap.

    Attributes:
        path: Where it was read.
        frames: Of each frame, in order, ``objects`` and ``keypoints`` (32 of [x, y]) as they stand
            in the file, other keys too.
        seconds: ``processing_time``, which the miner measured itself; None where there is none.
    """

    path: str
    frames: tuple[Mapping[str, Any], ...]
    seconds: float | None

    def __len__(self) -> int:
        return len(self.frames)

    def objects(self, frame: int) -> Sequence[Mapping[str, Any]]:
        """The objects of a frame in the miner's order."""
        return wire.objects_of(self.frames[frame])

    def selected(self, frames: Sequence[int]) -> dict[str, Mapping[str, Any]]:
        """Some frames by their number as a string, as the keypoint score takes them."""
        return {str(frame): self.frames[frame] for frame in frames}


def read_response(path: str | os.PathLike[str]) -> Response:
    """Read ``predictions.json``.

    Args:
        path: A file with a list of frames in any order, each with ``frame_number``, ``objects``
            (``bbox``, ``class_id``, and for a player ``id``) and ``keypoints``.

    Raises:
        InputError: The file cannot be read or scored; the message names file, frame and field.
    """
    content = read_json(path)
    frames = _numbered(content, os.fspath(path))
    for count, frame in enumerate(frames):
        _check_lists(frame, f"{path}: frame {count}")
    try:
        # Reads every number, and says which one is none.
        read_answer({str(count): frame for count, frame in enumerate(frames)})
    except UsageError as error:
        raise InputError(f"{path}: {error}") from None
    seconds = None
    if content.get(wire.PROCESSING_TIME) is not None:
        seconds = _duration(content, wire.PROCESSING_TIME, f"{path}")
    return Response(os.fspath(path), tuple(frames), seconds)


def read_times(path: str | os.PathLike[str]) -> tuple[float, ...]:
    """Read the seconds of other miners: a JSON list of numbers from 0.

    Raises:
        InputError: The file cannot be read, or holds something else.
    """
    try:
        content = json.loads(as_path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}.") from error
    if not isinstance(content, list):
        raise InputError(f"{path}: a list of seconds, as in [8.2, 11.5], is needed.")
    named = {f"entry {i}": each for i, each in enumerate(content)}
    return tuple(_duration(named, name, f"{path}") for name in named)


def require_size(response: Response, size: tuple[int, int]) -> None:
    """Refuse an answer of which a box lies wholly outside a picture of (width, height) pixels.

    Raises:
        InputError: There is one: the predictions are for a larger video.
    """
    width, height = size
    for frame, given in enumerate(response.frames):
        for i, each in enumerate(wire.objects_of(given)):
            x1, y1, x2, y2 = each[wire.BBOX]
            if x1 >= width or y1 >= height or x2 <= 0 or y2 <= 0:
                raise InputError(
                    f"{response.path}: frame {frame}, object {i}: bbox {[x1, y1, x2, y2]} lies "
                    f"outside the picture of {width} x {height}; predictions for this very video "
                    "are needed."
                )


def require_length(response: Response, frames: int, video: str) -> None:
    """Refuse an answer with more or fewer frames than were read of its video.

    Raises:
        InputError: The numbers differ.
    """
    if len(response) < frames:
        raise InputError(
            f"{response.path}: frame {len(response)} is missing, and {video} has it; one entry for "
            "each frame of the video is needed."
        )
    if len(response) > frames:
        raise InputError(
            f"{response.path}: frame {frames} is not in {video}, of which {frames} frames can be "
            "read; one entry for each frame of the video is needed."
        )


def _numbered(content: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """The frames by number, which must be 0 to n - 1."""
    old = wire.FRAMES not in content and any(key.isdigit() for key in content)
    if old or isinstance(content.get(wire.FRAMES), dict):
        raise InputError(
            f"{path}: frames is an object with a key per frame, the old form; a list, {NEEDED}, "
            "is needed."
        )
    frames: dict[int, dict[str, Any]] = {}
    for count, each in enumerate(items(content, wire.FRAMES, path)):
        where = f"{path}: entry {count} of frames"
        frame = mapping(each, where)
        key = whole(frame, wire.FRAME_NUMBER, where)
        if key < 0 or key in frames:
            why = "is below 0" if key < 0 else "occurs twice"
            raise InputError(f"{where}: frame_number {key} {why}; each frame is answered once.")
        frames[key] = frame
    missing = next((key for key in range(len(frames)) if key not in frames), None)
    if missing is not None or not frames:
        raise InputError(
            f"{path}: frame {missing or 0} is missing; one entry for each frame of the video, "
            "numbered from 0, is needed."
        )
    return [frames[key] for key in range(len(frames))]


def _check_lists(frame: Mapping[str, Any], where: str) -> None:
    count = len(items(frame, wire.OBJECTS, where))
    if count > MAX_OBJECTS:
        raise InputError(f"{where}: objects are at most {MAX_OBJECTS}; got {count}.")
    points = items(frame, wire.KEYPOINTS, where)
    if len(points) != N_KEYPOINTS:
        raise InputError(
            f"{where}: keypoints has {N_KEYPOINTS} points, [0, 0] where one is absent; "
            f"got {len(points)}."
        )
    for i, point in enumerate(points):
        numbers(point, 2, f"{where}: keypoints[{i}]")


def _duration(content: Mapping[str, Any], key: str, where: str) -> float:
    seconds = number(content, key, where)
    if seconds < 0:
        raise InputError(f"{where}: {key} is in seconds, from 0; got {seconds}.")
    return seconds
