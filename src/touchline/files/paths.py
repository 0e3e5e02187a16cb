"""Paths as people give them: the home folder, names that are no text, results and inputs."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from touchline.errors import UsageError

PathLike = str | os.PathLike[str]

LONGEST = 4096
"""Bytes of a path: what Linux takes."""

_NO_TEXT = re.compile("[\ud800-\udfff]")


def as_path(given: PathLike) -> Path:
    """The path that is meant: ``~`` and ``~NAME`` are home folders, whoever typed them.

    Raises:
        UsageError: There is no such user, or no file can have such a name.
    """
    try:
        path = Path(given).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{given}: the home folder in it is not known; write it out") from error
    except TypeError as error:
        raise UsageError(f"a path is needed, as text; got {given!r:.60}") from error
    if (length := len(os.fsencode(path))) > LONGEST:
        raise UsageError(f"{path!s:.60}…: a path of {length} bytes; {LONGEST} are allowed")
    if "\0" in str(path):
        raise UsageError(f"{str(path)!r}: no path holds a NUL character")
    return path


def as_text(given: object) -> str:
    """What is given as text that every encoding of Unicode takes.

    A name on disk need not be UTF-8: Python carries the bytes that are none as lone surrogates,
    which no file of JSON, no table and no terminal takes. Each becomes U+FFFD.
    """
    return _NO_TEXT.sub("\ufffd", str(given))


def require_apart(results: Iterable[PathLike], inputs: Iterable[PathLike]) -> None:
    """Refuse, before any work, to write over what is read.

    Files are told by what they are, not by their names: through links, other spellings of a path
    and file systems that know no case. Of a folder, the files in it are inputs too.

    Args:
        results: Files that would be written or removed.
        inputs: Files and folders that are read; those that are not there count for nothing.

    Raises:
        UsageError: A result is one of the inputs.
    """
    read = {identity: path for given in inputs for identity, path in _identities(as_path(given))}
    for result in results:
        source = read.get(_identity(as_path(result)))
        if source is not None:
            raise UsageError(
                f"{result}: the result would replace its own input {source}; name another place"
            )


def _identities(path: Path) -> Iterator[tuple[tuple[int, int] | None, Path]]:
    """A file, or a folder and the files in it, each with what it is on disk."""
    found = [path]
    with suppress(OSError):
        found += path.iterdir() if path.is_dir() else ()
    for each in found:
        if (identity := _identity(each)) is not None:
            yield identity, each


def _identity(path: Path) -> tuple[int, int] | None:
    """The device and the number of a file on it; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
