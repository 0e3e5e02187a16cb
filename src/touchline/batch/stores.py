"""Where inputs come from and results go to: this machine, or an object store through fsspec."""

import glob
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from touchline.errors import InputError, OutputError, UsageError
from touchline.files import PathLike, as_path, as_text
from touchline.outputs import of_former_run, write_whole

SUMMARY = "summary.json"
"""Written last into a store that can only take file by file: where it is, all is."""
SCRATCH = ".touchline-batch"
"""Folder among the results for what is not whole yet."""
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
"""What fsspec needs besides, by the beginning of a URL."""


class Store(Protocol):
    """A place for the results of a batch."""

    name: str
    """As people write it."""

    def read(self, name: str) -> bytes | None:
        """A file, or None where there is none.

        Raises:
            InputError: It is there and cannot be read.
        """

    def write(self, name: str, content: bytes) -> None:
        """Put a small file there: whole or not at all.

        Raises:
            OutputError: It cannot be written.
        """

    def publish(self, folder: Path, name: str) -> None:
        """Move a folder there; it appears whole, in place of what an earlier batch had there.

        Raises:
            OutputError: It cannot be written, or somebody else's is in its place.
        """

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def put(self, path: Path, name: str) -> None:
        """Move a file there, whole.

        Raises:
            OutputError: It cannot be written.
        """

    def get(self, name: str, folder: Path) -> Path:
        """A file as one of this machine; fetched into ``folder`` where it is not.

        Raises:
            InputError: It cannot be read.
        """

    def remove(self, name: str) -> None:
        """Remove a file or a folder, if it is there."""


