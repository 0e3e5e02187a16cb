"""Files from the network: resumed where they broke off, and taken only if the hash is right."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from touchline.errors import ModelError, OutputError
from touchline.inference import weights

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int | None], None]
"""Told the bytes that are there and the bytes there will be, None where nobody knows."""

TIMEOUT = 30.0
"""Seconds that a server may be silent."""
SPARE = 64 * 1024**2
"""Bytes of the disk that a download leaves free."""
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Transfer:
    """How files are fetched.

    Attributes:
        client: An ``httpx.Client`` to ask with; None makes one for each file.
        progress: Told after each block how far a file is.
        attempts: Tries in a row without a byte of progress before it is given up.
        pause: Waits so many seconds; twice as long after each try, at most ``LONGEST_PAUSE``.
    """

    client: "httpx.Client | None" = None
    progress: Progress | None = None
    attempts: int = 5
    pause: Callable[[float], None] = time.sleep


def cache_folder() -> Path:
    """Where fetched files lie unless told otherwise: ``.cache/touchline`` in the home folder.

    Where ``XDG_CACHE_HOME`` names another folder, ``touchline`` in that; a folder that is at home
    from before stays in use.

    Raises:
        RuntimeError: It is not known where the home folder is.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):
        folder = Path(named) / "touchline"
        former = Path(os.path.expanduser("~/.cache/touchline"))
        return former if former.is_dir() and not folder.is_dir() else folder
    return Path.home() / ".cache" / "touchline"


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str,
    bytes: int | None = None,
    transfer: Transfer | None = None,
) -> Path:
    """Fetch a file, unless it is there already.

    It grows as ``target`` + ``.part``, which a later call continues, and gets its name only when
    its hash is right.

    Args:
        url: ``http`` or ``https``; redirects are followed.
        target: The file to write; its folder is made.
        sha256: What the content must hash to, lower-case hexadecimal.
        bytes: Size of the content, where it is known.
        transfer: How to fetch.

    Returns:
        ``target``.

    Raises:
        ModelError: the server cannot be reached, has no such file, or gives another one.
        OutputError: the folder cannot be written or has too little space.
    """
    if target.is_file() and weights.sha256(target) == sha256:
        return target
    download = _Download(url, target.with_name(target.name + ".part"), bytes)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        download.require_space()
        download.run(transfer or Transfer())
        _require_hash(download.part, sha256, url)
        download.part.replace(target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error}.") from error
    return target


class _BrokenError(Exception):
    """A try failed in a way that the next may not."""


@dataclass(frozen=True, slots=True)
class _Download:
    url: str
    part: Path
    bytes: int | None

    @property
    def size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def require_space(self) -> None:
        missing = (self.bytes or 0) - self.size
        free = shutil.disk_usage(self.part.parent).free
        if missing > 0 and free < missing + SPARE:
            raise OutputError(
                f"{self.part.parent} has {free // 2**20} MB free; {self.url} needs "
                f"{(missing + SPARE) // 2**20} MB."
            )

    def run(self, transfer: Transfer) -> None:
        """Try until all is there, or ``attempts`` tries in a row brought nothing more."""
        httpx = _httpx(self.url)
        own = nullcontext(transfer.client) if transfer.client else httpx.Client(timeout=TIMEOUT)
        most, failures = self.size, 0
        with own as client:
            while True:
                try:
                    return self._try(client, transfer.progress)
                except (httpx.RequestError, _BrokenError) as error:
                    failures = 1 if self.size > most else failures + 1
                    most = max(most, self.size)
                    if failures >= transfer.attempts:
                        raise ModelError(_by_hand(self.url, str(error) or repr(error))) from error
                transfer.pause(min(2.0 ** (failures - 1), LONGEST_PAUSE))

    def _try(self, client: "httpx.Client", progress: Progress | None) -> None:
        start = self.size
        if start and start == self.bytes:
            return
        # A packed answer could not be continued in the middle.
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with client.stream("GET", self.url, headers=headers, follow_redirects=True) as response:
            status, span = response.status_code, response.headers.get("Content-Range", "")
            if status == 416 and start and span == f"bytes */{start}":
                return
            if status == 416 or (status == 206 and not span.startswith(f"bytes {start}-")):
                self.part.unlink(missing_ok=True)
                raise _BrokenError("the server has no such continuation of what is here")
            self._require_success(status)
            self._write(response, start if status == 206 else 0, progress)

    def _require_success(self, status: int) -> None:
        if status in (408, 429) or status >= 500:
            raise _BrokenError(f"the server answers {status}")
        if status not in (200, 206):
            raise ModelError(_by_hand(self.url, f"the server answers {status}"))

    def _write(self, response: "httpx.Response", start: int, progress: Progress | None) -> None:
        there = start
        with self.part.open("ab" if start else "wb") as file:
            for block in response.iter_bytes():
                file.write(block)
                there += len(block)
                if progress:
                    progress(there, self.bytes)
                if self.bytes is not None and there > self.bytes:
                    return  # another file: its hash will say so
        if self.bytes is not None and there < self.bytes:
            raise _BrokenError(f"the answer ended after {there} of {self.bytes} bytes")


def _require_hash(part: Path, sha256: str, url: str) -> None:
    found = weights.sha256(part)
    if found != sha256:
        part.unlink()
        raise ModelError(
            f"{url} gave another file than expected: its SHA-256 is {found}, not {sha256}; "
            f"it was removed."
        )


def _by_hand(url: str, reason: str) -> str:
    return (
        f"{url} could not be fetched ({reason}): where there is no connection, fetch it on another "
        f"machine, put it into a folder under its own name, and give that with --from FOLDER."
    )


def _httpx(url: str) -> ModuleType:
    try:
        import httpx
    except ImportError as error:
        lacking = 'fetching needs the package httpx: pip install "touchline[clip]"'
        raise ModelError(_by_hand(url, lacking)) from error
    return httpx
