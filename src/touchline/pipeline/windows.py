"""How frames are grouped: as many as the networks get at once, and a stretch of a shot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from touchline.arrays import Float64
from touchline.frame import Frame, TrackedFrame
from touchline.pipeline.pace import Pace
from touchline.video import VideoInfo

WINDOW_BYTES = 192 * 2**20
"""Decoded pictures that may wait for the networks at once."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedFrame:
    """A frame, and how it follows from the one before it."""

    frame: Frame
    cut: bool
    motion: Float64
    place: int
    """Number of the frame in its shot."""


def with_last(frames: Iterable[DecodedFrame]) -> Iterator[tuple[DecodedFrame, bool]]:
    """Each frame, and whether it is the last of its shot."""
    held: DecodedFrame | None = None
    for frame in frames:
        if held is not None:
            yield held, frame.cut
        held = frame
    if held is not None:
        yield held, True


def windows(frames: Iterable[TrackedFrame], length: int) -> Iterator[list[TrackedFrame]]:
    """Cut the frames into windows of one shot and at most ``length``."""
    window: list[TrackedFrame] = []
    for frame in frames:
        if len(window) == length or (window and window[0].shot != frame.shot):
            yield window
            window = []
        window.append(frame)
    if window:
        yield window


def window_length(info: VideoInfo, pace: Pace, batch_size: int | None) -> int:
    """Frames that the networks get at once: enough for a batch, and no more than memory allows."""
    allowed = max(1, WINDOW_BYTES // (3 * info.width * info.height))
    wanted = allowed if batch_size is None else batch_size * pace.detect_every
    return min(wanted, allowed)