class LocalStore:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, str(folder)

    def read(self, name: str) -> bytes | None:
        """See ``Store``."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"{self.folder / name}: cannot be read ({error.strerror})") from error

    def write(self, name: str, content: bytes) -> None:
        """See ``Store``."""
        with _written(f"{self.folder / name}"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / name, content)

    def publish(self, folder: Path, name: str) -> None:
        """See ``Store``; the folder is on the same file system."""
        target, former = self.folder / name, folder.with_name(f"{folder.name}.former")
        with _written(str(target)):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(former, ignore_errors=True)
            if target.exists():
                if of_former_run(target / SUMMARY) is None and not name.startswith("dataset/"):
                    raise OutputError(
                        f"{as_text(target)} is there, and was not written by an earlier batch; "
                        "remove it, or name another folder"
                    )
                target.rename(former)
            folder.rename(target)
            shutil.rmtree(former, ignore_errors=True)

    def has(self, name: str) -> bool:
        """See ``Store``."""
        return (self.folder / name).is_file()

    def put(self, path: Path, name: str) -> None:
        """See ``Store``; the file is on the same file system."""
        with _written(f"{self.folder / name}"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(self.folder / name)

    def get(self, name: str, folder: Path) -> Path:
        """See ``Store``."""
        return self.folder / name

    def remove(self, name: str) -> None:
        """See ``Store``."""
        shutil.rmtree(self.folder / name, ignore_errors=True)


class UrlStore:
    """A folder of an object store, or of whatever else fsspec knows."""

    def __init__(self, url: str) -> None:
        self.name = url.rstrip("/")

    def read(self, name: str) -> bytes | None:
        """See ``Store``."""
        fs, path = _opened(f"{self.name}/{name}")
        try:
            return bytes(fs.cat_file(path))
        except FileNotFoundError:
            return None
        except Exception as error:
            raise InputError(f"{self.name}/{name}: cannot be read ({_said(error)})") from error

    def write(self, name: str, content: bytes) -> None:
        """See ``Store``: an object appears when all of it has come."""
        fs, path = _opened(f"{self.name}/{name}")
        with _written(f"{self.name}/{name}"):
            fs.pipe_file(path, content)

    def publish(self, folder: Path, name: str) -> None:
        """See ``Store``: a folder counts when its summary is there, which comes last."""
        fs, root = _opened(f"{self.name}/{name}")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        files.sort(key=lambda path: path.name == SUMMARY)
        with _written(f"{self.name}/{name}"):
            if SUMMARY in (path.name for path in files) and fs.exists(f"{root}/{SUMMARY}"):
                fs.rm_file(f"{root}/{SUMMARY}")
            for path in files:
                fs.put_file(str(path), f"{root}/{path.relative_to(folder).as_posix()}")
        shutil.rmtree(folder, ignore_errors=True)

    def has(self, name: str) -> bool:
        """See ``Store``."""
        fs, path = _opened(f"{self.name}/{name}")
        return bool(fs.exists(path))

    def put(self, path: Path, name: str) -> None:
        """See ``Store``."""
        fs, target = _opened(f"{self.name}/{name}")
        with _written(f"{self.name}/{name}"):
            fs.put_file(str(path), target)

    def get(self, name: str, folder: Path) -> Path:
        """See ``Store``."""
        fs, path = _opened(f"{self.name}/{name}")
        try:
            fs.get_file(path, str(folder / PurePosixPath(name).name))
        except Exception as error:
            raise InputError(f"{self.name}/{name}: cannot be read ({_said(error)})") from error
        return folder / PurePosixPath(name).name

    def remove(self, name: str) -> None:
        """See ``Store``."""
        fs, path = _opened(f"{self.name}/{name}")
        with _written(f"{self.name}/{name}"):
            if fs.exists(path):
                fs.rm(path, recursive=True)


def store_of(place: PathLike) -> Store:
    """The store that is meant.

    Raises:
        InputError: fsspec, or what it needs for such URLs, is not installed.
    """
    text = os.fspath(place)
    if not is_url(text):
        return LocalStore(as_path(text).absolute())
    _opened(text)
    return UrlStore(text)


def is_url(place: str) -> bool:
    """Whether a place is written as a URL."""
    return _URL.match(place) is not None


def listed(url: str, suffixes: Collection[str]) -> list[str]:
    """What a URL stands for: a glob and a folder (with a slash at the end) for many.

    Args:
        url: One that ``is_url``.
        suffixes: Of the files that are taken of a folder.

    Raises:
        InputError: Nothing is there, or fsspec is not installed.
    """
    if not url.endswith("/") and not glob.has_magic(url.split("?")[0]):
        return [url]
    fs, path = _opened(url)
    try:
        found = fs.find(path) if url.endswith("/") else fs.glob(path)
    except Exception as error:
        raise InputError(f"{url}: cannot be listed ({_said(error)})") from error
    kept = [
        place
        for place in sorted(found)
        if not url.endswith("/") or PurePosixPath(place).suffix.lower() in suffixes
    ]
    if not kept:
        raise InputError(f"{url}: no video there")
    return [str(fs.unstrip_protocol(place)) for place in kept]


@contextmanager
def fetched(place: str, folder: Path) -> Iterator[Path]:
    """A video as a file of this machine; what was fetched goes with the block.

    Args:
        place: A path, which is the file itself, or a URL.
        folder: Where to fetch to.

    Raises:
        InputError: It cannot be fetched.
        OutputError: There is no room for it.
    """
    if not is_url(place):
        yield as_path(place)
        return
    fs, path = _opened(place)
    target = folder / (PurePosixPath(place.split("?")[0]).name or "video")
    try:
        with _written(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            fs.get_file(path, str(target))
        except OSError as error:
            if error.filename == str(target):
                raise OutputError(f"cannot write {target}: {error.strerror}") from error
            raise InputError(f"{place}: cannot be fetched ({_said(error)})") from error
        except Exception as error:
            raise InputError(f"{place}: cannot be fetched ({_said(error)})") from error
        yield target
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it."""
    kind = url.partition("://")[0].lower()
    try:
        from fsspec.core import url_to_fs

        fs, path = url_to_fs(url)
    except ImportError as error:
        package = _PACKAGES.get(kind)
        wanted = 'pip install "touchline[batch]"' + (f" {package}" if package else "")
        raise InputError(f"{url}: URLs need a package that is not installed: {wanted}") from error
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from error
    return fs, str(path)


@contextmanager
def _written(place: str) -> Iterator[None]:
    """Turn whatever a store says of a failed write into an ``OutputError``."""
    try:
        yield
    except OutputError:
        raise
    except Exception as error:
        raise OutputError(f"cannot write {as_text(place)}: {_said(error)}") from error


def _said(error: Exception) -> str:
    """One line of what another library says."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(as_text(text).split())[:300]
