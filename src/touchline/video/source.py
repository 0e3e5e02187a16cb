"""From what the user gave to an open source of pictures."""

import os
from pathlib import Path

from touchline.errors import InputError, UsageError
from touchline.video.arriving import ArrivingFile
from touchline.video.container import ALLOWED, VideoFile
from touchline.video.images import ImageFolder
from touchline.video.info import Pictures
from touchline.video.rate import FASTEST

IMAGE_FPS = 25.0
"""Images a second in a folder, unless told: what most cameras of the game deliver."""


def open_source(
    path: str | os.PathLike[str] | ArrivingFile, *, image_fps: float = IMAGE_FPS, threads: int = 0
) -> Pictures:
    """Open a video file or a folder of images.

    Args:
        path: A file that FFmpeg can decode, also one that is still arriving, or a folder of .jpg,
            .jpeg, .png or .bmp images of one size, which are read in natural order.
        image_fps: Images a second, for a folder; a file brings its own rate.
        threads: Decoder threads; 0 lets FFmpeg choose.

    Raises:
        InputError: Nothing there, no right to read it, or no picture in it.
        UsageError: ``image_fps`` is out of its range, or ``threads`` is negative.
    """
    if not 0 < image_fps <= FASTEST:
        raise UsageError(f"image_fps must be above 0 and at most {FASTEST:g}; got {image_fps}")
    if threads < 0:
        raise UsageError(f"threads must be 0 (FFmpeg chooses) or more; got {threads}")
    if isinstance(path, ArrivingFile):
        return VideoFile(path, threads=threads)
    resolved = Path(path).expanduser()
    if resolved.is_dir():
        return ImageFolder(resolved, fps=image_fps)
    _require_file(resolved)
    return VideoFile(resolved, threads=threads)


def _require_file(path: Path) -> None:
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if not path.is_file():
        raise InputError(f"{path}: neither a file nor a folder; {ALLOWED}")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if empty:
        raise InputError(f"{path}: the file is empty; {ALLOWED}")
