"""Writes a synthetic match to a folder: the video and its truth."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from touchline.errors import InputError, OutputError, UsageError
from touchline.files import UnfinishedFile, as_path
from touchline.synthetic.match import SyntheticMatch
from touchline.synthetic.truth import Truth, read_truth, write_truth
from touchline.video import VideoReader

VIDEO, TRUTH = "match.mp4", "truth.json"

_CODECS = ("libx264", "libopenh264", "mpeg4")
"""The best one first: which of them exist depends on how PyAV was built."""
_BITS_PER_PIXEL = 0.16
"""3.7 Mbit/s at 1280x720 and 25 frames a second, as a broadcast has."""


def write_match(
    folder: str | Path,
    *,
    seed: int = 7,
    seconds: float = 8.0,
    fps: float = 25.0,
    size: tuple[int, int] = (1280, 720),
    close_up: tuple[float, float] | None = (0.6, 0.78),
) -> list[Truth]:
    """Paint a match into ``folder``: ``match.mp4`` and ``truth.json``.

    The arguments are those of ``SyntheticMatch``.

    Returns:
        The truth of each frame; ``read_truth`` gives it back.

    Raises:
        OutputError: the folder, the video or the truth cannot be written.
        UsageError: see ``SyntheticMatch``; or a file of those names is not of such a match.
    """
    match = SyntheticMatch(seed, seconds=seconds, fps=fps, size=size, close_up=close_up)
    return record_match(folder, match)


def record_match(folder: str | Path, match: SyntheticMatch) -> list[Truth]:
    """The same with a match that was chosen already.

    Raises:
        OutputError: the folder, the video or the truth cannot be written.
        UsageError: a file of those names is not of such a match.
    """
    path = as_path(folder)
    require_own_match(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        partial = UnfinishedFile((path / VIDEO).absolute())
        try:
            truths = _record(partial.path, match)
            write_truth(path / TRUTH, truths)
            partial.keep()
        finally:
            partial.remove()
    except OSError as error:
        raise OutputError(f"cannot write a match to {path}: {error}") from error
    return truths


def require_own_match(folder: Path) -> None:
    """Refuse to replace a video that is no synthetic match, or a file that is not the truth of one.

    Raises:
        UsageError: There is one.
    """
    video, truth = folder / VIDEO, folder / TRUTH
    try:
        frames = len(read_truth(truth)) if truth.exists() else None
        if video.exists():
            with VideoReader(video) as reader:
                if reader.info.frames != frames:
                    raise InputError(f"{video}: {reader.info.frames} frames, not {frames}")
    except InputError as error:
        raise UsageError(
            f"{folder} holds a {VIDEO} or a {TRUTH} that is of no synthetic match, and would be "
            "replaced; remove it, or name another folder"
        ) from error


def _record(path: Path, match: SyntheticMatch) -> list[Truth]:
    truths = []
    with av.open(str(path), "w", format="mp4") as container:
        stream = _open_stream(container, match.fps, match.size)
        for frame, truth in match:
            picture = av.VideoFrame.from_ndarray(frame.image, format="bgr24")
            picture.pts = frame.index
            picture.time_base = 1 / Fraction(stream.average_rate or 25)
            container.mux(stream.encode(picture))
            truths.append(truth)
        container.mux(stream.encode(None))
    return truths


def _open_stream(container: OutputContainer, fps: float, size: tuple[int, int]) -> VideoStream:
    codec = next(name for name in _CODECS if name in av.codecs_available)
    rate = Fraction(fps).limit_denominator(1001)
    stream = cast(VideoStream, container.add_stream(codec, rate=rate))
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = round(_BITS_PER_PIXEL * size[0] * size[1] * fps)
    if codec == "libx264":
        stream.options = {"preset": "veryfast"}
    return stream
