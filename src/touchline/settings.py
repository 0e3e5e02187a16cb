"""The only reader of the environment.

A setting comes from the command line first, then from the environment, then from a ``.env`` file in
the working folder. Settings stop at the builders: stages take plain keyword arguments.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypedDict

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from touchline.errors import UsageError
from touchline.inference import Backend, Device

Verify = Literal["fast", "full", "off"]
VerifierName = Literal["auto", "student", "clip", "clip-int8", "clip-b16", "clip-b16-int8"]
DetectionSize = Literal["640x360", "960x540", "1280x720", "native"]


class Runtime(TypedDict):
    """Where and how networks run."""

    device: Device
    backend: Backend | None
    threads: int | None


class Settings(BaseSettings):
    """What an operator may set, and its defaults."""

    # Not by name: pydantic-settings would then take HOST or CACHE of any environment for ours.
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    device: Device = Field(default="auto", validation_alias="DEVICE")
    """Where the networks run."""
    backend: Backend | None = Field(default=None, validation_alias="TOUCHLINE_BACKEND")
    """Inference engine; None takes the fastest one for the device."""
    threads: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_THREADS")
    """CPU threads of a network; None takes all cores."""
    batch_size: int | None = Field(default=8, ge=1, validation_alias="TOUCHLINE_BATCH_SIZE")
    """Images handed to a network at once; None is as many as memory allows."""
    detection_size: DetectionSize = Field(
        default="1280x720", validation_alias="TOUCHLINE_DETECTION_SIZE"
    )
    """Size to which a frame is reduced for detection; boxes come back in original pixels."""
    detect_every: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_DETECT_EVERY")
    """Look for people and ball in every n-th frame; None is 12.5 a second on a CPU, else all."""
    locate_every: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_LOCATE_EVERY")
    """Look for the pitch in every n-th frame; None is 5 a second on a CPU, else 12.5."""

    image_fps: float | None = Field(
        default=None, gt=0, le=1000, validation_alias="TOUCHLINE_IMAGE_FPS"
    )
    """Images a second of a folder of images; None is 25. A video file brings its own."""

    verify: Verify = Field(default="fast", validation_alias="TOUCHLINE_VERIFY")
    """How much is looked at a second time: what is needed, everything, or nothing."""
    verifier: VerifierName = Field(default="auto", validation_alias="TOUCHLINE_VERIFIER")
    """Who looks: the shipped student, with a CLIP for what is doubtful; auto takes ``clip`` if it
    is installed."""
    cache: Path | None = Field(default=None, validation_alias="TOUCHLINE_CACHE")
    """Folder of the networks that are pulled; None is ``.cache/touchline`` in the home folder."""

    detector: str = Field(default="players", validation_alias="TOUCHLINE_DETECTOR")
    """Who finds people and the ball: shipped weights by name, an ONNX file with the same outputs,
    or ``module:factory`` of a detector of your own."""
    pitch_model: str = Field(default="pitch", validation_alias="TOUCHLINE_PITCH_MODEL")
    """Who finds the pitch's keypoints: likewise."""
    tracker: str | None = Field(default=None, validation_alias="TOUCHLINE_TRACKER")
    """Who gives people ids: ``module:factory``, called with the frames a second for each shot; None
    is the tracker of our own."""
    stages: tuple[str, ...] = Field(default=(), validation_alias="TOUCHLINE_STAGES")
    """Further stages, as a JSON list of ``module:factory``; each is called anew for each clip."""
    pitch: str = Field(
        default="105x68",
        pattern=r"^\d+(\.\d+)?x\d+(\.\d+)?$",
        validation_alias="TOUCHLINE_PITCH",
    )
    """Length and width of the pitch in metres."""

    @property
    def runtime(self) -> Runtime:
        """What every network is loaded with."""
        return {"device": self.device, "backend": self.backend, "threads": self.threads}

    @property
    def pitch_size(self) -> tuple[float, float]:
        """``pitch`` as (length, width) in metres."""
        length, width = self.pitch.split("x")
        return float(length), float(width)

    @property
    def imgsz(self) -> tuple[int, int] | None:
        """``detection_size`` as (width, height); None is the frame's own size."""
        if self.detection_size == "native":
            return None
        width, height = self.detection_size.split("x")
        return int(width), int(height)

    def to_json(self) -> str:
        """The settings of the pipeline, for another process of ours; no secret is among them."""
        values = self.model_dump(mode="json", include=set(Settings.model_fields))
        return json.dumps(_keyed(Settings, values))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The settings in ``to_json``, whatever the environment says."""
        return cls(**json.loads(text))

    @classmethod
    def read(cls, **given: object) -> Self:
        """The settings in force; ``given`` values that are not None win.

        Raises:
            UsageError: A value is not allowed; the message names the key, the value and the rule.
        """
        try:
            return cls(**_keyed(cls, {k: v for k, v in given.items() if v is not None}))
        except ValidationError as error:
            raise UsageError(_first_problem(error)) from None


def _keyed(kind: type[BaseSettings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under the keys of the environment instead of the names of the fields."""
    return {str(kind.model_fields[name].validation_alias): values[name] for name in values}


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    return f"setting {key} = {problem['input']!r} is not allowed: {problem['msg']}"
