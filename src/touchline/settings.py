"""The only reader of the environment.

A setting comes from the command line first, then from the environment, then from a ``.env`` file in
the working folder. Settings stop at the builders: stages take plain keyword arguments.
"""

import codecs
import json
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any, Literal, Self

from dotenv import dotenv_values
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from touchline.errors import UsageError
from touchline.files import as_path
from touchline.inference import Backend, Device, Precision, Runtime, device_named

Verify = Literal["fast", "full", "off"]
VerifierName = Literal["auto", "student", "clip", "clip-int8", "clip-b16", "clip-b16-int8"]
DetectionSize = Literal["640x360", "960x540", "1280x720", "native"]


FULL_EVERY = 2
"""Of the looks for people and ball one in so many is full, unless told otherwise."""
ENV_FILE = ".env"
LARGEST_ENV_FILE = 2**20
"""Bytes of an ``.env`` file that are read; one with every setting has a few thousand."""


class EnvFile(DotEnvSettingsSource):
    """The ``.env`` file of a folder, which need not be meant for us.

    UTF-8, or UTF-16 with its mark. A file in another encoding is passed over where it sets nothing
    of ours, and refused where it does.
    """

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        text = _decoded(file_path, [str(key) for key in _names(self.settings_cls)])
        values = dotenv_values(stream=StringIO(text))
        return {key.lower(): value for key, value in values.items() if value != ""}


class Settings(BaseSettings):
    """What an operator may set, and its defaults.

    Given by the names of the attributes: ``Settings(detect_every=1)``. What is not given comes from
    the environment, then from ``.env``.

    Raises:
        UsageError: A value is not allowed, or there is no such setting.
    """

    # Not by name: pydantic-settings would then take HOST or CACHE of any environment for ours.
    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, allow_inf_nan=False)

    def __init__(self, **given: Any) -> None:
        own = {name: value for name, value in given.items() if name.startswith("_")}
        values = _keyed(type(self), {k: v for k, v in given.items() if k not in own})
        try:
            super().__init__(**own, **values)
        except ValidationError as error:
            raise UsageError(_first_problem(error, values, own)) from None
        except SettingsError as error:
            raise UsageError(f"{error}: {error.__cause__}") from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given wins over the environment, and that over the file."""
        assert isinstance(dotenv_settings, DotEnvSettingsSource)
        return (
            init_settings,
            env_settings,
            EnvFile(settings_cls, dotenv_settings.env_file or ENV_FILE),
        )

    @field_validator("*", mode="after")
    @classmethod
    def _at_home(cls, value: Any, info: ValidationInfo) -> Any:
        """A path with its home folder written out; of a default, where it is used."""
        default = cls.model_fields[str(info.field_name)].default
        return as_path(value) if isinstance(value, Path) and value != default else value

    @field_validator("device", mode="before", check_fields=False)
    @classmethod
    def _device(cls, value: Any) -> Any:
        return device_named(value)

    device: Device = Field(default="auto", validation_alias="DEVICE")
    """Where the networks run."""
    backend: Backend | None = Field(default=None, validation_alias="TOUCHLINE_BACKEND")
    """Inference engine; None takes the fastest one for the device, by measurement on a CPU."""
    precision: Precision = Field(default="auto", validation_alias="TOUCHLINE_PRECISION")
    """Numbers that networks compute in; auto takes the fastest that agree with f32."""
    threads: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_THREADS")
    """CPU threads of a network; None takes all cores, or half of them where that is faster."""
    batch_size: int | None = Field(default=8, ge=1, validation_alias="TOUCHLINE_BATCH_SIZE")
    """Images handed to a network at once; None is as many as memory allows."""
    detection_size: DetectionSize = Field(
        default="1280x720", validation_alias="TOUCHLINE_DETECTION_SIZE"
    )
    """Size to which a frame is reduced for detection; boxes come back in original pixels."""
    detect_every: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_DETECT_EVERY")
    """Look for people and ball in every n-th frame; None is 12.5 a second on a CPU, else all."""
    full_every: int = Field(default=FULL_EVERY, ge=1, validation_alias="TOUCHLINE_FULL_EVERY")
    """Of these looks one in n is at the detection size, the others see 960 pixels, for half the
    work; 1 is all."""
    locate_every: int | None = Field(default=None, ge=1, validation_alias="TOUCHLINE_LOCATE_EVERY")
    """Look for the pitch in every n-th frame; None is 3 a second on a CPU, else 12.5."""

    image_fps: float | None = Field(
        default=None, gt=0, le=1000, validation_alias="TOUCHLINE_IMAGE_FPS"
    )
    """Images a second of a folder of images; None is 25. A video file brings its own."""

    verify: Verify = Field(default="fast", validation_alias="TOUCHLINE_VERIFY")
    """How much is looked at a second time: what is needed, everything, or nothing."""
    verifier: VerifierName = Field(default="auto", validation_alias="TOUCHLINE_VERIFIER")
    """Who looks: the shipped student, with a CLIP for what is doubtful; auto takes ``clip`` if it
    is installed."""
    teams: Literal["on", "off"] = Field(default="on", validation_alias="TOUCHLINE_TEAMS")
    """Whether kits and places say who plays for which team, and who only seems to play."""
    cache: Path | None = Field(default=None, validation_alias="TOUCHLINE_CACHE")
    """Folder of the networks that are pulled, and of what was measured; None is
    ``.cache/touchline`` in the home folder, or ``touchline`` in ``XDG_CACHE_HOME``."""

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
        return {
            "device": self.device,
            "backend": self.backend,
            "threads": self.threads,
            "precision": self.precision,
            "cache": self.cache,
        }

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
            UsageError: A value is not allowed; the message names the key, the value, where it
                stands, and the rule.
        """
        return cls(**{name: value for name, value in given.items() if value is not None})


