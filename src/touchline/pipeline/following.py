"""Steps four and five of the flow, in the caller's thread: tracks and homographies, then stages."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from touchline.frame import FrameState, Objects, TrackedFrame
from touchline.pipeline.checkpoint import Checkpoint
from touchline.pipeline.shot import MeasuredFrame, Shot, ShotMaker
from touchline.pipeline.stages import PLACED, Resumable, Stage, run_stage
from touchline.pipeline.stopwatch import Stopwatch
from touchline.pipeline.windows import windows
from touchline.pitch import positions

TOGETHER = 1.0
"""Seconds of a shot that the stages get together."""


@dataclass(slots=True, eq=False)
class Newest:
    """The shot that came last: its ids are the highest. Stages keep it; it knows none of them."""

    shot: Shot | None = None

    def new_id(self) -> int:
        """An id that nobody has."""
        assert self.shot is not None, "ids are given to people of a shot"
        return self.shot.new_id()


@dataclass(slots=True, eq=False)
class Following:
    """Steps four and five.

    Attributes:
        given: Frames that came out.
        looks: Looks for people and ball so far, ``full`` and ``reduced``.
        checkpoint: Where the clip may be taken up again, while the last state of a shot is the
            newest that came out and each stage can tell what it remembers; else None.
    """

    shots: ShotMaker
    stages: Sequence[Stage]
    stopwatch: Stopwatch
    newest: Newest
    number: int = 0
    next_id: int = 1
    given: int = 0
    looks: dict[str, int] = field(default_factory=lambda: {"full": 0, "reduced": 0})
    checkpoint: Checkpoint | None = None
    _cut: MeasuredFrame | None = None
    """The frame that begins the next shot, while the last frames of one come out."""

    def take_up(self, checkpoint: Checkpoint) -> None:
        """Go on where another process was, before the first frame."""
        self.number, self.next_id = checkpoint.shot, checkpoint.next_id
        self.given, self.looks = checkpoint.given, {**checkpoint.looks}
        for stage, memory in zip(self.stages, checkpoint.stages, strict=True):
            assert isinstance(stage, Resumable), "else there is no checkpoint"
            stage.memory = memory

    def follow(self, measured: Iterable[MeasuredFrame]) -> Iterator[TrackedFrame | None]:
        """Step four: tracks and homographies, one shot after another; a None ends each."""
        shot: Shot | None = None
        for frame in measured:
            if frame.cut:
                if shot is not None:
                    yield from shot.finish()
                    self._cut = frame
                    yield None
                    self._cut = None
                    self.number, self.next_id = shot.number + 1, shot.next_id
                shot = Shot(self.number, self.shots, first_id=self.next_id)
                self.newest.shot = shot
            assert shot is not None, "the first frame starts a shot"
            if frame.detections is not None:
                self.looks["reduced" if frame.reduced else "full"] += 1
            with self.stopwatch("tracking"):
                complete = shot.push(frame)
            yield from complete
        if shot is not None:
            yield from shot.finish()
            yield None

    def refine(self, measured: Iterable[MeasuredFrame]) -> Generator[FrameState]:
        """Step five: the stages, on a second of a shot at a time; then positions in metres."""
        fps, size = self.shots.info.fps, (self.shots.info.width, self.shots.info.height)
        # Half a frame less than so many: times are rounded.
        together = (max(1, round(TOGETHER * fps)) - 0.5) / fps
        for window in windows(self.follow(measured), together):
            placed = self._placed(self._through_stages(window))
            frames = _with_objects(placed, [each.objects.inside(size) for each in placed])
            for left, frame in zip(reversed(range(len(frames))), frames, strict=True):
                self.given += 1
                self.checkpoint = None if left else self._checkpoint()
                yield frame.state()

    def _checkpoint(self) -> Checkpoint | None:
        cut, shot = self._cut, self.newest.shot
        memories = [stage.memory for stage in self.stages if isinstance(stage, Resumable)]
        if cut is None or cut.finder is None or shot is None or len(memories) < len(self.stages):
            return None
        return Checkpoint(
            frame=cut.index,
            given=self.given,
            shot=shot.number + 1,
            next_id=shot.next_id,
            finder=cut.finder,
            stages=tuple(memories),
            looks=self.looks,
            seconds=self.stopwatch.seconds,
        )

    def _through_stages(self, window: list[TrackedFrame]) -> list[TrackedFrame]:
        if any(PLACED in stage.reads for stage in self.stages):
            window = self._placed(window)
        for stage in self.stages:
            with self.stopwatch(stage.name):
                window = _with_objects(window, run_stage(stage, window))
        return window

    def _placed(self, window: list[TrackedFrame]) -> list[TrackedFrame]:
        """The frames with the positions of their objects on the pitch in metres."""
        return _with_objects(
            window,
            [
                frame.objects.with_columns(
                    position=positions(
                        frame.pitch.homography,
                        frame.objects.xyxy.astype(np.float32),
                        dimensions=self.shots.dimensions,
                        camera=frame.pitch.camera,
                    )
                )
                for frame in window
            ],
        )


def _with_objects(window: list[TrackedFrame], objects: list[Objects]) -> list[TrackedFrame]:
    pairs = zip(window, objects, strict=True)
    return [replace(frame, objects=table) for frame, table in pairs]
