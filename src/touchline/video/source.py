"""From what the user gave to an open source of pictures."""

import errno
import os
import re
import stat
from pathlib import Path

from touchline.errors import InputError, UsageError, require_number, require_whole
from touchline.files import as_path
from touchline.video.arriving import ArrivingFile
from touchline.video.container import ALLOWED, VideoFile
from touchline.video.images import ImageFolder
from touchline.video.info import Pictures
from touchline.video.rate import FASTEST

IMAGE_FPS = 25.0
"""Images a second in a folder, unless told: what most cameras of the game deliver."""

MOST_THREADS = 512
"""Decoder threads; FFmpeg starts a million for whoever asks for them, and dies of it."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)
"""At least two letters before the colon: one alone is a drive."""
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_source(
    path: str | os.PathLike[str] | ArrivingFile, *, image_fps: float = IMAGE_FPS, threads: int = 0
) -> Pictures:
    """Open a video file or a folder of images.

    Args:
        path: A file that FFmpeg can decode, also one that is still arriving, or a folder of .jpg,
            .jpeg, .png or .bmp images of one size, which are read in natural order.
        image_fps: Images a second, for a folder; a file brings its own rate.
        threads: Decoder threads, at most ``MOST_THREADS``; 0 lets FFmpeg choose.

    Raises:
        InputError: Nothing there, no right to read it, or no picture in it.
        UsageError: ``image_fps`` or ``threads`` is out of its range.
    """
    require_number("image_fps", image_fps, above=0)
    require_whole("threads", threads, least=0, most=MOST_THREADS)
    if image_fps > FASTEST:
        raise UsageError(f"image_fps is at most {FASTEST:g}; got {image_fps}")
    if isinstance(path, ArrivingFile):
        return VideoFile(path, threads=threads)
    resolved = as_path(path)
    if os.path.isdir(resolved):  # a name too long is no error there
        return ImageFolder(resolved, fps=image_fps)
    _require_file(resolved)
    return VideoFile(resolved, threads=threads)


def _require_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise InputError(_why_absent(path, error)) from error
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else") + ", neither a file nor a folder"
        raise InputError(
            f"{path}: {kind}; it cannot be read twice, so write it to a file first; {ALLOWED}"
        )
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if empty:
        raise InputError(f"{path}: the file is empty; {ALLOWED}")


def _why_absent(path: Path, error: OSError) -> str:
    """What is wrong with a path at which nothing can be found; a URL has lost a slash by now."""
    if found := _URL.fullmatch(path.as_posix()):
        url = f"{found[1]}://{found[2]}"
        return f"{url}: a URL: only local files are read; fetch it first, as with curl -LO"
    if path == Path("-"):
        return "-: standard input: only files are read; write it to a file first"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"{path}: no such file or folder"
    return f"{path}: cannot be read ({error.strerror})"
