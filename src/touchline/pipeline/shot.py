"""What is followed inside one shot: tracks and the pitch, from what the networks saw."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64, Image
from touchline.frame import Objects, PitchState, TrackedFrame
from touchline.pitch import FinderMemory, PitchDimensions, PitchLook, PitchTrack
from touchline.tracking import Identities, NewTracker, Tracks, without_appearances
from touchline.video import VideoInfo

MANY = 8
"""People from which a frame is a view of the game, if all of them are small, ..."""
SMALL = 1 / 3
"""... which is to be lower than this share of the picture."""
SURE = 0.6
"""Score of a ball that needs no pitch around it, as the detector asks of one in a close-up."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredFrame:
    """What the networks saw in a frame; None where they did not look.

    ``image``, uint8 (H, W, 3) BGR, is the picture for stages that look at what was detected,
    perhaps reduced: ``scale`` pixels of it for one pixel of the frame. ``beat`` is its place in its
    shot, see ``touchline.video.Beats``.
    """

    index: int
    time: float
    beat: float
    cut: bool
    motion: Float64
    detections: Objects | None
    look: PitchLook | None
    image: Image | None = None
    scale: float = 1.0
    reduced: bool = False
    """Whether the detector saw a copy of 960 pixels."""
    finder: FinderMemory | None = None
    """Where a shot begins: what the pitch finder brings from those before."""


@dataclass(frozen=True, slots=True, eq=False)
class ShotMaker:
    """What every shot of a clip has in common.

    Attributes:
        info: What the video says of itself.
        dimensions: Of the pitch.
        tracker: Makes what gives the people of a shot ids; None is a ``PlayerTracker``.
    """

    info: VideoInfo
    dimensions: PitchDimensions
    tracker: NewTracker | None = None


class Shot:
    """What is followed inside one shot; made anew at each cut, so that nothing leaks over it."""

    def __init__(self, number: int, maker: ShotMaker, *, first_id: int) -> None:
        fps, size = maker.info.fps, (maker.info.width, maker.info.height)
        self.number = number
        self._height = maker.info.height
        self._tracks = Tracks(fps, size, first_id=first_id, new_tracker=maker.tracker)
        self._pitch = PitchTrack(fps, size, dimensions=maker.dimensions)
        self._identities = Identities(self._tracks.new_id, rejoin=self._tracks.is_own)
        self._given = 0
        self._measured: deque[MeasuredFrame] = deque()
        self._objects: deque[Objects] = deque()
        self._pitches: deque[PitchState] = deque()

    @property
    def next_id(self) -> int:
        """The first id that is still free."""
        return self._tracks.next_id

    def new_id(self) -> int:
        """An id that nobody has."""
        return self._tracks.new_id()

    def push(self, frame: MeasuredFrame) -> list[TrackedFrame]:
        """Take one frame; return those that are complete now, in order."""
        self._measured.append(frame)
        self._objects.extend(self._tracks.push(frame.detections, frame.motion, beat=frame.beat))
        self._pitches.extend(self._pitch.push(frame.look, frame.motion, beat=frame.beat))
        return self._complete()

    def finish(self) -> list[TrackedFrame]:
        """The frames that still waited for what comes after them."""
        self._objects.extend(self._tracks.flush())
        self._pitches.extend(self._pitch.flush())
        return self._complete()

    def _complete(self) -> list[TrackedFrame]:
        count = min(len(self._objects), len(self._pitches))
        return [self._tracked() for _ in range(count)]

    def _tracked(self) -> TrackedFrame:
        frame, pitch = self._measured.popleft(), self._pitches.popleft()
        objects = self._identities.name(
            without_appearances(self._objects.popleft()),
            frame.motion,
            seconds=frame.time,
            homography=pitch.homography,
            looks=self._tracks.looks(),
            ahead=self._tracks.seen_since(self._given),
        )
        self._given += 1
        if not _shows_game(objects, pitch, self._height):
            objects = objects[~objects.is_ball]
        elif pitch.homography is None:
            objects = objects[~objects.is_ball | (objects.confidence >= SURE)]
        return TrackedFrame(
            frame.index,
            frame.time,
            self.number,
            objects,
            pitch,
            frame.image,
            frame.scale,
        )


def _shows_game(objects: Objects, pitch: PitchState, height: int) -> bool:
    """Whether the match ball can be in a frame: it shows the pitch.

    A homography proves it. Where there is none, as from some cameras behind the goal, many small
    people do: what else looks like a ball, in close-ups, crowds and captions, is none of the game.
    """
    if pitch.homography is not None:
        return True
    people = objects.xyxy[~objects.is_ball]
    heights = people[:, 3] - people[:, 1]
    return len(people) >= MANY and bool(np.max(heights) < SMALL * height)
