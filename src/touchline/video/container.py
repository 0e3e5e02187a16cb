"""A video file, decoded by FFmpeg through PyAV."""

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.buffer import Buffer
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from touchline.arrays import Image
from touchline.errors import InputError
from touchline.video.arriving import ArrivingFile
from touchline.video.clock import Clock
from touchline.video.decoding import Decoder
from touchline.video.info import KeyFrame, Picture, VideoInfo, require_size
from touchline.video.orientation import Orientation, from_display_matrix
from touchline.video.rate import measured_rate

ALLOWED = "a video that FFmpeg can decode (mp4, mov, mkv, webm, avi, ts, …) is needed"

# FFmpeg draws text files as pictures, and a playlist can name any other file of the machine.
NOT_A_VIDEO = frozenset({"tty", "hls", "dash", "concat"})

# What is read of a stranger's file: containers that hold pictures and name no other file.
CONTAINERS = "mov,matroska,avi,mpegts,mpeg,flv,ogg"

# Containers without presentation times: what FFmpeg gives as such is the order of storage.
WITHOUT_TIMES = frozenset({"avi"})

# A pixel that is said to be longer than this is a fault of the file.
MOST_OBLONG = 10

# Seconds by which a container may overstate its duration; matters only where it counts no frames.
SLACK = 0.5


class VideoFile:
    """An open video file; read it once.

    The first picture is decoded at once, because rotation and readability show only there.

    Args:
        path: An existing file, or one that is still arriving, of one of ``CONTAINERS``.
        threads: Decoder threads; 0 lets FFmpeg choose.

    Raises:
        InputError: Not a video, no picture in it, or pictures too small.
    """

    def __init__(self, path: Path | ArrivingFile, *, threads: int) -> None:
        self._process, self._path = os.getpid(), path
        self._container = open_container(path)
        try:
            self._stream = video_stream(self._container, path)
            self._decoder = Decoder(self._container, self._stream, threads=threads)
            seconds = self._seconds()
            self._frames = iter(self._decoder)
            self._first = _first(self._frames, path)
            self._orientation = _orientation(self._first)
            self.info = _describe(self._stream, self._first, path, seconds)
            require_size(path, self.info.width, self.info.height)
        except InputError:
            self.close()
            _require_coming(path)  # the better reason, where there is one
            raise
        except BaseException:
            self.close()
            raise
        self.damage: str | None = None

    def since(self, start: float, entry: KeyFrame | None = None) -> Iterator[Picture]:
        """Time in seconds and BGR picture of each frame, in presentation order.

        Raises:
            InputError: The stream does not show the frame of ``entry`` where it said.
        """
        clock = Clock(1 / self.info.fps, self._time_base)
        count, end = 0, 0.0
        frame: VideoFrame | None = self._first
        if entry is not None and entry.index:
            clock.tick(self._first.pts)  # seconds count from there
            count, frame = entry.index, self._sought(entry)
        while frame is not None:
            time = clock.tick(frame.pts)
            count, end = count + 1, time + 1 / self.info.fps
            yield time, self._upright(frame) if time >= start else None
            frame = next(self._frames, None)
        _require_coming(self._path)
        self.damage = self._explain(count, end)

    def _sought(self, entry: KeyFrame) -> VideoFrame:
        """The frame at a key frame: the decoder begins there, or at one before."""
        self._container.seek(entry.stamp, stream=self._stream)
        self._decoder.begin_anew()
        self._frames = iter(self._decoder)
        for frame in self._frames:
            # Pictures before it lean on others that were not decoded.
            if frame.pts is not None and frame.pts >= entry.stamp:
                if frame.pts == entry.stamp:
                    return frame
                break
        raise InputError(f"{self._path}: no frame can be decoded at {entry.time:g} s; {ALLOWED}")

    def _upright(self, frame: VideoFrame) -> Image:
        # The pixels of `cv2.VideoCapture`; in one thread, as FFmpeg's own choice costs twice the
        # time for pictures of this size.
        image = cast(Image, frame.to_ndarray(format="bgr24", threads=1))
        return self._orientation.apply(image)

    def _seconds(self) -> list[float | None]:
        """Times of the first pictures as the file tells them; of AVI, by their places in it."""
        stamps, base = self._decoder.stamps(), self._stream.time_base
        if base is None:
            return []
        if self._time_base is None:
            stamps = self._decoder.places()
        return [None if each is None else float(each * base) for each in stamps]

    @property
    def _time_base(self) -> Fraction | None:
        has_times = self._container.format.name not in WITHOUT_TIMES
        return self._stream.time_base if has_times else None

    def close(self) -> None:
        """Free the decoder and the file, but not in a forked process, which lacks its threads."""
        if os.getpid() == self._process:
            self._container.close()

    def __del__(self) -> None:
        # The container and its streams hold each other, and with them the file and the threads.
        if hasattr(self, "_container"):
            self.close()

    def _explain(self, count: int, end: float) -> str | None:
        """Why pictures are missing, given how many were read and when the last one ended."""
        ended_early = self._decoder.stopped
        if ended_early is None and self._falls_short(count + self._decoder.lost, end):
            ended_early = "the file ends early"
        clauses = (ended_early, self._decoder.faults())
        return "; ".join(clause for clause in clauses if clause) or None

    def _falls_short(self, count: int, end: float) -> bool:
        if self.info.frames is not None:
            # One picture less is common: encoders count one that they never wrote.
            return count < self.info.frames - 1
        return self.info.duration is not None and end < self.info.duration - SLACK


