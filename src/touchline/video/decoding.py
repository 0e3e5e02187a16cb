"""Packets in, pictures out, past every fault of the stream that can be passed."""

from collections.abc import Iterator

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


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
        self._container = container
        self._stream = stream
        self._size: tuple[int, int] | None = None
        self.stopped: str | None = None
        self.lost = 0
        self.damaged = 0

    def __iter__(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            for frame in self._decoded(packet):
                if not self._fits(frame):
                    return
                self.damaged += frame.is_corrupt
                yield frame

    def faults(self) -> str | None:
        """One clause on what was met so far and passed, or None."""
        counts = {
            "packets could not be decoded": self.lost,
            "pictures are damaged": self.damaged,
        }
        return "; ".join(f"{count} {what}" for what, count in counts.items() if count) or None

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        try:
            yield from self._container.demux(self._stream)
        except av.FFmpegError as error:
            self.stopped = error.strerror or type(error).__name__

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
