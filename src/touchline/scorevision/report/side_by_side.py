"""Two answers drawn over their clip, the first left and the second right."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import supervision as sv

from touchline.arrays import Float64
from touchline.evaluation.metrics import fitted_homography
from touchline.files import require_apart
from touchline.frame import NO_ID, Frame, FrameState, PitchState, Source
from touchline.outputs import TICKS, FileWriter, add_stream, to_yuv
from touchline.outputs.drawing import Trail, draw
from touchline.scorevision import wire
from touchline.scorevision.response import Response
from touchline.video import IMAGE_FPS, VideoReader

MAX_ID = 10**6
"""Ids from here on are not drawn."""


class SideBySide(FileWriter):
    """Writes the states of the first answer beside those of the second: H.264, twice as wide.

    Args:
        path: The file to make.
        video: The clip; it is read once more.
        second: The other answer, from which a state is made for each that is written.

    Raises:
        InputError: The video cannot be read again.
        OutputError: As for every ``FileWriter``.
        UsageError: The file to make is one of those that are read.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        video: str | os.PathLike[str],
        second: Response,
        *,
        image_fps: float = IMAGE_FPS,
    ) -> None:
        super().__init__(path)
        self._video, self._image_fps = video, image_fps
        self._second = second
        self._resources = ExitStack()

    def _open(self, partial: Path) -> None:
        require_apart([self.path], [self._video, self._second.path])
        self._reader = self._resources.enter_context(
            VideoReader(self._video, image_fps=self._image_fps)
        )
        self._trails = Trail(), Trail()
        options = {"movflags": "+faststart"}
        self._container = av.open(str(partial), "w", format="mp4", options=options)
        info = replace(self._reader.info, width=2 * self._reader.info.width)
        self._stream = add_stream(self._container, info)
        self._resources.callback(self._finish_container)

    def _append(self, state: FrameState) -> None:
        frame = next(self._reader)
        other = state_of(self._second, frame)
        size = frame.image.shape[1], frame.image.shape[0]
        halves = [
            draw(frame.image, each, trail=trail.follow(each, size))
            for each, trail in zip((state, other), self._trails, strict=True)
        ]
        encoded = to_yuv(np.concatenate(halves, axis=1))
        encoded.time_base = Fraction(1, TICKS)
        encoded.pts = round(frame.time * TICKS)
        self._container.mux(self._stream.encode(encoded))

    def _close(self) -> None:
        self._resources.close()

    def _finish_container(self) -> None:
        try:
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


def write_side_by_side(
    path: str | os.PathLike[str],
    first: Response,
    second: Response,
    video: str | os.PathLike[str],
    *,
    image_fps: float = IMAGE_FPS,
) -> None:
    """Write a video of two answers to a clip, frame by frame beside each other.

    Args:
        path: The file to make.
        first: TrackedFrame left.
        second: TrackedFrame right.
        video: Their clip.
        image_fps: Images a second, for a folder.

    Raises:
        InputError: The video cannot be read.
        OutputError: The file cannot be written.
    """
    writer = SideBySide(path, video, second, image_fps=image_fps)
    with writer, VideoReader(video, image_fps=image_fps) as reader:
        for frame in reader:
            writer.write(state_of(first, frame))


def state_of(response: Response, frame: Frame) -> FrameState:
    """An answer to one frame as an overlay draws it; what lies outside the picture is cut off."""
    given = response.frames[frame.index]
    height, width = frame.image.shape[:2]
    return FrameState(
        index=frame.index,
        time=frame.time,
        shot=0,
        objects=_detections(wire.objects_of(given), (width, height)),
        pitch=_pitch(wire.keypoints_of(given), (width, height)),
    )


def _detections(objects: Sequence[Mapping[str, Any]], size: tuple[int, int]) -> sv.Detections:
    """Boxes, classes and ids; the other keys of an answer need not be what they are here."""
    if not objects:
        return sv.Detections.empty()
    xyxy = wire.boxes_of(objects)
    return sv.Detections(
        xyxy=np.clip(xyxy, 0, (*size, *size)).astype(np.float32),
        class_id=wire.class_ids_of(objects),
        confidence=np.ones(len(objects), np.float32),
        tracker_id=np.array([_tracker_id(each.get(wire.ID)) for each in objects], int),
        data={
            "source": np.array([str(each.get(wire.SOURCE, Source.DETECTED)) for each in objects])
        },
    )


def _tracker_id(given: object) -> int:
    """The id where it is a number that can be drawn."""
    return given if isinstance(given, int) and 0 <= given < MAX_ID else NO_ID


def _pitch(points: Float64, size: tuple[int, int]) -> PitchState:
    present = (points != 0).any(axis=1) & (points >= 0).all(axis=1) & (points <= size).all(axis=1)
    fitted = fitted_homography(np.where(present[:, None], points, np.nan), size)
    keypoints = sv.KeyPoints(
        xy=np.where(present[:, None], points, 0)[None].astype(np.float32),
        keypoint_confidence=present[None].astype(np.float32),
    )
    sources = tuple(Source.DETECTED if seen else None for seen in present.tolist())
    return PitchState(keypoints, sources, fitted if np.isfinite(fitted).all() else None)
