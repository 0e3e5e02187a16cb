"""The partial file of a download: it grows within limits, and never mixes two contents."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from touchline.errors import OutputError, VideoRefusedError, VideoUnreachableError
from touchline.service.fetching.limits import Limits
from touchline.service.fetching.transient import TransientError

ProgressCallback = Callable[[int, int | None], None]
"""Called with the bytes on disk and the bytes there will be, None where that is not known."""

MB = 2**20
CHECK_EVERY = 8 * MB
"""Bytes after which the disk is looked at again."""
OVERLAP = 64 * 1024
"""Bytes that a resumed download requests twice, to see that it continues the same file."""
SNIFFED = 64
"""Bytes that tell a text from a video: no container gets so far without a control character."""
TEXT = re.compile(rb"[^\x00-\x08\x0e-\x1a\x1c-\x1f]*")
PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:[<{\[#]|ffconcat|v=0)")
"""How HTML, JSON and the playlists begin that FFmpeg would follow to other files and hosts."""

PACKERS = frozenset(
    ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "dcb", "dcz"]
)
"""Content codings that pack a body. One that is none of them may be a store's own note on a plain
body, as ``aws-chunked`` is: then the first bytes decide."""
PACKED = re.compile(
    rb"\x1f[\x8b\x9d\xa0]|\x28\xb5\x2f\xfd|\x78[\x01\x5e\x9c\xda]|\xfd7zXZ\x00|BZh[1-9]"
    rb"|\x04\x22\x4d\x18|PK\x03\x04|7z\xbc\xaf|[0-9a-fA-F]{1,8}(?:;chunk-signature=|\r\n)"
)
"""How gzip, compress, zstd, zlib, xz, bzip2, lz4, zip and 7z begin, and a body cut into chunks."""


class PartialFile:
    """A file that grows by the responses to one or more requests.

    A context manager: when its block fails, the file is gone. Blocks are written at once and on
    the event loop: they have 64 KiB at most, which the system's cache takes in tens of
    microseconds, and a thread could not be cancelled between a write and the file's removal.

    Args:
        target: The file to make or to replace.
        name: The link in messages.
        limits: Most bytes, and the bytes that stay free on disk.
        on_progress: Called after each block, once the first bytes are known to be no page.
        free: Bytes that are free on the disk of a folder.

    Attributes:
        size: Bytes on disk.
        total: Bytes there will be, None while unknown.
    """

    def __init__(
        self,
        target: Path,
        *,
        name: str,
        limits: Limits,
        on_progress: ProgressCallback,
        free: Callable[[Path], int],
    ) -> None:
        self.size = 0
        self.total: int | None = None
        self._target, self._name, self._limits = target, name, limits
        self._on_progress, self._free = on_progress, free
        self._version: str | None = None
        self._sniffed = False
        self._coding = ""
        self._room_checked_at = 0

    def __enter__(self) -> Self:
        with self._errors():
            self._file = self._target.open("w+b", buffering=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        whole = False
        try:
            with self._errors():
                self._file.close()
            whole = kind is None
        finally:
            if not whole:
                with suppress(OSError):
                    self._target.unlink(missing_ok=True)

    def request_headers(self) -> dict[str, str]:
        """Request everything, or what is missing and the last bytes on disk."""
        # A compressed response could be a bomb, and could not be resumed in the middle.
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "touchline"}
        if self.size:
            headers["Range"] = f"bytes={max(0, self.size - OVERLAP)}-"
            if self._version is not None:
                headers["If-Range"] = self._version
        return headers

    async def receive(self, response: httpx.Response) -> None:
        """Read a response of status 200 or 206 to its end, and append what is new.

        Raises:
            VideoRefusedError: It is too large, or a page.
            VideoUnreachableError: It is empty, compressed, or another video than before; a
                ``TransientError`` if it ended early.
            OutputError: It cannot be written, or too little of the disk would stay free.
        """
        position = self._begin(response)
        async for block in response.aiter_raw():
            self._put(position, block)
            position += len(block)
        self._finish()

    def _begin(self, response: httpx.Response) -> int:
        self._coding = response.headers.get("Content-Encoding", "").strip().lower()
        if PACKERS.intersection(part.strip() for part in self._coding.split(",")):
            raise self._packed()
        start, total = self._span(response)
        self._require_same(total, _version(response))
        self._require_size(total or 0)
        self._require_room((self.total or self.size) - self.size)
        return start

    def _span(self, response: httpx.Response) -> tuple[int, int | None]:
        if response.status_code == 200:
            length = response.headers.get("Content-Length")
            chunked = "Transfer-Encoding" in response.headers
            return 0, None if length is None or chunked else int(length)
        told = response.headers.get("Content-Range", "")
        span = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", told.strip())
        if span is None or int(span[1]) > self.size:
            raise self._unreachable(f"continues at another byte than asked for ({told[:60]!r})")
        return int(span[1]), None if span[3] == "*" else int(span[3])

    def _require_same(self, total: int | None, version: str | None) -> None:
        if not self.size:
            self.total = self._version = None
        for before, now in ((self.total, total), (self._version, version)):
            if None not in (before, now) and before != now:
                raise self._changed()
        self.total = self.total if total is None else total
        self._version = self._version or version

    def _put(self, position: int, block: bytes) -> None:
        known = min(len(block), self.size - position)
        if known > 0:
            with self._errors():
                there = os.pread(self._file.fileno(), known, position)
            if there != block[:known]:
                raise self._changed()
        if known < len(block):
            self._append(block[known:])

    def _append(self, block: bytes) -> None:
        grown = self.size + len(block)
        self._require_size(grown)
        if self.total is not None and grown > self.total:
            raise self._unreachable(f"sends more than the {self.total} bytes that it announced")
        if grown >= self._room_checked_at + CHECK_EVERY:
            self._require_room(len(block))
        self._write(block)
        if self.size >= SNIFFED:
            self._announce()

    def _write(self, block: bytes) -> None:
        left = memoryview(block)
        with self._errors():
            while left:
                left = left[self._file.write(left) :]
        self.size += len(block)

    def _announce(self) -> None:
        if not self._sniffed:
            self._require_no_page()
        self._on_progress(self.size, self.total)

    def _finish(self) -> None:
        if self.size == 0:
            raise self._unreachable("sends nothing")
        if self.total is not None and self.size < self.total:
            raise TransientError(
                f"{self._name} ended after {self.size} of the {self.total} bytes that it announced."
            )
        if not self._sniffed:
            self._announce()

    def _require_no_page(self) -> None:
        # Decided by the bytes: some hosts call a video text/plain.
        with self._errors():
            head = os.pread(self._file.fileno(), SNIFFED, 0)
        if self._coding not in ("", "identity") and PACKED.match(head):
            raise self._packed()
        if TEXT.fullmatch(head) or PAGE.match(head):
            raise VideoRefusedError(
                f"{self._name} sends a page or another text, not a video: it begins with "
                f"{head[:24]!r}."
            )
        self._sniffed = True

    def _require_size(self, size: int) -> None:
        if size > self._limits.bytes:
            raise VideoRefusedError(
                f"{self._name} is too large: at most {self._limits.bytes} bytes are allowed, "
                f"MAX_VIDEO_BYTES."
            )

    def _require_room(self, missing: int) -> None:
        with self._errors():
            free = self._free(self._target.parent)
        if free < missing + self._limits.free:
            raise OutputError(
                f"{self._name} does not fit on the disk: {free // MB} MB are free, {missing // MB} "
                f"MB are missing, and {self._limits.free // MB} MB must stay free."
            )
        self._room_checked_at = self.size

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raise the errors of the system as ``OutputError``."""
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"{self._name} cannot be kept in {self._target}: {error.strerror or error}."
            ) from error

    def _changed(self) -> VideoUnreachableError:
        return self._unreachable("sends another video than at the first try")

    def _packed(self) -> VideoUnreachableError:
        return self._unreachable(
            f"sends its video packed ({self._coding:.40}), though asked not to"
        )

    def _unreachable(self, what: str) -> VideoUnreachableError:
        return VideoUnreachableError(f"{self._name} {what}.")


def _version(response: httpx.Response) -> str | None:
    """What tells one content from the next: a strong ETag, else the time of its last change."""
    tag = response.headers.get("ETag", "")
    if tag.startswith('"'):
        return str(tag)
    changed: str | None = response.headers.get("Last-Modified")
    return changed
