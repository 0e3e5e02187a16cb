"""Files of the subnet where they are published, or in a copy of them on disk.

Source: the description, "The manifest". An index is a list of keys; a key that is no address begins
at the root of what is published, or lies beside the index.
"""

import json
import os
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from touchline.errors import InputError
from touchline.files import as_path

PUBLIC = "https://turbo.scoredata.me/"
"""Where the subnet publishes."""
ROOTED = ("manako/", "manifest/")
"""Folders at the root; a key that begins with one of them begins there."""
MOST_BYTES = 64 * 1024**2
WITHIN = 30.0
"""Seconds that a server may take."""


def fetched(place: str | os.PathLike[str]) -> bytes:
    """What lies at an address (``http``, ``https``) or in a file.

    Raises:
        InputError: It cannot be had, or is larger than ``MOST_BYTES``.
    """
    try:
        if is_address(place):
            request = Request(str(place), headers={"User-Agent": "touchline"})
            with urlopen(request, timeout=WITHIN) as reply:
                content: bytes = reply.read(MOST_BYTES + 1)
        else:
            with as_path(place).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except HTTPError as error:
        with error:
            raise InputError(f"{place} cannot be had: status {error.code}.") from error
    except (OSError, ValueError) as error:
        inner = error.reason if isinstance(error, URLError) else error
        reason = (inner.strerror if isinstance(inner, OSError) else None) or str(inner)
        raise InputError(f"{place} cannot be had: {reason}.") from error
    if len(content) > MOST_BYTES:
        raise InputError(
            f"{place} is larger than {MOST_BYTES // 1024**2} MiB, which nothing here is."
        )
    return content


def fetched_json(place: str | os.PathLike[str]) -> Any:
    """The same as JSON.

    Raises:
        InputError: As ``fetched``, or it is no JSON.
    """
    try:
        return json.loads(fetched(place))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place} is no JSON: {error}.") from error


def is_address(place: str | os.PathLike[str]) -> bool:
    """Whether a place is an address, and no file."""
    return str(place).startswith(("http://", "https://"))


def keys_of(index: object, place: str | os.PathLike[str]) -> list[str]:
    """The keys of an index: ``["KEY", ...]`` or ``{"entries": [{"path": "KEY"}, ...]}``.

    Raises:
        InputError: It is neither.
    """
    rows = index.get("entries") if isinstance(index, dict) else index
    if not isinstance(rows, list):
        raise InputError(f"{place} is no index: a list of keys is needed.")
    keys = [each.get("path") if isinstance(each, dict) else each for each in rows]
    return [each for each in keys if isinstance(each, str)]


def joined(index: str | os.PathLike[str], key: str) -> str:
    """Where a key of an index lies.

    An address is what it says; what begins with ``manako/``, ``manifest/``, ``/`` or ``./`` begins
    at the root of the bucket, all else beside the index. Of a copy on disk the root is the folder
    that holds ``manako`` or ``manifest``.
    """
    key = key.strip()
    if is_address(key):
        return key
    rooted = key.startswith((*ROOTED, "/", "./"))
    key = key.removeprefix("./").lstrip("/")
    if is_address(index):
        parts = urlsplit(str(index))
        return urljoin(f"{parts.scheme}://{parts.netloc}/" if rooted else str(index), key)
    path, tops = as_path(index), [each.rstrip("/") for each in ROOTED]
    above = (each.parent for each in path.parents if rooted and each.name in tops)
    return os.fspath(next(above, path.parent) / key)
