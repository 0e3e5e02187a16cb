"""One clip under way: from a video to frame states. Read this first.

::

    video ──► shots, camera motion ──► people and ball ──► pitch ──► tracks, homography ──► stages
    └──────── one thread ────────┘     └─ one thread ─┘   └ one ┘    └───── caller's thread ─────┘

Every frame is decoded and compared with the one before it; the networks look at some of them (see
``pace.py``); tracks and homographies fill the frames between from both sides. Then each stage reads
the objects of a second at a time and adds to them (see ``stages.py``): verification looks at crops
of what came out and drops what is no object of the game. Frames are streamed: what waits between
two steps is bounded, so memory does not grow with the clip.

The threads hold ``_Looking`` and the caller holds the ``Analysis``; nothing below it refers to it.
Dropped half-way, as by ``break``, it takes threads, file and memory with it.
"""

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from touchline.arrays import Image
from touchline.detection import Detector
from touchline.frame import Frame, FrameState, Objects, TrackedFrame
from touchline.pipeline.pace import Pace, Pacer, Steady
from touchline.pipeline.prefetch import prefetch
from touchline.pipeline.shot import MeasuredFrame, Shot, ShotMaker
from touchline.pipeline.stages import (
    PLACED,
    Numbering,
    Revising,
    Stage,
    check_columns,
    run_stage,
)
from touchline.pipeline.stopwatch import Stopwatch
from touchline.pipeline.widths import Widths
from touchline.pipeline.windows import DecodedFrame, window_length, windows, with_last
from touchline.pitch import PitchDimensions, PitchFinder, PitchLook, PitchModel, positions
from touchline.teams import Teams
from touchline.tracking import CameraMotion, NewTracker, with_appearances
from touchline.video import LATE, Beats, ShotDetector, VideoInfo, VideoReader, rate_note

TOGETHER = 1.0
"""Seconds of a shot that the stages get together."""
HELD_WIDTH = 1920
"""Larger pictures are reduced to this width while they wait for the stages."""


