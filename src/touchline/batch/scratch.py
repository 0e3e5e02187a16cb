"""Where results grow until they are whole: the same place for whoever takes up a match again."""

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from touchline.batch.parts import END, STATES, PartEnd, saved_end
from touchline.batch.stores import SCRATCH, LocalStore, Store, is_url
from touchline.batch.tasks import Task
from touchline.errors import InputError, OutputError
from touchline.files import as_text, held


class Scratch:
    """Folders for what is not whole yet.

    Args:
        store: Of the results. Pieces lie there, for all machines; so does what grows, if it is a
            folder, and else in one of this machine.
        key: Names the settings of the batch.

    Attributes:
        path: A folder of this machine, on the file system of the results where these are in one.
    """

    def __init__(self, store: Store, key: str) -> None:
        self._store, self._key = store, key
        if isinstance(store, LocalStore):
            self.path = store.folder / SCRATCH
        else:
            mark = hashlib.sha256(store.name.encode()).hexdigest()[:16]
            self.path = Path(tempfile.gettempdir()) / f"touchline-batch-{mark}"

    def folder(self, task: Task, video: Path) -> Path:
        """Where a match grows, if nobody is at it; else a fresh folder.

        A worker that was given up may still be at it, on a machine that was lost for a while.

        Raises:
            OutputError: It cannot be made.
        """
        folder = self.path / self._mark(task, video)
        with _making(folder):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                with held(folder):
                    return folder
            except BlockingIOError:
                return folder.with_name(f"{folder.name}-{secrets.token_hex(4)}")

    def piece(self, task: Task, video: Path, number: int) -> str:
        """The name of a piece in the store, without a suffix."""
        return f"{SCRATCH}/{self._mark(task, video)}.pieces/piece-{number:03}"

    @contextmanager
    def making(self, name: str) -> Iterator[Path | None]:
        """A place for a piece, which is in the store when the block ends; None where it is already.

        Raises:
            OutputError: It cannot be written.
        """
        if self._store.has(f"{name}{END}"):
            yield None
            return
        folder = self._fresh()
        try:
            yield folder / "piece"
            for suffix in (STATES, END):
                self._store.put(folder / f"piece{suffix}", f"{name}{suffix}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def found(self, name: str) -> Iterator[tuple[Path, PartEnd]]:
        """A piece that is done, as a file of this machine, and how it ended.

        Raises:
            InputError: It is not there, or damaged.
        """
        folder = self._fresh()
        try:
            for suffix in (STATES, END):
                path = self._store.get(f"{name}{suffix}", folder)
            end = saved_end(path)
            if end is None:
                raise InputError(f"{as_text(path)}: a piece is missing")
            yield path, end
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def forget(self, task: Task, video: Path) -> None:
        """Remove the pieces of a match."""
        self._store.remove(f"{SCRATCH}/{self._mark(task, video)}.pieces")

    def _mark(self, task: Task, video: Path) -> str:
        """Names a video and all that shapes its results."""
        there = video.stat() if video.exists() else None
        size = there.st_size if there else 0
        # What was fetched is as old as its fetching.
        changed = there.st_mtime_ns if there and not is_url(task.input.place) else 0
        told = f"{self._key} {task.input.place} {size} {changed}"
        return f"{task.input.name}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"

    def _fresh(self) -> Path:
        folder = self.path / f"fresh-{secrets.token_hex(8)}"
        with _making(folder):
            folder.mkdir(parents=True)
        return folder


@contextmanager
def _making(folder: Path) -> Iterator[None]:
    """What the system says against a folder is an ``OutputError`` that names it."""
    try:
        yield
    except OSError as error:
        told = f"cannot make the folder {as_text(folder)}: {error.strerror or error}"
        raise OutputError(told) from error
