"""Frames of a video with their numbers and times."""

import os
import threading
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Self

from touchline.frame import Frame
from touchline.video.arriving import ArrivingFile
from touchline.video.images import ImageFolder
from touchline.video.info import Pictures, VideoInfo
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

    Attributes:
        info: What the video says of itself.

    Raises:
        InputError: Not one frame can be read.
        UsageError: ``image_fps`` or ``threads`` out of range.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | ArrivingFile,
        *,
        image_fps: float = IMAGE_FPS,
        threads: int = 0,
    ) -> None:
        self._pictures = open_source(path, image_fps=image_fps, threads=threads)
        self.info: VideoInfo = self._pictures.info
        self._frames = _numbered(self._pictures)
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


def _numbered(pictures: Pictures) -> Generator[Frame]:
    """The frames. Knows nothing of the reader: one that is dropped goes at once, with its file."""
    for index, (time, image) in enumerate(pictures):
        yield Frame(index, time, image)


def read_frames(
    path: str | os.PathLike[str], *, image_fps: float = IMAGE_FPS, threads: int = 0
) -> Iterator[Frame]:
    """Read a video lazily, from beginning to end; arguments and errors as in ``VideoReader``."""
    with VideoReader(path, image_fps=image_fps, threads=threads) as reader:
        yield from reader
