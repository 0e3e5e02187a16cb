"""The messages between a service and its workers: lines of JSON, and the answers behind them.

::

    service ──► analyse, arrived, complete, cancel ──► worker   (its standard input)
    service ◄── ready, progress, analysed, failed, cancelled ◄── worker   (its standard output)
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter


class Analyse(BaseModel):
    """Analyse a video, which may still be arriving."""

    do: Literal["analyse"] = "analyse"
    path: str
    within: tuple[float, ...]
    """Seconds from now, as in ``touchline.pipeline.pace.Deadline``."""
    max_seconds: float
    """Duration from which a video is refused."""
    max_pixels: int
    """Width times height above which it is refused."""
    stop_after: float | None = None
    """Seconds from now after which the rest of the video is left; None is never."""
    results: str | None = None
    """Folder that is made for the files of a run, to be looked at later; None writes none."""


class Arrived(BaseModel):
    """Bytes of the video that are on disk, and how many there will be where that is known."""

    do: Literal["arrived"] = "arrived"
    there: int
    total: int | None = None


class Complete(BaseModel):
    """The video is whole, with so many bytes."""

    do: Literal["complete"] = "complete"
    size: int


class Cancel(BaseModel):
    """Drop the job: its client is gone, or its time is over."""

    do: Literal["cancel"] = "cancel"


Command = Annotated[Analyse | Arrived | Complete | Cancel, Field(discriminator="do")]


class Ready(BaseModel):
    """The networks are loaded."""

    event: Literal["ready"] = "ready"
    device: str


class FrameProgress(BaseModel):
    """How many frames of the job are done."""

    event: Literal["progress"] = "progress"
    frames: int


class Analysed(BaseModel):
    """The video is done; its frames, ``bytes`` of them as the protocol writes them, follow."""

    event: Literal["analysed"] = "analysed"
    bytes: int
    frames: int
    faults: dict[str, int]
    """What the check before sending mended or dropped."""
    seconds: dict[str, float]
    """By overlapping stage; ``total`` is the whole."""
    skipped: dict[str, object]
    """How often the networks looked, by the first frame of each pace, and what is missing."""


class Failed(BaseModel):
    """The video cannot be analysed."""

    event: Literal["failed"] = "failed"
    error: str
    """Name of the class in ``touchline.errors``."""
    message: str


class Cancelled(BaseModel):
    """The job was dropped, as asked."""

    event: Literal["cancelled"] = "cancelled"


Event = Annotated[
    Ready | FrameProgress | Analysed | Failed | Cancelled, Field(discriminator="event")
]

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def to_line(message: BaseModel) -> bytes:
    """A message as one line of JSON."""
    return message.model_dump_json().encode() + b"\n"


def read_command(text: bytes) -> Command:
    """The command in a line.

    Raises:
        ValueError: It holds none.
    """
    return _COMMAND.validate_json(text)


def read_event(text: bytes) -> Event:
    """The event in a line.

    Raises:
        ValueError: It holds none.
    """
    return _EVENT.validate_json(text)
