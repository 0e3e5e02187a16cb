"""The video behind a run: where it lies, whether browsers play it, and when its frames appear."""

import base64
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import av

from touchline.files import as_text

EMBEDDED = 16 * 2**20
"""Bytes of a video that still goes into the page; a mail takes about 25 MB, and base64 a third."""

_PLAYED = {
    "h264": ("mp4", "matroska"),
    "vp8": ("matroska",),
    "vp9": ("mp4", "matroska"),
    "av1": ("mp4", "matroska"),
}
"""Containers, as FFmpeg calls them, in which browsers play a codec."""
_KINDS = {"mp4": "video/mp4", "matroska": "video/webm"}


@dataclass(frozen=True, slots=True)
class Footage:
    """What the page is told of the video.

    Attributes:
        path: The file; None where it is not there any more.
        codec: As FFmpeg calls it, and the container.
        plays: Whether browsers are known to play it.
        kind: Its MIME type.
        offset: Seconds from the beginning of the container to the first frame.
    """

    path: Path | None
    codec: str
    plays: bool
    kind: str
    offset: float

    @classmethod
    def of(cls, path: Path | None) -> "Footage":
        """Look at a video; a folder of images, and what cannot be opened, does not play."""
        if path is None or not path.is_file():
            return cls(None, "", False, "", 0.0)
        with suppress(av.FFmpegError, OSError), av.open(str(path.absolute())) as container:
            stream = container.streams.video[0]
            codec, names = stream.codec_context.name, container.format.name.split(",")
            codec = {"libdav1d": "av1", "libaom-av1": "av1"}.get(codec, codec)
            family = next((name for name in _KINDS if name in names), names[0])
            deep = "10" in (stream.codec_context.pix_fmt or "") and codec == "h264"
            begin = float((stream.start_time or 0) * (stream.time_base or 0))
            offset = begin - (container.start_time or 0) / av.time_base
            plays = family in _PLAYED.get(codec, ()) and not deep
            told = f"{codec} in {family}"
            return cls(path, told, plays, _KINDS.get(family, ""), max(0.0, offset))
        return cls(path, "an unknown format", False, "", 0.0)

    def embedded(self) -> str:
        """The file in base64."""
        return "" if self.path is None else base64.b64encode(self.path.read_bytes()).decode()

    def address(self, folder: Path) -> str:
        """Where a page in ``folder`` finds the file."""
        if self.path is None:
            return ""
        try:
            relative = os.path.relpath(self.path.absolute(), folder.absolute())
        except ValueError:  # on another drive
            return self.path.absolute().as_uri()
        return quote(os.fsencode(Path(relative).as_posix()), safe="/")

    @property
    def name(self) -> str:
        """The file's name, for people."""
        return "" if self.path is None else as_text(self.path.name)
