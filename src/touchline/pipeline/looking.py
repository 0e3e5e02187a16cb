"""Steps one to three of the flow: pictures, what the networks see in them, and the pitch.

They know nothing of what follows: the threads that run them must not keep who reads alive.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import Image
from touchline.frame import Frame, Objects
from touchline.pipeline.pace import Pace, Pacer
from touchline.pipeline.prefetch import prefetch
from touchline.pipeline.shot import MeasuredFrame
from touchline.pipeline.stopwatch import Stopwatch
from touchline.pipeline.widths import Widths
from touchline.pipeline.windows import DecodedFrame, with_last
from touchline.pitch import FinderMemory, PitchFinder, PitchLook, PitchModel
from touchline.tracking import CameraMotion, with_appearances
from touchline.video import LATE, Beats, ShotDetector, VideoReader

HELD_WIDTH = 1920
"""Larger pictures are reduced to this width while they wait for the stages."""


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A frame after step two, and whether the pitch is looked for in it."""

    decoded: DecodedFrame
    detections: Objects | None
    reduced: bool
    is_locating: bool


@dataclass(slots=True, eq=False)
class Looking:
    """Steps one to three, each in a thread of its own."""

    reader: VideoReader
    detector: Widths
    pitch_model: PitchModel
    finder: PitchFinder
    pacer: Pacer
    paces: dict[int, Pace]
    stopwatch: Stopwatch
    beats: Beats
    window: int
    """Frames that the networks get at once."""
    keeps_pictures: bool
    are_stills: bool
    first: int = 0
    """Number of the first frame that is looked at; a shot begins with it."""
    passed: int = 0
    """Frames that the networks have passed."""
    left_out: int | None = None
    """Number of the first frame for which there was no time."""

    def watch(self) -> Iterator[DecodedFrame]:
        """Step one: decode, find where shots begin, measure how the camera moved."""
        camera, start, before = CameraMotion(), 0.0, 0.0
        with closing(self._split()) as frames:
            for frame, cut in frames:
                beat = self.beats.of(frame.time)
                if frame.index < self.first:
                    continue
                with self.stopwatch("motion"):
                    if cut:
                        camera, start, before = CameraMotion(), beat, beat
                    motion = camera.update(frame.image)
                yield DecodedFrame(frame, cut, motion, beat - start, beat - before)
                before = beat

    def _split(self) -> Generator[tuple[Frame, bool]]:
        """Each frame, and whether a shot begins with it: known at most ``LATE`` frames later."""
        if self.are_stills:
            yield from ((frame, True) for frame in self.stopwatch.each("decode", self.reader))
            return
        shots = ShotDetector()
        frames: deque[Frame] = deque()
        cuts: deque[bool] = deque()
        for frame in self.stopwatch.each("decode", self.reader):
            frames.append(frame)
            with self.stopwatch("motion"):
                cuts.append(False)
                if shots.update(frame.image, frame.time):
                    cuts[-1 - shots.late] = True
            if len(frames) > LATE:
                yield frames.popleft(), cuts.popleft()
        yield from zip(frames, cuts, strict=True)

    def look(self) -> Iterator[MeasuredFrame]:
        """Steps two and three: the networks, a window of frames at a time."""
        with closing(prefetch(self._detect(), 1)) as windows:
            for window in windows:
                with self.stopwatch("pitch"):
                    looks = self._locate(window)
                for seen, (look, memory) in zip(window, looks, strict=True):
                    frame = seen.decoded.frame
                    looked = self.keeps_pictures and seen.detections is not None
                    yield MeasuredFrame(
                        frame.index,
                        frame.time,
                        seen.decoded.beat,
                        seen.decoded.cut,
                        seen.decoded.motion,
                        seen.detections,
                        look,
                        *_held(frame.image if looked else None),
                        seen.reduced,
                        memory,
                    )

    def _detect(self) -> Iterator[list[_Seen]]:
        """Step two: people and ball."""
        with closing(prefetch(self.watch(), self.window)) as decoded:
            window: list[tuple[DecodedFrame, bool]] = []
            for entry in with_last(decoded):
                window.append(entry)
                if len(window) == self.window:
                    if not self._has_time(window):
                        return
                    yield self._detect_in(window)
                    window = []
            if window and self._has_time(window):
                yield self._detect_in(window)

    def _has_time(self, window: list[tuple[DecodedFrame, bool]]) -> bool:
        """Ask for the pace at which the networks look at a window, and whether they do at all."""
        index = window[0][0].frame.index
        pace = self.pacer.choose(self.passed, self.stopwatch.seconds)
        if pace is None:
            self.left_out = index
            return False
        if pace != self._pace:
            self.paces[index] = pace
        return True

    @property
    def _pace(self) -> Pace:
        return [*self.paces.values()][-1]

    def _detect_in(self, window: list[tuple[DecodedFrame, bool]]) -> list[_Seen]:
        pace = self._pace
        self.passed += len(window)
        due = [g for g, last in window if last or g.is_due(pace.detect_every)]
        with self.stopwatch("detection"):
            images, begins = [g.frame.image for g in due], [g.cut for g in due]
            tables = map(with_appearances, self.detector.detect(images, begins, pace), images)
            found = dict(zip((g.frame.index for g in due), tables, strict=True))
            reduced = {due[place].frame.index for place in self.detector.reduced}
        return [
            _Seen(
                each,
                found.get(each.frame.index),
                each.frame.index in reduced,
                last or each.is_due(pace.locate_every),
            )
            for each, last in window
        ]

    def _locate(
        self, window: Sequence[_Seen]
    ) -> list[tuple[PitchLook | None, FinderMemory | None]]:
        """Step three, frame by frame: what those that are due say of the pitch.

        Where a shot begins, also what the finder brings from those before.
        """
        chosen = [each.decoded.frame for each in window if each.is_locating]
        keypoints = self.pitch_model.locate([frame.image for frame in chosen])
        found = dict(zip((frame.index for frame in chosen), keypoints, strict=True))
        looks: list[tuple[PitchLook | None, FinderMemory | None]] = []
        for each in (seen.decoded for seen in window):
            memory = None
            if each.cut:
                self.finder.begin_shot()
                memory = self.finder.memory
            self.finder.move(each.motion)
            points = found.get(each.frame.index)
            look = None if points is None else self.finder.look(each.frame.image, points)
            looks.append((look, memory))
        return looks


def _held(image: Image | None) -> tuple[Image | None, float]:
    """The picture as it waits for the stages, and its scale."""
    if image is None or image.shape[1] <= HELD_WIDTH:
        return image, 1.0
    scale = HELD_WIDTH / image.shape[1]
    size = (HELD_WIDTH, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale
