"""What is followed inside one shot: tracks and the pitch, from what the networks saw."""

from collections import deque
from dataclasses import dataclass

import supervision as sv

from touchline.arrays import Float64, Image
from touchline.frame import FrameState, PitchState
from touchline.pitch import PitchTrack
from touchline.tracking import Tracks
from touchline.verification import TrackedFrame
from touchline.video import VideoInfo


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredFrame:
    """What the networks saw in a frame; None where they did not look.

    ``image``, uint8 (H, W, 3) BGR, is the picture for a second look at what was detected, perhaps
    reduced: ``scale`` pixels of it for one pixel of the frame.
    """

    index: int
    time: float
    cut: bool
    motion: Float64
    detections: sv.Detections | None
    keypoints: sv.KeyPoints | None
    image: Image | None = None
    scale: float = 1.0


class Shot:
    """What is followed inside one shot; made anew at each cut, so that nothing leaks over it."""

    def __init__(self, number: int, info: VideoInfo, first_id: int) -> None:
        size = (info.width, info.height)
        self._number = number
        self._tracks = Tracks(info.fps, size, first_id=first_id)
        self._pitch = PitchTrack(info.fps, size)
        self._looks: deque[MeasuredFrame] = deque()
        self._objects: deque[sv.Detections] = deque()
        self._pitches: deque[PitchState] = deque()

    @classmethod
    def after(cls, previous: "Shot | None", info: VideoInfo) -> "Shot":
        """The next shot; ids go on where the last one stopped."""
        if previous is None:
            return cls(0, info, first_id=1)
        return cls(previous._number + 1, info, first_id=previous._tracks.next_id)

    def push(self, look: MeasuredFrame) -> list[TrackedFrame]:
        """Take one frame; return those that are complete now, in order."""
        self._looks.append(look)
        self._objects.extend(self._tracks.push(look.detections, look.motion))
        self._pitches.extend(self._pitch.push(look.keypoints, look.motion))
        return self._complete()

    def finish(self) -> list[TrackedFrame]:
        """The frames that still waited for what comes after them."""
        self._objects.extend(self._tracks.flush())
        self._pitches.extend(self._pitch.flush())
        return self._complete()

    def _complete(self) -> list[TrackedFrame]:
        count = min(len(self._objects), len(self._pitches))
        return [self._shown() for _ in range(count)]

    def _shown(self) -> TrackedFrame:
        look = self._looks.popleft()
        objects, pitch = self._objects.popleft(), self._pitches.popleft()
        state = FrameState(look.index, look.time, self._number, objects, pitch)
        return TrackedFrame(state, look.image, look.scale)
