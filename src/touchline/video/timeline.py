"""All frames of a video by their times, without decoding them: where it can be cut."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from touchline.arrays import Float64
from touchline.files import as_path
from touchline.video.clock import Clock
from touchline.video.container import WITHOUT_TIMES, open_container, video_stream
from touchline.video.info import KeyFrame


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """When the frames of a video are shown, and where decoding may begin.

    Attributes:
        times: (n,) float64, seconds from the first frame, as ``VideoReader`` gives them.
        keys: The key frames in the order of time; the first is frame 0.
    """

    times: Float64
    keys: tuple[KeyFrame, ...]

    def entry(self, index: int) -> KeyFrame:
        """The last key frame that is not after a frame."""
        places = [each.index for each in self.keys]
        return self.keys[int(np.searchsorted(places, index, side="right")) - 1]


def read_timeline(path: str | os.PathLike[str]) -> Timeline | None:
    """Read the packets of a video file, which takes a second for a match of two hours.

    Returns:
        None where frames cannot be counted by their packets: there is a folder of images, a
        container without times, a packet without one or with that of another, damage, or a stream
        that does not begin with a key frame.

    Raises:
        InputError: It is no video.
    """
    resolved = as_path(path)
    if resolved.is_dir():
        return None
    with open_container(resolved) as container:
        stream = video_stream(container, resolved)
        base = stream.time_base
        if container.format.name in WITHOUT_TIMES or base is None:
            return None
        try:
            return _timeline(_packets(container.demux(stream)), base)
        except (av.FFmpegError, ValueError):
            return None


def _packets(packets: Iterator["av.Packet[av.VideoStream]"]) -> list[tuple[int, bool, bool]]:
    """Stamp of each packet, whether it is a key frame, and whether it is shown; as they are shown.

    Raises:
        ValueError: Two have one stamp, one has none, or is damaged.
    """
    found: dict[int, tuple[int, bool, bool]] = {}
    for packet in packets:
        if packet.size:
            if packet.pts is None or packet.is_corrupt or packet.pts in found:
                raise ValueError("frames cannot be counted")
            found[packet.pts] = packet.pts, packet.is_keyframe, not packet.is_discard
    return sorted(found.values())


def _timeline(packets: Sequence[tuple[int, bool, bool]], base: Fraction) -> Timeline | None:
    """Of the stamp of each packet, whether it is a key frame, and whether it is shown."""
    shown = [each for each in packets if each[2]]
    if not shown or not packets[0][1]:
        return None
    clock = Clock(0.0, base)
    times = [clock.tick(stamp) for stamp, _, _ in shown]
    keys = [
        KeyFrame(index, stamp, times[index])
        for index, (stamp, is_key, _) in enumerate(shown)
        if is_key or index == 0  # an edit list may hide the key frame before it
    ]
    return Timeline(np.array(times), tuple(keys))
