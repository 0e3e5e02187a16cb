"""A long video in pieces, which are analysed side by side."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a video: what is analysed of it, and what of that is kept.

    Attributes:
        start: Seconds from which frames are analysed.
        end: Seconds before which the last of them lies; None is the end of the video.
        first: Number of the first frame that is kept.
        last: Number of the frame before which the last one lies; None is the end of the video.
    """

    start: float
    end: float | None
    first: int
    last: int | None
