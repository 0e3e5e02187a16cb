"""The wire form of the private track: a challenge, and an answer of timed actions, as JSON.

::

    {"challenge_id": "123", "video_url": "https://...mp4", "frames": null}

    {"challenge_id": "123",
     "prediction": {"type": "soccer_action",
                    "items": [{"frame": 241, "action": "pass", "confidence": 0.9}, ...]},
     "processing_time": 12.4}
"""

import json
import os
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, model_validator

from touchline.errors import InputError, MalformedError
from touchline.files import as_path
from touchline.turbovision.scoring import TimedAction

TYPE = "soccer_action"
Link = Annotated[str, Field(max_length=4096)]


class AskedFrame(BaseModel):
    """One picture of a challenge, which this miner does not take."""

    frame_id: int
    url: str | None = None
    data: str | None = None

    @model_validator(mode="after")
    def _has_source(self) -> Self:
        if not (self.url or self.data):
            raise ValueError("a frame needs a url or data")
        return self


class ActionChallenge(BaseModel):
    """What a validator asks; further keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    challenge_id: Annotated[StrictStr, Field(max_length=256)]
    """Sent back as it was received."""
    video_url: Link | None = None
    """Where the clip lies."""
    image_url: Link | None = None
    frames: list[AskedFrame] | None = None

    @model_validator(mode="after")
    def _has_source(self) -> Self:
        if not (self.video_url or self.image_url or self.frames):
            raise ValueError("video_url, image_url or frames is needed")
        return self


class ActionItem(BaseModel):
    """One action: what happens when."""

    frame: Annotated[int, Field(ge=0)]
    """25 of them are a second."""
    action: str
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0


class ActionPrediction(BaseModel):
    """The actions of a video."""

    type: Literal["soccer_action"] = "soccer_action"
    items: list[ActionItem]


class ActionAnswer(BaseModel):
    """What a validator gets."""

    challenge_id: str
    prediction: ActionPrediction
    processing_time: Annotated[float, Field(ge=0)]
    """Seconds from the request to the answer."""


class _Received(BaseModel):
    challenge_id: StrictStr
    predictions: list[ActionItem] | None = None
    prediction: dict[str, Any] | None = None
    processing_time: float

    @model_validator(mode="after")
    def _has_prediction(self) -> Self:
        if self.predictions is None and self.prediction is None:
            raise ValueError("prediction is missing")
        return self


class _Items(BaseModel):
    items: list[ActionItem]


def parse_action_challenge(body: bytes) -> ActionChallenge:
    """The challenge in a body.

    Raises:
        MalformedError: It is none; the message names the field.
    """
    try:
        return ActionChallenge.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, problem["loc"])) or "body"
        raise MalformedError(f"{field}: {problem['msg']}.") from None


def video_of(challenge: ActionChallenge) -> str:
    """Where the video of a challenge lies.

    Raises:
        MalformedError: It has pictures instead.
    """
    if not challenge.video_url:
        raise MalformedError("this miner answers videos: video_url is needed.")
    return challenge.video_url


def write_action_challenge(challenge_id: str, video_url: str) -> bytes:
    """A challenge as a validator sends it: compact JSON."""
    content = {"challenge_id": challenge_id, "video_url": video_url, "frames": None}
    return json.dumps(content, separators=(",", ":")).encode()


def write_items(actions: Sequence[TimedAction]) -> bytes:
    """The list of actions of an answer."""
    items = [
        {"frame": each.frame, "action": each.action, "confidence": round(each.confidence, 3)}
        for each in actions
    ]
    return json.dumps(items, separators=(",", ":"), allow_nan=False).encode()


def write_action_answer(challenge_id: str, items: bytes, *, seconds: float) -> bytes:
    """An answer around a list of actions that ``write_items`` has written."""
    head = f'{{"challenge_id":{json.dumps(challenge_id)},"prediction":{{"type":"{TYPE}","items":'
    return head.encode() + items + f'}},"processing_time":{seconds:.3f}}}'.encode()


def read_action_answer(body: bytes) -> list[TimedAction]:
    """The actions of an answer, as a validator reads it.

    ``predictions``, the old form, wins over ``prediction``. A prediction of another type, without
    items or with an ``item`` beside them is silently one without actions.

    Raises:
        ValueError: A validator takes it for no answer; one bad item spoils all.
    """
    given = _Received.model_validate_json(body)
    if given.predictions is not None:
        return _timed(given.predictions)
    said = given.prediction or {}
    if said.get("type") != TYPE or said.get("items") is None or said.get("item") is not None:
        return []
    return _timed(_Items.model_validate(said).items)


def read_true_actions(path: str | os.PathLike[str]) -> list[TimedAction]:
    """Read what truly happens: a JSON list of ``{"frame", "action"}``, or that under ``items``.

    Raises:
        InputError: The file cannot be read, or holds something else.
    """
    try:
        content = json.loads(as_path(path).read_bytes())
        items = content.get("items") if isinstance(content, dict) else content
        return _timed(_Items.model_validate({"items": items}).items)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError):
        raise InputError(
            f'{path}: true actions are a list, as in [{{"frame": 241, "action": "pass"}}].'
        ) from None


def _timed(items: Sequence[ActionItem]) -> list[TimedAction]:
    return [TimedAction(each.frame, each.action, each.confidence) for each in items]
