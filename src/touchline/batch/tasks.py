"""What goes between the head of a batch and its workers; plain values, which every wire takes."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Self

from touchline.batch.inputs import BatchInput
from touchline.batch.pieces import Piece
from touchline.outputs import versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What all inputs of a batch have in common.

    Attributes:
        out: Where results go: a folder, or a URL.
        settings: As ``Settings.to_json``.
        formats: What is written of each input beside ``summary.json``.
        minutes: Length of the pieces that a long video is cut into; None cuts none.
        dataset: Whether the rows of all matches are put together, too.
        key: Names all that shapes the results.
    """

    out: str
    settings: str
    formats: tuple[str, ...]
    minutes: float | None = None
    dataset: bool = True
    key: str = ""

    def keyed(self) -> Self:
        """The same with its key: how many work at it, and where results go, is not in it."""
        told = repr((self.settings, self.formats, self.minutes, sorted(versions().items())))
        return replace(self, key=hashlib.sha256(told.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker does in one go.

    Attributes:
        input: The video.
        pieces: That it is cut into; none, while nobody has looked.
        number: Of the piece that is to be analysed; None is what is before the pieces, and where
            there are some, what is after them: putting them together.
    """

    input: BatchInput
    pieces: tuple[Piece, ...] = ()
    number: int | None = None

    @property
    def stage(self) -> str:
        """``match``, ``piece`` or ``join``: what dashboards call it."""
        if self.number is not None:
            return "piece"
        return "join" if self.pieces else "match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a task.

    Attributes:
        error: One sentence why nothing did, or None.
        pieces: What the video is to be cut into; none, where it was analysed as a whole.
        frames: In the result.
        duration: Seconds of video that they cover.
        began: Seconds since 1970 when the task began.
        seconds: That it took.
        worker: Names the process.
        loads: How often that process has loaded the networks by now.
    """

    error: str | None = None
    pieces: tuple[Piece, ...] = ()
    frames: int = 0
    duration: float = 0.0
    began: float = 0.0
    seconds: float = 0.0
    worker: str = field(default="")
    loads: int = 0
