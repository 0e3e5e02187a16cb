"""Files that grow under another name, and what is left of them when a program is killed.

A file grows in a hidden folder of its own beside its target, so that renaming it never copies. The
folder is locked as long as its maker lives: the kernel takes the lock back however that ends, and
whoever next makes such a folder in the same place removes those that nobody holds. A lock and not
the number of a process, because containers that share a folder do not share numbers.
"""

import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_NAME = re.compile(r"\.touchline-[0-9a-f]{16}\.part")


class UnfinishedFile:
    """A place for a file that is not whole yet.

    What is there goes with this object, unless ``keep`` was called before.

    Args:
        target: The name that the file will have; its folder exists.

    Attributes:
        path: Where to write; there is no file yet. Others beside it go when it goes.

    Raises:
        OSError: Nothing can be made in that folder.
    """

    def __init__(self, target: Path) -> None:
        self._lock: int | None = None
        self._target = target
        sweep(target.parent)
        while self._lock is None:
            folder = target.with_name(f".touchline-{secrets.token_hex(8)}.part")
            try:
                folder.mkdir()
                self._lock = _locked(folder, wait=True)
            except BaseException:  # a signal, too
                shutil.rmtree(folder, ignore_errors=True)
                raise
        self._folder = folder
        self.path = folder / "file"

    def __del__(self) -> None:
        self.remove()

    def keep(self) -> None:
        """Give the file its name, in place of what had it.

        Raises:
            OSError: That cannot be done; the file stays where it is.
        """
        self.path.replace(self._target)
        self.remove()

    def remove(self) -> None:
        """Remove what is left there; a second call does nothing."""
        if self._lock is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """A folder that nobody else holds meanwhile; where the file system knows no locks, any.

    Args:
        folder: One that is there.

    Raises:
        BlockingIOError: Somebody else holds it.
    """
    if sys.platform == "win32":
        yield
        return
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            pass  # no locks there
        yield
    finally:
        os.close(lock)


def sweep(folder: Path) -> None:
    """Remove from a folder what programs that were killed have left, and nothing else."""
    try:
        left = [entry for entry in os.scandir(folder) if _NAME.fullmatch(entry.name)]
    except OSError:
        return  # it can be written, perhaps, but not be listed
    for entry in left:
        if entry.is_dir(follow_symlinks=False):
            lock = _locked(Path(entry.path), wait=False)
            if lock is not None:
                shutil.rmtree(entry.path, ignore_errors=True)
                os.close(lock)


def _locked(folder: Path, *, wait: bool) -> int | None:
    """The lock of a folder, to be closed, or None where another has it or removed the folder.

    Where the file system knows no locks, who waits gets one that locks nothing, and who does not
    gets none: nothing is swept there.
    """
    if sys.platform == "win32":  # locks no folders, and removes no file that is open
        return os.open(os.devnull, os.O_RDONLY) if wait else None
    try:
        lock = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        if wait:
            return lock
        os.close(lock)
        return None
    if not folder.exists():
        os.close(lock)
        return None
    return lock
