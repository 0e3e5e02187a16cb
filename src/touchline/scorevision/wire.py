"""The wire form of the protocol: a challenge, a frame and an answer as JSON.

This file alone knows the keys. A frame is an object with a number, a list of objects and 32
keypoints, an answer the list of its frames and a few keys around it; the models
below check it, and make the service's OpenAPI. The frames of an answer are written
in a worker, one after another, and what stands around them in the service: ``write_frame``,
``write_frames`` and ``write_answer`` are the three steps.

::

    {"challenge_id": "4711",
     "frames": [{"frame_number": 0,
                 "objects": [{"id": 7, "bbox": [x1, y1, x2, y2], "class_id": 2}, ...],
                 "keypoints": [[x, y], ...]}, ...],
     "processing_time": 9.3,
     "skipped": {...}}
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from touchline.arrays import Float64, Int64
from touchline.frame import N_KEYPOINTS, ClassId

CHALLENGE_ID, VIDEO_URL = "challenge_id", "video_url"
"""Keys of a challenge; the first one is a key of its answer too."""
FRAMES, PROCESSING_TIME, SKIPPED = "frames", "processing_time", "skipped"
"""Keys of an answer."""
FRAME_NUMBER, OBJECTS, KEYPOINTS = "frame_number", "objects", "keypoints"
"""Keys of a frame."""
ID, BBOX, CLASS_ID = "id", "bbox", "class_id"
"""Keys of an object that the protocol knows; others may stand beside them."""
SOURCE = "source"
"""Key of an object in our own answers: where the box comes from, see ``touchline.frame.Source``."""

WireObject = Mapping[str, Any]
WireFrame = Mapping[str, Any]

Coordinate = Annotated[float, Field(ge=0, le=32768, allow_inf_nan=False)]
"""Pixels of the frame."""
Point = tuple[Coordinate, Coordinate]


class Challenge(BaseModel):
    """What a validator asks; further keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    challenge_id: (
        Annotated[str, Field(max_length=256)] | Annotated[StrictInt, Field(ge=-(2**63), lt=2**63)]
    )
    """Sent back as it was received."""
    video_url: Annotated[str, Field(min_length=1, max_length=4096)]
    """Where the clip lies: ``http`` or ``https``, at a public address."""
    type: str | None = None
    """``gsr``."""
    created_at: str | None = None
    """ISO 8601."""


class Object(BaseModel):
    """One object in one frame."""

    model_config = ConfigDict(extra="allow")

    id: int
    bbox: tuple[Coordinate, Coordinate, Coordinate, Coordinate]
    """x1, y1, x2, y2."""
    class_id: ClassId

    @model_validator(mode="after")
    def _has_area(self) -> "Object":
        x1, y1, x2, y2 = self.bbox
        if not (x1 < x2 and y1 < y2):
            raise ValueError(f"bbox {self.bbox} has no area")
        return self


class FrameAnswer(BaseModel):
    """What is in one frame."""

    frame_number: Annotated[int, Field(ge=0)]
    """As ``cv2.VideoCapture.read`` counts, from 0."""
    objects: list[Object]
    """Best first."""
    keypoints: Annotated[list[Point], Field(min_length=N_KEYPOINTS, max_length=N_KEYPOINTS)]
    """In the order of the pitch's 32 vertices; [0, 0] where one is absent."""

    @model_validator(mode="after")
    def _is_sane(self) -> "FrameAnswer":
        ids = [each.id for each in self.objects]
        if len(set(ids)) < len(ids):
            raise ValueError("an id occurs twice")
        if sum(each.class_id == ClassId.BALL for each in self.objects) > 1:
            raise ValueError("there are two balls")
        return self


class Answer(BaseModel):
    """What a validator gets; it ignores the last two keys."""

    challenge_id: str | int
    frames: list[FrameAnswer]
    processing_time: Annotated[float, Field(ge=0)]
    """Seconds from the request to the answer."""
    skipped: dict[str, Any]
    """What was not looked at for want of time, and what could not be read."""


def write_challenge(challenge_id: str, video_url: str, created_at: str) -> bytes:
    """A challenge as a validator sends it: JSON with spaces behind commas and colons."""
    content = {
        CHALLENGE_ID: challenge_id,
        "type": "gsr",
        VIDEO_URL: video_url,
        "created_at": created_at,
    }
    return json.dumps(content).encode()


def empty_frame(number: int) -> dict[str, Any]:
    """A frame without an object and without a keypoint."""
    return {FRAME_NUMBER: number, OBJECTS: [], KEYPOINTS: [[0.0, 0.0]] * N_KEYPOINTS}


def write_frame(frame: WireFrame) -> bytes:
    """One frame as JSON, without a space.

    Raises:
        ValueError: A number in it is not finite.
    """
    return json.dumps(frame, separators=(",", ":"), allow_nan=False).encode()


def write_frames(frames: Iterable[bytes]) -> bytes:
    """The list of frames that ``write_frame`` has written."""
    return b"[" + b",\n".join(frames) + b"]"


def write_answer(
    challenge_id: str | int, frames: bytes, *, seconds: float, skipped: Mapping[str, object]
) -> bytes:
    """An answer around a list of frames, which is not parsed again: it has megabytes.

    Args:
        challenge_id: As it was received.
        frames: As ``write_frames`` gives them.
        seconds: From the request to the answer.
        skipped: What was not looked at, and what could not be read.
    """
    head = json.dumps({CHALLENGE_ID: challenge_id})[:-1]
    tail = json.dumps({PROCESSING_TIME: round(seconds, 3), SKIPPED: skipped})[1:]
    return f'{head}, "{FRAMES}": '.encode() + frames + f", {tail}".encode()


def objects_of(frame: WireFrame) -> Sequence[WireObject]:
    """The objects of a frame, in the miner's order."""
    objects: Sequence[WireObject] = frame[OBJECTS]
    return objects


def boxes_of(objects: Sequence[WireObject]) -> Float64:
    """float64 (n, 4) of n objects: x1, y1, x2, y2 in pixels."""
    return np.array([each[BBOX] for each in objects], np.float64).reshape(-1, 4)


def class_ids_of(objects: Sequence[WireObject]) -> Int64:
    """int64 (n,) of n objects, see ``touchline.frame.ClassId``."""
    return np.array([each[CLASS_ID] for each in objects], np.int64)


def keypoints_of(frame: WireFrame) -> Float64:
    """float64 (32, 2) in pixels; (0, 0) where a point is absent."""
    return np.array(frame[KEYPOINTS], np.float64)
