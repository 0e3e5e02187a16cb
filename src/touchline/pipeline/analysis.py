"""The whole flow on one screen. Read this first.

::

    video ──► shots, camera motion ──► people and ball, pitch ──► tracks, homography ──► second look
    └──────── one thread ────────┘    └───── one thread ─────┘    └────── caller's thread ──────┘

Every frame is decoded and compared with the one before it; the networks look at some of them (see
``pace.py``); tracks and homographies fill the frames between from both sides; a verifier looks at
crops of what came out and drops what is no object of the game. Frames are streamed:
what waits between two stages is bounded, so memory does not grow with the clip.
"""

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from touchline.arrays import Float64, Image
from touchline.detection import Detector
from touchline.frame import Frame, FrameState
from touchline.pipeline.models import find_detector, find_pitch_model
from touchline.pipeline.pace import Pace, Pacer, Steady
from touchline.pipeline.prefetch import prefetch
from touchline.pipeline.shot import MeasuredFrame, Shot
from touchline.pipeline.stopwatch import Stopwatch
from touchline.pitch import PitchModel, positions
from touchline.settings import Settings
from touchline.tracking import CameraMotion
from touchline.verification import SecondLook, TrackedFrame, Verification, load_verification
from touchline.video import ShotDetector, VideoInfo, VideoReader

WINDOW_BYTES = 192 * 2**20
"""Decoded pictures that may wait for the networks at once."""
VERIFIED_TOGETHER = 1.0
"""Seconds of a shot that are verified together."""
HELD_WIDTH = 1920
"""Larger pictures are reduced to this width while they wait for verification."""


def analyze(
    video: str | os.PathLike[str],
    *,
    detector: Detector | None = None,
    pitch_model: PitchModel | None = None,
    verification: SecondLook | None = None,
    settings: Settings | None = None,
) -> "Analysis":
    """Say who is where, on which pitch, in every frame of ``video``; lazy, in bounded memory.

    Args:
        video: A video file, or a folder of images.
        detector: Finds people and the ball; None loads the shipped one.
        pitch_model: Finds the pitch's keypoints; None loads the shipped one.
        verification: Takes a second look at what was found; a new one for each clip. None loads
            what the settings ask for.
        settings: None reads the environment.

    Raises:
        InputError: The video cannot be read.
        ModelError: A network cannot be loaded.
    """
    settings = settings or Settings.read()
    reader = VideoReader(video)
    device = "cpu"  # what a detector of the caller's runs on is not known: pace for the slowest
    if detector is None:
        detector = loaded = find_detector(settings)
        device = loaded.device
    pace = Pace.of(settings, reader.info.fps, device=device)
    pitch_model = pitch_model or find_pitch_model(settings)
    return Analysis(
        reader,
        detector,
        pitch_model,
        pace=pace,
        batch_size=settings.batch_size,
        verification=verification or _load_verification(settings),
    )


