"""A video that can be read while it is still being fetched."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

AVSEEK_SIZE = 0x10000
"""FFmpeg's way to ask for the size of a file instead of moving in it."""


class ArrivingFile:
    """A growing file, as a file object that waits for what is not there yet.

    One thread says what has arrived, another reads. Where a container keeps its index at the end,
    reading that waits for the end, and nothing is gained; where it is at the front, the first
    pictures come long before the last byte.

    FFmpeg reads through callbacks that can raise nothing: where the rest never comes, the file
    ends, and ``failure`` says why. ``VideoReader`` raises it.

    Args:
        path: The file that grows; it exists.
        total: Bytes there will be, or None where nobody knows before the end.

    Attributes:
        failure: Why the rest will never come, or None.
    """

    def __init__(self, path: str | os.PathLike[str], *, total: int | None = None) -> None:
        self._path = Path(path)
        self._file = self._path.open("rb")
        self._total = total
        self._there = 0
        self._place = 0
        self.failure: str | None = None
        self._change = threading.Condition()

    def __fspath__(self) -> str:
        return os.fspath(self._path)

    def __str__(self) -> str:
        return self._path.name

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def arrived(self, there: int, total: int | None = None) -> None:
        """Say that the first ``there`` bytes can be read, and how many there will be."""
        with self._change:
            self._there = there
            self._total = self._total if total is None else total
            self._change.notify_all()

    def complete(self, size: int) -> None:
        """Say that all ``size`` bytes are there, and nothing more comes."""
        self.arrived(size, size)

    def fail(self, reason: str) -> None:
        """Say that the rest will never come, and why: for whoever reads, the file ends."""
        with self._change:
            self.failure = self.failure or reason
            self._change.notify_all()

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes of what is there, at least one; none only at the end of the file."""
        end = None if size < 0 else self._place + 1
        with self._change:
            self._change.wait_for(lambda: self.failure is not None or self._reaches(end))
            if self.failure is not None:
                return b""
            limit = self._there - self._place
        self._file.seek(self._place)
        block = self._file.read(limit if size < 0 else min(size, max(0, limit)))
        self._place += len(block)
        return block

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place; from the end once it is known where that is, -1 if it never is."""
        if whence == AVSEEK_SIZE:
            return self._size()
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place}.get(whence)
        if start is None:
            start = self._size()
        if start < 0:
            return start
        self._place = max(0, start + offset)
        return self._place

    def tell(self) -> int:
        """The place of the next byte."""
        return self._place

    def _size(self) -> int:
        """Bytes there will be, once it is known; -1 if it never is."""
        with self._change:
            self._change.wait_for(lambda: self._total is not None or self.failure is not None)
            return -1 if self._total is None else self._total

    def _reaches(self, end: int | None) -> bool:
        ends = [each for each in (end, self._total) if each is not None]
        return bool(ends) and self._there >= min(ends)
