"""What every output has in common: one verb, and a file that is whole or absent."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av

from touchline.errors import OutputError
from touchline.files import UnfinishedFile, as_path
from touchline.frame import FrameState


class Writer(Protocol):
    """Anything that takes the states of one clip, in frame order.

    A context manager: the result is whole when the block ends without an error.
    """

    def __enter__(self) -> Self:
        """Begin the result."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the result, or remove it when the block failed."""
        ...

    def write(self, state: FrameState) -> None:
        """Take the next frame."""
        ...

    def finish(self) -> None:
        """After the last frame: do all that can fail, so that the block's end only renames."""
        ...


class FileWriter(ABC):
    """A ``Writer`` of one file, which appears under its name only when it is whole.

    The file grows under a temporary name in the same folder and is renamed at the end of the
    block. When the block, a write or the renaming fails, the partial file is removed and whatever
    had the name before stays as it was. What a program that was killed has left goes when the next
    file is begun in that folder; see ``touchline.files``.

    Args:
        path: The file to make or to replace; its folder must exist.

    Raises:
        OutputError: From ``__enter__``, ``write`` or the end of the block: the folder is missing
            or may not be written, the name is taken by a folder, the disk is full.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = as_path(path)

    def __enter__(self) -> Self:
        _check_target(self.path)
        with reported(self.path):
            # From the root: FFmpeg takes what stands before a colon in a name for a protocol.
            self._growing = UnfinishedFile(self.path.absolute())
        self._partial = self._growing.path
        try:
            with reported(self.path):
                self._open(self._partial)
        except BaseException:
            self._abandon()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._abandon()
            return
        try:
            with reported(self.path):
                self._close()
                self._growing.keep()
        except BaseException:
            self._abandon()
            raise

    def write(self, state: FrameState) -> None:
        """Add one frame; frames come in order."""
        with reported(self.path):
            self._append(state)

    def finish(self) -> None:
        """After the last frame: write the rest, so that the end of the block only renames."""
        with reported(self.path):
            self._close()

    def _abandon(self) -> None:
        """Let go of the file whatever state it is in; the first error is the one to report."""
        with suppress(Exception):
            self._close()
        self._growing.remove()

    @abstractmethod
    def _open(self, partial: Path) -> None:
        """Create ``partial`` and write what comes before the first frame."""

    @abstractmethod
    def _append(self, state: FrameState) -> None:
        """Write one frame."""

    @abstractmethod
    def _close(self) -> None:
        """Write what comes after the last frame and close; a second call may do nothing."""


class FilesWriter(FileWriter):
    """A ``FileWriter`` with small files beside its own: all of them appear, or none.

    Attributes:
        beside: Their names, in the folder of the file.
    """

    beside: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = self.path.parent
            self._writes = [stack.enter_context(whole_file(folder / name)) for name in self.beside]
            super().__enter__()
            self._stack, self._is_finished = stack.pop_all(), False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._stack as stack:
            if kind is None and not self._is_finished:
                try:
                    self.finish()
                except BaseException:
                    self._abandon()
                    raise
            super().__exit__(kind, error, traceback)
            if kind is not None:
                stack.__exit__(kind, error, traceback)

    def finish(self) -> None:
        """After the last frame: write the rest, also beside."""
        super().finish()
        for write, text in zip(self._writes, self._beside(), strict=True):
            write(text)
        self._is_finished = True

    @abstractmethod
    def _beside(self) -> list[bytes]:
        """What is in each file of ``beside``, after the last frame."""


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what the operating system says of a failed write into an ``OutputError``."""
    try:
        yield
    except (OSError, av.FFmpegError) as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"cannot write {path}: {reason}; a folder with room and the right to write is needed"
        ) from error


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Callable[[bytes], None]]:
    """A small file under the same rule: what is written in the block appears at its end.

    Raises:
        OutputError: The file cannot be written.
    """
    target = as_path(path)
    _check_target(target)
    with reported(target):
        partial = UnfinishedFile(target.absolute())

    def write(content: bytes) -> None:
        with reported(target):
            partial.path.write_bytes(content)

    try:
        yield write
        with reported(target):
            partial.keep()
    finally:
        partial.remove()


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a small file at once: whole or absent.

    Raises:
        OutputError: The file cannot be written.
    """
    with whole_file(path) as write:
        write(content)


def _check_target(path: Path) -> None:
    with reported(path):
        folder, taken = path.parent.is_dir(), path.exists() and not path.is_file()
    if not folder:
        raise OutputError(f"cannot write {path}: {path.parent} is not a folder that exists")
    if taken:
        raise OutputError(f"cannot write {path}: it is not a regular file; name a file")
