"""Frames of a video with their numbers and times."""

import math
import os
import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

from touchline.errors import InputError, require_number
from touchline.frame import Frame
from touchline.video.arriving import ArrivingFile
from touchline.video.images import ImageFolder
from touchline.video.info import KeyFrame, Pictures, VideoInfo
from touchline.video.source import IMAGE_FPS, open_source


class VideoReader:
    """An open video: a context manager, and an iterator over its frames, once.

    Frames are numbered as ``cv2.VideoCapture.read`` would count them and carry the same pixels,
    BGR, upright. Times are those of the container, from the first frame, and always grow. One frame
    at a time is held. Threads may share a reader: who closes it waits for the frame that another
    decodes. A reader that nobody holds any more is closed.

    Args:
        path: A video file, also one that is still arriving, or a folder of images.
        image_fps: Images a second, for a folder.
        threads: Decoder threads; 0 lets FFmpeg choose.
        start: Seconds from which frames are given; what lies before is decoded, so that numbers
            and times are those of the whole video, and left out.
        end: Seconds before which the last frame lies; None is the end of the video.
        entry: Where decoding begins, of this file's ``Timeline``: what lies before costs nothing.

    Attributes:
        info: What the video says of itself; frames and duration are of the part that is given.

    Raises:
        InputError: Not one frame can be read, or none lies between ``start`` and ``end``: that
            shows where the first is asked for.
        UsageError: ``image_fps`` or ``threads`` out of range, or ``end`` not after ``start``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | ArrivingFile,
        *,
        image_fps: float = IMAGE_FPS,
        threads: int = 0,
        start: float = 0.0,
        end: float | None = None,
        entry: KeyFrame | None = None,
    ) -> None:
        require_number("start", start, least=0)
        if end is not None:
            require_number("end", end, above=start)
        self._pictures = open_source(path, image_fps=image_fps, threads=threads)
        self.info: VideoInfo = _part(self._pictures.info, start, end)
        span = start, math.inf if end is None else end
        self._frames = _numbered(self._pictures, span, entry)
        if start:
            self._frames = _not_empty(self._frames, f"{path}: no frame lies after {start:g} s")
        self._count = 0
        self._turn = threading.RLock()
        self._process = os.getpid()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Frame:
        with self._turn:
            frame = next(self._frames)
            self._count += 1
            return frame

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the decoder and the file; no frame comes after."""
        if os.getpid() != self._process:
            return  # forked: the decoder's threads are not here, and it would wait for them
        with self._turn:
            self._frames.close()
            self._pictures.close()

    @property
    def are_stills(self) -> bool:
        """Whether this is a folder of images that do not follow one another as a film's do."""
        return isinstance(self._pictures, ImageFolder) and self._pictures.are_stills

    @property
    def truncated(self) -> str | None:
        """After the last frame: one sentence on what could not be read, or None."""
        if self._pictures.damage is None:
            return None
        about = f" of about {self.info.frames}" if self.info.frames else ""
        return f"{self._count}{about} frames could be read: {self._pictures.damage}"


def _part(info: VideoInfo, start: float, end: float | None) -> VideoInfo:
    """What is known of the part of a video between two times."""
    if start == 0 and end is None:
        return info
    whole = math.inf if info.duration is None else info.duration
    duration = max(0.0, min(whole, math.inf if end is None else end) - start)
    if math.isinf(duration):
        return replace(info, frames=None, duration=None)
    return replace(info, frames=math.ceil(duration * info.fps), duration=duration)


def _numbered(
    pictures: Pictures, span: tuple[float, float], entry: KeyFrame | None
) -> Generator[Frame]:
    """The frames. Knows nothing of the reader: one that is dropped goes at once, with its file."""
    first = entry.index if entry else 0
    for index, (time, image) in enumerate(pictures.since(span[0], entry), start=first):
        if time >= span[1]:
            return
        if image is not None:
            yield Frame(index, time, image)


def _not_empty(frames: Generator[Frame], message: str) -> Generator[Frame]:
    """The frames, or an ``InputError`` where there are none."""
    first = next(frames, None)
    if first is None:
        raise InputError(message)
    yield first
    yield from frames


def read_frames(
    path: str | os.PathLike[str], *, image_fps: float = IMAGE_FPS, threads: int = 0
) -> Iterator[Frame]:
    """Read a video lazily, from beginning to end; arguments and errors as in ``VideoReader``."""
    with VideoReader(path, image_fps=image_fps, threads=threads) as reader:
        yield from reader
