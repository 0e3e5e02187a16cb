"""A folder of images, read as if it were a video."""

import re
from collections.abc import Iterator
from pathlib import Path

import cv2

from touchline.arrays import Image
from touchline.errors import InputError
from touchline.video.info import Picture, VideoInfo, require_size

IMAGE_SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png")
ALLOWED = f"images ({', '.join(IMAGE_SUFFIXES)}) of one size are needed"


class ImageFolder:
    """The images of a folder in natural order (2 before 10); iterate once.

    Hidden files and files that are not images are passed over.

    Args:
        path: An existing folder.
        fps: Images a second.

    Raises:
        InputError: No images, the first one is unreadable or too small; while reading, an image of
            another size.
    """

    def __init__(self, path: Path, *, fps: float) -> None:
        self._path = path
        self._images = _list(path)
        first = self._images[0]
        image = _read(first)
        if image is None:
            raise InputError(f"{first}: not a readable image; {ALLOWED}")
        height, width = image.shape[:2]
        require_size(first, width, height)
        count = len(self._images)
        codec = first.suffix.lower().removeprefix(".")
        self.info = VideoInfo(width, height, fps, count, count / fps, codec)
        self.damage: str | None = None

    def __iter__(self) -> Iterator[Picture]:
        """Time in seconds and BGR picture of each image; an unreadable one ends the reading."""
        for index, path in enumerate(self._images):
            image = _read(path)
            if image is None:
                self.damage = f"{path.name} is not a readable image"
                return
            self._require_same_size(path, image)
            yield index / self.info.fps, image

    def close(self) -> None:
        """Nothing is held open."""

    def _require_same_size(self, path: Path, image: Image) -> None:
        height, width = image.shape[:2]
        if (width, height) != (self.info.width, self.info.height):
            raise InputError(
                f"{path}: {width}x{height} px, but {self._images[0].name} has "
                f"{self.info.width}x{self.info.height}; {ALLOWED}"
            )


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key by which ``2.jpg`` comes before ``10.jpg``, and numbers before letters."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def _list(path: Path) -> list[Path]:
    try:
        images = [
            entry
            for entry in path.iterdir()
            if entry.suffix.lower() in IMAGE_SUFFIXES and not entry.name.startswith(".")
        ]
    except OSError as error:
        raise InputError(f"{path}: the folder cannot be read ({error.strerror})") from error
    if not images:
        raise InputError(f"{path}: a folder without images; {ALLOWED}")
    # The name itself settles the order of 1.jpg and 01.jpg.
    return sorted(images, key=lambda image: (natural_key(image.name), image.name))


def _read(path: Path) -> Image | None:
    """Uint8 (H, W, 3) BGR, turned as its EXIF data says, or None."""
    return cv2.imread(str(path), cv2.IMREAD_COLOR)  # type: ignore[return-value]