def open_container(path: Path | ArrivingFile) -> InputContainer:
    """Open a file that FFmpeg takes for a video.

    Raises:
        InputError: It does not, or takes it for a text or a playlist.
    """
    # Only `file`: a local file must not make this machine call another one.
    options = {"protocol_whitelist": "file"}
    if isinstance(path, ArrivingFile):
        options["format_whitelist"] = CONTAINERS
    file = path if isinstance(path, ArrivingFile) else str(path.absolute())
    try:
        container = av.open(file, "r", container_options=options, metadata_errors="replace")
    except av.FFmpegError as error:
        _require_coming(path)
        raise InputError(f"{path}: not a readable video ({error.strerror}); {ALLOWED}") from error
    if set(container.format.name.split(",")) & NOT_A_VIDEO:
        container.close()
        raise InputError(f"{path}: a text or a playlist; {ALLOWED}")
    return container


def _require_coming(path: os.PathLike[str]) -> None:
    """Refuse a file of which the rest will never arrive."""
    if isinstance(path, ArrivingFile) and path.failure is not None:
        raise InputError(f"{path}: {path.failure}")


def video_stream(container: InputContainer, path: os.PathLike[str]) -> VideoStream:
    """The pictures of a file.

    Raises:
        InputError: It has none, or none that can be decoded.
    """
    stream = cast(VideoStream | None, container.streams.best("video"))
    # The cover of an audio file is stored as a video of one picture.
    if stream is None or stream.disposition & Disposition.attached_pic:
        raise InputError(f"{path}: holds no video, only other data such as audio; {ALLOWED}")
    if stream.codec_context is None:
        raise InputError(f"{path}: FFmpeg has no decoder for this codec; {ALLOWED}")
    return stream


def _first(frames: Iterator[VideoFrame], path: os.PathLike[str]) -> VideoFrame:
    frame = next(frames, None)
    if frame is None:
        raise InputError(f"{path}: not one frame could be decoded; {ALLOWED}")
    return frame


def _orientation(frame: VideoFrame) -> Orientation:
    matrix = cast(Buffer | None, frame.side_data.get("DISPLAYMATRIX"))
    if matrix is None:
        return Orientation()
    return from_display_matrix(np.frombuffer(bytes(matrix), np.int32))


def _describe(
    stream: VideoStream, first: VideoFrame, path: os.PathLike[str], seconds: Sequence[float | None]
) -> VideoInfo:
    claim = stream.average_rate or stream.guessed_rate
    claimed = float(claim) if claim else None
    rate = measured_rate(seconds, claimed)
    if not rate:
        raise InputError(f"{path}: does not say its frame rate; {ALLOWED}")
    # Then empty chunks are counted as frames.
    is_filled_up = rate != claimed and stream.container.format.name in WITHOUT_TIMES
    orientation = _orientation(first)
    width, height = orientation.size(first.width, first.height)
    return VideoInfo(
        width=width,
        height=height,
        fps=rate,
        frames=None if is_filled_up else _frames_shown(stream),
        duration=_duration(stream),
        codec=stream.codec_context.name,
        rotation=orientation.rotation,
        pixel_ratio=_pixel_ratio(stream, transposed=orientation.transpose),
        claimed_fps=None if rate == claimed else claimed,
    )


def _pixel_ratio(stream: VideoStream, *, transposed: bool) -> float:
    """Of the pictures as they are turned for display; a broken one counts as square."""
    ratio = stream.sample_aspect_ratio or Fraction(1)
    if not 1 / MOST_OBLONG <= ratio <= MOST_OBLONG:
        return 1.0
    return float(1 / ratio if transposed else ratio)


def _frames_shown(stream: VideoStream) -> int | None:
    """Frames that will be shown: an edit list hides some of those that are stored."""
    index = stream.index_entries
    hidden = sum(entry.is_discard for entry in index) if len(index) == stream.frames else 0
    return stream.frames - hidden or None


def _duration(stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    whole = cast(InputContainer, stream.container).duration
    # With audio beside it, the length of the file need not be that of the video.
    if whole is None or len(stream.container.streams) > 1:
        return None
    return whole / av.time_base
