"""Packets in, pictures out, past every fault of the stream that can be passed."""

from collections import deque
from collections.abc import Iterator

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

PEEKED = 32
"""Packets that are read before the first is decoded, for the rate at which their frames come."""
_PEEKED_BYTES = 32 * 2**20
"""Pictures that are stored whole are large: fewer of them do."""


class Decoder:
    """Frames of one stream in presentation order; iterate once.

    A packet that cannot be decoded is left out (``cv2.VideoCapture`` may end there). The stream
    ends where the file ends, where the container is broken, or where the picture size changes.

    Attributes:
        stopped: Why the stream ended early, where the stream itself gave a reason.
        lost: Packets left out.
        damaged: Pictures that the decoder flagged as damaged, and delivered.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, *, threads: int) -> None:
        stream.codec_context.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        self._container, self._stream = container, stream
        self._size: tuple[int, int] | None = None
        # Not a generator of ours: one that holds its decoder would keep the threads of both alive.
        self._packets = container.demux(stream)
        self._peeked: deque[Packet[VideoStream]] = deque()
        self.stopped: str | None = None
        self.lost = 0
        self.damaged = 0

    def __iter__(self) -> Iterator[VideoFrame]:
        while (packet := self._peeked.popleft() if self._peeked else self._demuxed()) is not None:
            for frame in self._decoded(packet):
                if not self._fits(frame):
                    return
                self.damaged += frame.is_corrupt
                yield frame

    def begin_anew(self) -> None:
        """Go on where the container was sought to."""
        self._peeked.clear()
        self._packets = self._container.demux(self._stream)

    def faults(self) -> str | None:
        """One clause on what was met so far and passed, or None."""
        counts = {
            "packets could not be decoded": self.lost,
            "pictures are damaged": self.damaged,
        }
        return "; ".join(f"{count} {what}" for what, count in counts.items() if count) or None

    def stamps(self) -> list[int | None]:
        """Time stamps of the first packets, which are kept for decoding; call it first."""
        held = 0
        while len(self._peeked) < PEEKED and held < _PEEKED_BYTES:
            packet = self._demuxed()
            if packet is None:
                break
            self._peeked.append(packet)
            held += packet.size
        return [packet.pts for packet in self._peeked if packet.size]

    def places(self) -> list[int | None]:
        """Places in the file of the packets that ``stamps`` kept.

        A container without times counts chunks, empty ones too, which hold the picture before
        them: a writer fills up with those where it was told too high a rate.
        """
        return [packet.dts for packet in self._peeked if packet.size]

    def _demuxed(self) -> "Packet[VideoStream] | None":
        """The next packet of the file; None at its end, and where the container is broken."""
        try:
            return next(self._packets, None)
        except av.FFmpegError as error:
            self.stopped = error.strerror or type(error).__name__
            return None

    def _decoded(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        try:
            return packet.decode()
        except av.FFmpegError:
            self.lost += 1
            return []

    def _fits(self, frame: VideoFrame) -> bool:
        """Whether the frame is as large as the first one."""
        size = (frame.width, frame.height)
        self._size = self._size or size
        if size != self._size:
            self.stopped = "the picture size changes from {}x{} to {}x{} px".format(
                *self._size, *size
            )
        return size == self._size
