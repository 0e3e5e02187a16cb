"""A long video in pieces, which are analysed side by side: where it is cut.

At a shot boundary near the place where a piece should end nothing goes over the cut. Where there is
none, as with a camera that never cuts, the pieces overlap: each begins some seconds before what is
kept of it, so that its tracks stand when it takes over, and goes on for as long as what waits for
the frames after it.
"""

import math
import os
from dataclasses import dataclass

from touchline.video import KeyFrame, ShotDetector, Timeline, VideoReader, read_timeline

LOOKED_AT = 30.0
"""Seconds before and after that place in which a shot boundary is looked for, ..."""
SHARE = 0.25
"""... and at most so much of a piece."""
SETTLED = 1.0
"""Seconds until a shot detector that begins anew is believed."""
LEAD = 3.0
"""Seconds by which a piece within a shot begins earlier, ..."""
TAIL = 2.0
"""... and by which the one before it ends later."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a video: what is analysed of it, and what of that is kept.

    Attributes:
        start: Seconds from which frames are analysed.
        end: Seconds before which the last of them lies; None is the end of the video.
        first: Number of the first frame that is kept.
        last: Number of the frame before which the last one lies; None is the end of the video.
        begin: Time of the first frame that is kept.
        entry: Where decoding begins; None is the beginning.
    """

    start: float
    end: float | None
    first: int
    last: int | None
    begin: float = 0.0
    entry: KeyFrame | None = None


@dataclass(frozen=True, slots=True)
class Seam:
    """Where one piece ends and the next begins.

    Attributes:
        index: The first frame of the next.
        start: The first that the next analyses.
        end: The frame before which the one before ends.
    """

    index: int
    start: int
    end: int


def plan_pieces(
    path: str | os.PathLike[str], minutes: float, *, period: int = 1
) -> tuple[Piece, ...]:
    """The pieces of a video, about as long as each other; none where it is not to be cut.

    Args:
        path: A video file. A folder of images, and a file whose frames cannot be counted without
            decoding them, are not cut.
        minutes: Length of a piece at most, about.
        period: Frames after which the networks look at the same frames of a shot again: a piece
            within a shot begins so that they look at those at which they would have anyway.

    Raises:
        InputError: It is no video.
    """
    timeline = read_timeline(path)
    if timeline is None:
        return ()
    times = timeline.times
    count = math.ceil((times[-1] - times[0]) / (60 * minutes) - 0.1)
    if count < 2 or len(times) < 2 * count:
        return ()
    length, shot, seams = times[-1] / count, 0, []
    for number in range(1, count):
        index, is_cut = _cut_near(path, timeline, number * length, length)
        seams.append(_seam(timeline, index, shot=None if is_cut else shot, period=period))
        shot = index if is_cut else shot
    return _between(timeline, seams)


def _cut_near(
    path: str | os.PathLike[str], timeline: Timeline, target: float, length: float
) -> tuple[int, bool]:
    """The frame at the shot boundary that is nearest to a time, or at that time; whether it is one.

    The nearest is the one that needs no overlap and leaves pieces of like length.
    """
    reach = min(LOOKED_AT, SHARE * length)
    first = int(timeline.times.searchsorted(target - reach))
    detector, cuts = ShotDetector(), []
    with VideoReader(
        path,
        start=float(timeline.times[first]),
        end=target + reach,
        entry=timeline.entry(first),
    ) as frames:
        for frame in frames:
            starts = detector.update(frame.image, frame.time)
            if starts and frame.time >= target - reach + min(SETTLED, reach / 2):
                cuts.append(frame.index - detector.late)
    if not cuts:
        return int(timeline.times.searchsorted(target)), False
    return min(cuts, key=lambda index: abs(timeline.times[index] - target)), True


def _seam(timeline: Timeline, index: int, *, shot: int | None, period: int) -> Seam:
    """The seam at a frame, which lies in the shot that begins at another, or begins one itself."""
    if shot is None:
        return Seam(index, index, index)
    times = timeline.times
    lead = int(times.searchsorted(times[index] - LEAD))
    start = shot + max(0, lead - shot) // period * period
    return Seam(index, start, int(times.searchsorted(times[index] + TAIL)))


def _between(timeline: Timeline, seams: list[Seam]) -> tuple[Piece, ...]:
    times = timeline.times
    half = (times[-1] - times[0]) / (len(times) - 1) / 4  # no two frames are so close
    pieces = []
    for before, after in zip([Seam(0, 0, 0), *seams], [*seams, None], strict=True):
        is_last = after is None or after.end >= len(times)
        pieces.append(
            Piece(
                start=max(0.0, float(times[before.start] - half)),
                end=None if after is None or is_last else float(times[after.end] - half),
                first=before.index,
                last=None if after is None else after.index,
                begin=float(times[before.index]),
                entry=timeline.entry(before.start),
            )
        )
    return tuple(pieces)
