"""What the service and its workers say to each other: lines of JSON, and the answers after them.

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


class Arrived(BaseModel):
    """So many bytes of the video are there, of so many."""

    do: Literal["arrived"] = "arrived"
    there: int
    total: int | None = None


class Complete(BaseModel):
    """The video is whole, with so many bytes."""

    do: Literal["complete"] = "complete"
    size: int


class Cancel(BaseModel):
    """Nobody wants the answer any more."""

    do: Literal["cancel"] = "cancel"


Order = Annotated[Analyse | Arrived | Complete | Cancel, Field(discriminator="do")]


class Ready(BaseModel):
    """The networks are loaded."""

    event: Literal["ready"] = "ready"
    device: str


class Progress(BaseModel):
    """So many frames are answered."""

    event: Literal["progress"] = "progress"
    frames: int


class Analysed(BaseModel):
    """The video is done; ``bytes`` of JSON, the list of frames, follow this line."""

    event: Literal["analysed"] = "analysed"
    bytes: int
    frames: int
    faults: dict[str, int]
    """What the check before sending mended or dropped."""
    seconds: dict[str, float]
    """By overlapping stage; ``total`` is the whole."""
    skipped: dict[str, object]
    """What was not looked at, and what could not be read."""


class Failed(BaseModel):
    """The video cannot be analysed."""

    event: Literal["failed"] = "failed"
    error: str
    """Name of the class in ``touchline.errors``."""
    message: str


class Cancelled(BaseModel):
    """The work was dropped, as asked."""

    event: Literal["cancelled"] = "cancelled"


Event = Annotated[Ready | Progress | Analysed | Failed | Cancelled, Field(discriminator="event")]

_ORDER: TypeAdapter[Order] = TypeAdapter(Order)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def line(message: BaseModel) -> bytes:
    """A message as one line."""
    return message.model_dump_json().encode() + b"\n"


def read_order(text: bytes) -> Order:
    """The order in a line."""
    return _ORDER.validate_json(text)


def read_event(text: bytes) -> Event:
    """The event in a line."""
    return _EVENT.validate_json(text)
