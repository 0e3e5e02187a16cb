"""A folder of images, read as if it were a video."""

import re
from collections.abc import Iterator
from pathlib import Path

import cv2

from touchline.arrays import Image
from touchline.errors import InputError
from touchline.video.info import KeyFrame, Picture, VideoInfo, require_size
from touchline.video.scenes import are_stills

IMAGE_SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png")
ALLOWED = f"images ({', '.join(IMAGE_SUFFIXES)}) of one size are needed"

_LOOKED_AT = 9
"""Images by which stills are told from a film."""
_NAMED = 3
"""Images at fault that are named; the others are counted."""
_ENDS = {b"\xff\xd8": b"\xff\xd9", b"\x89P": b"IEND"}
"""How JPEG and PNG files begin, and what marks their end."""
_TAIL = 4096
"""Bytes at the end in which the mark must stand: some cameras write a few after it."""


class ImageFolder:
    """The images of a folder in natural order (2 before 10); read it once.

    Hidden files, folders and files that are not images are passed over. An image that cannot be
    read, or is of another size than the first, is left out and named in ``damage``, and so is one
    that ends early, as far as it goes.

    Args:
        path: An existing folder.
        fps: Images a second.

    Raises:
        InputError: No images, or the first one is unreadable or too small.
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

    def since(self, start: float, entry: KeyFrame | None = None) -> Iterator[Picture]:
        """Time in seconds and BGR picture of each image; what cannot be used costs one frame."""
        assert entry is None, "images have no key frames"
        odd: list[str] = []
        for index, path in enumerate(self._images):
            image = _read(path)
            fault = self._fault(path, image)
            if fault is not None:
                odd.append(fault)
            if image is not None and (fault is None or self._fits(image)):
                time = index / self.info.fps
                yield time, image if time >= start else None
        more = f"; and {len(odd) - _NAMED} more" if len(odd) > _NAMED else ""
        self.damage = "; ".join(odd[:_NAMED]) + more or None

    @property
    def are_stills(self) -> bool:
        """Whether the first images do not follow one another as the frames of a film do."""
        images = (_read(path) for path in self._images[:_LOOKED_AT])
        return are_stills(image for image in images if image is not None)

    def close(self) -> None:
        """Nothing is held open."""

    def _fits(self, image: Image) -> bool:
        return image.shape[:2] == (self.info.height, self.info.width)

    def _fault(self, path: Path, image: Image | None) -> str | None:
        """One clause on an image that is left out, or of which a part is missing."""
        if image is None:
            return f"{path.name} is not a readable image"
        if not self._fits(image):
            height, width = image.shape[:2]
            return f"{path.name} has {width}x{height} px, not {self.info.width}x{self.info.height}"
        return f"{path.name} ends early" if _ends_early(path) else None


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key by which ``2.jpg`` comes before ``10.jpg``, and numbers before letters."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def _list(path: Path) -> list[Path]:
    try:
        images = [
            entry
            for entry in path.iterdir()
            if entry.suffix.lower() in IMAGE_SUFFIXES
            and not entry.name.startswith(".")
            and not entry.is_dir()
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


def _ends_early(path: Path) -> bool:
    """Whether a file that was read lacks its end: decoders fill up with grey without a word."""
    with path.open("rb") as file:
        mark = _ENDS.get(file.read(2))
        if mark is None:  # a BMP says its length
            length = int.from_bytes(file.read(4), "little")
            return path.suffix.lower() == ".bmp" and path.stat().st_size < length
        file.seek(max(0, path.stat().st_size - _TAIL))
        return mark not in file.read()
