"""What is known of a video before it is read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from touchline.arrays import Image
from touchline.errors import InputError

MIN_SIDE = 32
"""Pixels: a smaller picture shows no player, and no stride of a network divides it."""

Picture = tuple[float, Image | None]
"""Presentation time in seconds from the first picture; uint8 (H, W, 3), BGR, or None where it lies
before the time from which pictures are wanted."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a video says of itself; a claim until the last frame has been read.

    Attributes:
        width: Pixels, as displayed (after rotation).
        height: Pixels, as displayed (after rotation).
        fps: Frames a second, by the times of the first frames where the container's claim differs.
        frames: Number of frames, or None where the container does not count them.
        duration: Seconds, or None where the container does not say.
        codec: FFmpeg's name of the codec, or the file type of a folder of images.
        rotation: Degrees clockwise, one of 0, 90, 180, 270, by which each stored picture is
            turned for display; ``width``, ``height`` and the frames have it applied.
        pixel_ratio: Width of a pixel of these pictures as it is displayed, by its height; 1 where
            the container does not say.
        claimed_fps: Frames a second that the container claims, where the times do not fit it.
    """

    width: int
    height: int
    fps: float
    frames: int | None
    duration: float | None
    codec: str
    rotation: int = 0
    pixel_ratio: float = 1.0
    claimed_fps: float | None = None


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A frame that is decoded without those before it.

    Attributes:
        index: Position in presentation order, from 0.
        stamp: Presentation time as the stream counts it.
        time: The same in seconds from the first frame.
    """

    index: int
    stamp: int
    time: float


class Pictures(Protocol):
    """An open source of pictures, read once from its beginning."""

    info: VideoInfo
    damage: str | None
    """After reading: one clause that says why pictures are missing; None where none are."""

    def since(self, start: float, entry: KeyFrame | None = None) -> Iterator[Picture]:
        """All pictures, of those before so many seconds the times alone; or those from ``entry``.

        A source that has no key frames is asked for none.
        """

    def close(self) -> None:
        """Free the decoder and the file."""


def require_size(path: os.PathLike[str], width: int, height: int) -> None:
    """Refuse pictures too small to work on.

    Raises:
        InputError: a side is shorter than ``MIN_SIDE``.
    """
    if min(width, height) < MIN_SIDE:
        raise InputError(
            f"{path}: the picture is {width}x{height} px; at least {MIN_SIDE} px a side are needed"
        )
