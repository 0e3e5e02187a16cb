"""``overlay.mp4``: the video with everything that was found drawn over it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from touchline.arrays import Image
from touchline.errors import InputError
from touchline.files import as_path, require_apart
from touchline.frame import Frame, FrameState
from touchline.outputs.drawing import Trail, draw
from touchline.outputs.writer import FileWriter
from touchline.pitch import PitchDimensions
from touchline.video import VideoInfo, VideoReader

TICKS = 120_000
"""Time steps a second: milliseconds and the usual frame rates, 30000/1001 too, fall on a step."""

_MAX_RATE = 240


class Overlay(FileWriter):
    """Writes ``overlay.mp4``: H.264, yuv420p, the size and the times of the video.

    The video is read a second time, one frame for each state; frames without a state are left out.
    An odd width or height grows by one pixel, repeated from the border: 4:2:0 knows no odd sizes.
    There is no sound.

    Args:
        path: The file to make.
        video: The video that the states are of: a file, or a folder of images.
        dimensions: Of the pitch whose lines are drawn.
        image_fps: Images a second, for a folder.

    Raises:
        InputError: The video cannot be read again, or has fewer frames than there are states.
        OutputError: As for every ``FileWriter``.
        UsageError: The file to make is the video.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        video: str | os.PathLike[str],
        *,
        dimensions: PitchDimensions | None = None,
        image_fps: float = 25.0,
    ) -> None:
        super().__init__(path)
        self._video = as_path(video)
        self._dimensions = dimensions or PitchDimensions()
        self._image_fps = image_fps
        self._resources = ExitStack()

    def _open(self, partial: Path) -> None:
        require_apart([self.path], [self._video])
        reader = VideoReader(self._video, image_fps=self._image_fps)
        self._resources.callback(reader.close)
        self._frames: Iterator[Frame] = iter(reader)
        self._trail = Trail()
        options = {"movflags": "+faststart"}
        self._container = av.open(str(partial), "w", format="mp4", options=options)
        self._stream = add_stream(self._container, reader.info)
        self._resources.callback(self._finish_container)

    def _append(self, state: FrameState) -> None:
        frame = self._frame_of(state)
        size = (frame.image.shape[1], frame.image.shape[0])
        trail = self._trail.follow(state, size)
        picture = draw(frame.image, state, trail=trail, dimensions=self._dimensions)
        encoded = to_yuv(picture)
        encoded.time_base = Fraction(1, TICKS)
        encoded.pts = round(frame.time * TICKS)
        self._container.mux(self._stream.encode(encoded))

    def _close(self) -> None:
        self._resources.close()

    def _frame_of(self, state: FrameState) -> Frame:
        for frame in self._frames:
            if frame.index == state.index:
                return frame
        raise InputError(
            f"{os.fspath(self._video)}: frame {state.index} could not be read a second time; "
            "the video must not change meanwhile"
        )

    def _finish_container(self) -> None:
        try:
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


def add_stream(container: OutputContainer, info: VideoInfo) -> VideoStream:
    """H.264 for pictures of ``info``'s size, rounded up to even numbers."""
    rate = Fraction(min(max(info.fps, 1.0), _MAX_RATE)).limit_denominator(1001)
    options = {"preset": "veryfast", "crf": "21"}
    stream = container.add_stream("libx264", rate=rate, options=options)
    stream.width, stream.height = info.width + info.width % 2, info.height + info.height % 2
    stream.pix_fmt = "yuv420p"
    # As wide on a screen as the video itself.
    stream.codec_context.sample_aspect_ratio = Fraction(info.pixel_ratio).limit_denominator(1001)
    stream.codec_context.time_base = Fraction(1, TICKS)
    return stream


def to_yuv(image: Image) -> av.VideoFrame:
    """BGR (H, W, 3) to planar 4:2:0, the last row and column repeated where the size is odd.

    With the coefficients of BT.601, as the reader decodes: what was not drawn on comes out as it
    went in, whatever the video's own matrix is. No matrix is named in the file, so that players
    guess as they do for most videos.
    """
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        image = np.asarray(
            cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE), np.uint8
        )
    planes = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)
    return av.VideoFrame.from_ndarray(planes, "yuv420p")