class Analysis(Iterator[FrameState]):
    """One clip under way: iterate it for frame states; ask it what was done.

    Args:
        reader: The video; closed at the end.
        detector: Finds people and the ball.
        pitch_model: Finds the pitch's keypoints.
        pace: How often both look.
        pacer: Changes the pace on the way; None keeps it.
        batch_size: Images in a network at once; None is as many as memory allows.
        stages: Work on the tracked frames, in this order; made for this clip.
        dimensions: Of the pitch; 105 x 68 m unless told.
        tracker: Makes the tracker of each shot; None is ``PlayerTracker``.
        are_stills: Whether each frame is a shot of its own: nothing moves from one to the next.

    Attributes:
        info: What the video says of itself.
        dimensions: Of the pitch.
        are_stills: Whether each frame is a shot of its own.
        pace: How often the networks look now.
        paces: Every pace so far, by the first frame that it held for.
        stopwatch: Seconds spent in each stage so far.

    Raises:
        UsageError: A stage reads a column that nobody before it adds.
    """

    def __init__(
        self,
        reader: VideoReader,
        detector: Detector,
        pitch_model: PitchModel,
        *,
        pace: Pace,
        pacer: Pacer | None = None,
        batch_size: int | None = None,
        stages: Sequence[Stage] = (),
        dimensions: PitchDimensions | None = None,
        tracker: NewTracker | None = None,
        are_stills: bool = False,
    ) -> None:
        check_columns(stages, getattr(detector, "adds", ()))
        self.info: VideoInfo = reader.info
        self.dimensions = dimensions or PitchDimensions()
        self.stopwatch = Stopwatch()
        self.paces = {0: pace}
        self.are_stills = are_stills
        self._beats = Beats(reader.info.fps)
        self._given = 0
        self._reader = reader
        self._stages = stages
        self._widths = Widths(detector)
        window = window_length(reader.info, pace, batch_size)
        looking = _Looking(
            reader,
            self._widths,
            pitch_model,
            PitchFinder(self.dimensions),
            pacer=pacer or Steady(pace),
            paces=self.paces,
            stopwatch=self.stopwatch,
            beats=self._beats,
            window=window,
            keeps_pictures=any(stage.looks for stage in stages),
            are_stills=are_stills,
        )
        self._measured = prefetch(looking.look(), window)
        shots = ShotMaker(reader.info, self.dimensions, tracker)
        newest = _Newest()
        following = _Following(shots, stages, self.stopwatch, newest)
        for stage in stages:
            if isinstance(stage, Numbering) and tracker is None:
                stage.number_by(newest.new_id)
        self._states = following.refine(self._measured)
        self._turn = threading.RLock()
        self._closed = False

    def __next__(self) -> FrameState:
        with self._turn:  # threads that share it get a state each
            try:
                state = next(self._states)
            except BaseException:  # the end too; an error's traceback would keep all that is open
                self.close()
                raise
            if self._closed:  # by another thread, meanwhile
                raise StopIteration
            self._given += 1
            return state

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pace(self) -> Pace:
        """How often the networks look now."""
        return [*self.paces.values()][-1]

    @property
    def looks(self) -> dict[str, int]:
        """Looks for people and ball so far: ``full``, and ``reduced`` to 960 pixels."""
        return dict(self._widths.looks)

    @property
    def truncated(self) -> str | None:
        """Why decoding stopped before the end of the video, or None; known after the last frame."""
        return self._reader.truncated

    @property
    def timing(self) -> str | None:
        """One sentence where the frames did not come as the container claims, or None."""
        return rate_note(self.info.fps, self.info.claimed_fps, self._beats, self._given)

    @property
    def spent(self) -> dict[str, int] | None:
        """What verification has cost so far, in looks, or None where it is off."""
        spent = [stage.spent for stage in self._stages if hasattr(stage, "spent")]
        return asdict(spent[0]) if spent else None

    @property
    def kits(self) -> dict[str, dict[str, str]] | None:
        """What each team wears, as ``Summary.teams``; None where teams are not told apart."""
        kits = [stage.kits for stage in self._stages if isinstance(stage, Teams)]
        return kits[0] if kits else None

    @property
    def revises(self) -> bool:
        """Whether a stage knows more in the end than while it goes on."""
        return any(isinstance(stage, Revising) for stage in self._stages)

    def revise(self, state: FrameState) -> FrameState:
        """A state of this clip as it looks after the last frame; ids and boxes stay."""
        objects = Objects.from_supervision(state.objects)
        for stage in self._stages:
            if isinstance(stage, Revising):
                objects = stage.revise(objects, state.time)
        return replace(state, objects=objects.to_supervision())

    def close(self) -> None:
        """Stop the threads and give the video back; also done after the last frame.

        Any thread may call it: whoever waits for a state then is told that there is none. Dropping
        the ``Analysis`` does the same.
        """
        self._closed = True
        self._measured.close()  # first: it wakes who waits for a frame
        with self._turn:
            self._states.close()
            self._reader.close()


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A frame after step two, and whether the pitch is looked for in it."""

    decoded: DecodedFrame
    detections: Objects | None
    is_locating: bool


@dataclass(slots=True, eq=False)
class _Looking:
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

    def watch(self) -> Iterator[DecodedFrame]:
        """Step one: decode, find where shots begin, measure how the camera moved."""
        camera, start, before = CameraMotion(), 0.0, 0.0
        with closing(self._split()) as frames:
            for frame, cut in frames:
                beat = self.beats.of(frame.time)
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
                for seen in window:
                    frame = seen.decoded.frame
                    looked = self.keeps_pictures and seen.detections is not None
                    yield MeasuredFrame(
                        frame.index,
                        frame.time,
                        seen.decoded.beat,
                        seen.decoded.cut,
                        seen.decoded.motion,
                        seen.detections,
                        looks.get(frame.index),
                        *_held(frame.image if looked else None),
                    )

    def _detect(self) -> Iterator[list[_Seen]]:
        """Step two: people and ball."""
        with closing(prefetch(self.watch(), self.window)) as decoded:
            window: list[tuple[DecodedFrame, bool]] = []
            for entry in with_last(decoded):
                window.append(entry)
                if len(window) == self.window:
                    yield self._detect_in(window)
                    window = []
            if window:
                yield self._detect_in(window)

    def _detect_in(self, window: list[tuple[DecodedFrame, bool]]) -> list[_Seen]:
        index = window[0][0].frame.index
        pace = [*self.paces.values()][-1]
        chosen = self.pacer.choose(index, self.stopwatch.seconds)
        if chosen != pace:
            pace = self.paces[index] = chosen
        due = [g for g, last in window if last or g.is_due(pace.detect_every)]
        with self.stopwatch("detection"):
            images, begins = [g.frame.image for g in due], [g.cut for g in due]
            tables = map(with_appearances, self.detector.detect(images, begins, pace), images)
            found = dict(zip((g.frame.index for g in due), tables, strict=True))
        return [
            _Seen(each, found.get(each.frame.index), last or each.is_due(pace.locate_every))
            for each, last in window
        ]

    def _locate(self, window: Sequence[_Seen]) -> dict[int, PitchLook | None]:
        """Step three: what those frames of a window that are due say of the pitch, by number."""
        chosen = [each.decoded.frame for each in window if each.is_locating]
        keypoints = self.pitch_model.locate([frame.image for frame in chosen])
        found = dict(zip((frame.index for frame in chosen), keypoints, strict=True))
        looks: dict[int, PitchLook | None] = {}
        for each in (seen.decoded for seen in window):
            if each.cut:
                self.finder.begin_shot()
            self.finder.move(each.motion)
            if each.frame.index in found:
                looks[each.frame.index] = self.finder.look(
                    each.frame.image, found[each.frame.index]
                )
        return looks


@dataclass(slots=True, eq=False)
class _Newest:
    """The shot that came last: its ids are the highest. Stages keep it; it knows none of them."""

    shot: Shot | None = None

    def new_id(self) -> int:
        """An id that nobody has."""
        assert self.shot is not None, "ids are given to people of a shot"
        return self.shot.new_id()


@dataclass(frozen=True, slots=True, eq=False)
class _Following:
    """Steps four and five, in the caller's thread."""

    shots: ShotMaker
    stages: Sequence[Stage]
    stopwatch: Stopwatch
    newest: _Newest

    def follow(self, measured: Iterable[MeasuredFrame]) -> Iterator[TrackedFrame]:
        """Step four: tracks and homographies, one shot after another."""
        shot: Shot | None = None
        for frame in measured:
            if frame.cut:
                if shot is not None:
                    yield from shot.finish()
                shot = self.newest.shot = self.shots.after(shot)
            assert shot is not None, "the first frame starts a shot"
            with self.stopwatch("tracking"):
                complete = shot.push(frame)
            yield from complete
        if shot is not None:
            yield from shot.finish()

    def refine(self, measured: Iterable[MeasuredFrame]) -> Generator[FrameState]:
        """Step five: the stages, on a second of a shot at a time; then positions in metres."""
        fps, size = self.shots.info.fps, (self.shots.info.width, self.shots.info.height)
        # Half a frame less than so many: times are rounded.
        together = (max(1, round(TOGETHER * fps)) - 0.5) / fps
        for window in windows(self.follow(measured), together):
            placed = self._placed(self._through_stages(window))
            for frame in _with_objects(placed, [each.objects.inside(size) for each in placed]):
                yield frame.state()

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


def _held(image: Image | None) -> tuple[Image | None, float]:
    """The picture as it waits for the stages, and its scale."""
    if image is None or image.shape[1] <= HELD_WIDTH:
        return image, 1.0
    scale = HELD_WIDTH / image.shape[1]
    size = (HELD_WIDTH, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _with_objects(window: list[TrackedFrame], objects: list[Objects]) -> list[TrackedFrame]:
    pairs = zip(window, objects, strict=True)
    return [replace(frame, objects=table) for frame, table in pairs]