def _load_verification(settings: Settings) -> Verification | None:
    if settings.verify == "off":
        return None
    return load_verification(
        settings.verifier,
        full=settings.verify == "full",
        cache=settings.cache,
        device=settings.device,
        threads=settings.threads,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _DecodedFrame:
    """A frame, and how it follows from the one before it."""

    frame: Frame
    cut: bool
    motion: Float64
    place: int
    """Number of the frame in its shot."""


class Analysis(Iterator[FrameState]):
    """One clip under way: iterate it for frame states; ask it what was done.

    Attributes:
        info: What the video says of itself.
        pace: How often the networks look now.
        paces: Every pace so far, by the first frame that it held for.
        stopwatch: Seconds spent in each stage so far.
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
        verification: SecondLook | None = None,
    ) -> None:
        self.info: VideoInfo = reader.info
        self.pace = pace
        self.paces = {0: pace}
        self._pacer = pacer or Steady(pace)
        self.stopwatch = Stopwatch()
        self._reader = reader
        self._detector = detector
        self._pitch_model = pitch_model
        self._verification = verification
        self._window = _window_length(reader.info, pace, batch_size)
        self._states = self._verify()

    def __next__(self) -> FrameState:
        return next(self._states)

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
    def truncated(self) -> str | None:
        """Why decoding stopped before the end of the video, or None; known after the last frame."""
        return self._reader.truncated

    @property
    def spent(self) -> dict[str, int] | None:
        """What verification has cost so far, in looks, or None where it is off."""
        return None if self._verification is None else asdict(self._verification.spent)

    def close(self) -> None:
        """Stop the threads and give the video back; also done after the last frame."""
        self._states.close()
        self._reader.close()

    def _verify(self) -> Generator[FrameState]:
        """Stage four: a second look at each second of a shot; then positions in metres."""
        together = max(1, round(VERIFIED_TOGETHER * self.info.fps))
        with closing(self._follow()) as frames:
            for window in _windows(frames, together):
                with self.stopwatch("verification"):
                    states = self._second_look(window)
                yield from map(_placed, states)

    def _second_look(self, window: list[TrackedFrame]) -> list[FrameState]:
        if self._verification is None:
            return [shown.state for shown in window]
        return self._verification.verify(window)

    def _follow(self) -> Generator[TrackedFrame]:
        """Stage three: tracks and homographies, one shot after another."""
        shot: Shot | None = None
        with closing(prefetch(self._look(), self._window)) as looks:
            for look in looks:
                if look.cut:
                    if shot is not None:
                        yield from shot.finish()
                    shot = Shot.after(shot, self.info)
                assert shot is not None, "the first frame starts a shot"
                with self.stopwatch("tracking"):
                    frames = shot.push(look)
                yield from frames
            if shot is not None:
                yield from shot.finish()

    def _look(self) -> Iterator[MeasuredFrame]:
        """Stage two: the networks, a window of frames at a time."""
        with closing(prefetch(self._watch(), self._window)) as decoded:
            window: list[tuple[_DecodedFrame, bool]] = []
            for entry in _with_last(decoded):
                window.append(entry)
                if len(window) == self._window:
                    yield from self._look_at(window)
                    window = []
            yield from self._look_at(window)

    def _look_at(self, window: list[tuple[_DecodedFrame, bool]]) -> Iterator[MeasuredFrame]:
        if window:
            self._keep_pace(window[0][0].frame.index)
        detect = [g for g, last in window if last or g.place % self.pace.detect_every == 0]
        locate = [g for g, last in window if last or g.place % self.pace.locate_every == 0]
        with self.stopwatch("detection"):
            detections = self._detector.detect([g.frame.image for g in detect])
        with self.stopwatch("pitch"):
            keypoints = self._pitch_model.locate([g.frame.image for g in locate])
        seen = dict(zip((g.frame.index for g in detect), detections, strict=True))
        found = dict(zip((g.frame.index for g in locate), keypoints, strict=True))
        for glimpse, _ in window:
            frame = glimpse.frame
            image = frame.image if self._verification and frame.index in seen else None
            yield MeasuredFrame(
                frame.index,
                frame.time,
                glimpse.cut,
                glimpse.motion,
                seen.get(frame.index),
                found.get(frame.index),
                *_held(image),
            )

    def _keep_pace(self, index: int) -> None:
        pace = self._pacer.choose(index, self.stopwatch.seconds)
        if pace != self.pace:
            self.pace = self.paces[index] = pace

    def _watch(self) -> Iterator[_DecodedFrame]:
        """Stage one: decode, find the cuts, measure how the camera moved."""
        shots, camera, place = ShotDetector(), CameraMotion(), 0
        for frame in self.stopwatch.each("decode", self._reader):
            with self.stopwatch("motion"):
                cut = shots.update(frame.image)
                if cut:
                    camera, place = CameraMotion(), 0
                motion = camera.update(frame.image)
            yield _DecodedFrame(frame, cut, motion, place)
            place += 1


def _with_last(decoded: Iterable[_DecodedFrame]) -> Iterator[tuple[_DecodedFrame, bool]]:
    """Each glimpse, and whether it is the last of its shot."""
    held: _DecodedFrame | None = None
    for glimpse in decoded:
        if held is not None:
            yield held, glimpse.cut
        held = glimpse
    if held is not None:
        yield held, True


def _held(image: Image | None) -> tuple[Image | None, float]:
    """The picture as it waits for verification, and its scale."""
    if image is None or image.shape[1] <= HELD_WIDTH:
        return image, 1.0
    scale = HELD_WIDTH / image.shape[1]
    size = (HELD_WIDTH, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _windows(frames: Iterable[TrackedFrame], length: int) -> Iterator[list[TrackedFrame]]:
    """Cut the frames into windows of one shot and at most ``length``."""
    window: list[TrackedFrame] = []
    for shown in frames:
        if len(window) == length or (window and window[0].state.shot != shown.state.shot):
            yield window
            window = []
        window.append(shown)
    if window:
        yield window


def _placed(state: FrameState) -> FrameState:
    """The state with each object's position on the pitch in metres."""
    boxes = np.asarray(state.objects.xyxy, np.float32)
    state.objects.data["position"] = positions(state.pitch.homography, boxes)
    return state


def _window_length(info: VideoInfo, pace: Pace, batch_size: int | None) -> int:
    """Frames that the networks get at once: enough for a batch, and no more than memory allows."""
    allowed = max(1, WINDOW_BYTES // (3 * info.width * info.height))
    wanted = allowed if batch_size is None else batch_size * pace.detect_every
    return min(wanted, allowed)