def _names(kind: type[BaseSettings]) -> dict[str, str]:
    """The name of each setting by its key in the environment."""
    return {str(field.validation_alias): name for name, field in kind.model_fields.items()}


def _keyed(kind: type[BaseSettings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under the keys of the environment instead of the names of the fields.

    Raises:
        UsageError: There is no such setting, or truth is given where a number or a text is wanted.
    """
    names = _names(kind)
    keys = {name: key for key, name in names.items()}
    keyed = {}
    for given, value in values.items():
        key = keys.get(given, given)
        if key not in names:
            near = get_close_matches(given, keys, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(keys)}"
            raise UsageError(f"there is no setting {given!r}{hint}")
        if isinstance(value, bool) and kind.model_fields[names[key]].annotation is not bool:
            raise UsageError(f"setting {key} = {value} (as given) is not allowed: it is no flag")
        keyed[key] = value
    return keyed


def _first_problem(error: ValidationError, given: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    name = str(problem["loc"][0])
    file = Path(own.get("_env_file") or ENV_FILE).absolute()
    source = f"from {file}"
    if name in given:
        source = "as given by an option or an argument"
    elif name.upper() in {each.upper() for each in os.environ}:
        source = "from the environment"
    said = str(problem["msg"]).removeprefix("Value error, ")
    return f"setting {key} = {problem['input']!r} ({source}) is not allowed: {said}"


def _decoded(path: Path, keys: list[str]) -> str:
    """The text of an ``.env`` file; none where it is in another encoding and sets no key of ours.

    Raises:
        UsageError: The file cannot be read, is far too large, or sets a key of ours in an unknown
            encoding.
    """
    where = path.absolute()
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_ENV_FILE + 1)
    except OSError as error:
        raise UsageError(
            f"{where} cannot be read: {error.strerror}; settings may be in it"
        ) from error
    if len(content) > LARGEST_ENV_FILE:
        raise UsageError(f"{where} has more than {LARGEST_ENV_FILE >> 20} MiB: no file of settings")
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
        if "\0" not in text:
            return text
        reason = "it holds NUL characters"
    except UnicodeDecodeError as error:
        reason = str(error)
    plain = content.replace(b"\0", b"").decode("latin-1")
    set_here = re.search(rf"(?im)^\W*(?:export\s+)?({'|'.join(keys)})\s*=", plain)
    if set_here:
        raise UsageError(
            f"{where} sets {set_here[1]}, but is not UTF-8: {reason}; save it as UTF-8"
        )
    return ""
