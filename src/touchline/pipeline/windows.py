"""How frames are grouped: as many as the networks get at once, and a stretch of a shot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from touchline.arrays import Float64
from touchline.frame import Frame, TrackedFrame
from touchline.pipeline.pace import Pace
from touchline.video import VideoInfo

WINDOW_BYTES = 96 * 2**20
"""Decoded pictures that may wait for the networks at once."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedFrame:
    """A frame, and how it follows from the one before it."""

    frame: Frame
    cut: bool
    motion: Float64
    beat: float
    """Its place in time from the beginning of its shot, see ``touchline.video.Beats``."""
    step: float
    """Beats since the frame before it; 0 where a shot begins."""

    def is_due(self, every: int) -> bool:
        """Whether so many beats, from the beginning of the shot, have just passed."""
        if every == 1 or self.cut:
            return True
        return self.beat // every > (self.beat - self.step) // every


def with_last(frames: Iterable[DecodedFrame]) -> Iterator[tuple[DecodedFrame, bool]]:
    """Each frame, and whether it is the last of its shot."""
    held: DecodedFrame | None = None
    for frame in frames:
        if held is not None:
            yield held, frame.cut
        held = frame
    if held is not None:
        yield held, True


def windows(frames: Iterable[TrackedFrame | None], seconds: float) -> Iterator[list[TrackedFrame]]:
    """Cut the frames into windows that are at most so long; a shot ends with a None."""
    window: list[TrackedFrame] = []
    for frame in frames:
        if window and (frame is None or frame.time - window[0].time >= seconds):
            yield window
            window = []
        if frame is not None:
            window.append(frame)


def window_length(info: VideoInfo, pace: Pace, batch_size: int | None) -> int:
    """Frames that the networks get at once: enough for a batch, and no more than memory allows."""
    allowed = max(1, WINDOW_BYTES // (3 * info.width * info.height))
    wanted = allowed if batch_size is None else batch_size * pace.detect_every
    return min(wanted, allowed)
