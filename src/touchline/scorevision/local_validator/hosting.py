"""Serves one video to a miner, at an address that nobody can guess, and nothing else."""

import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from mimetypes import guess_type
from pathlib import Path
from socket import AddressFamily
from socketserver import TCPServer
from urllib.parse import quote

from touchline.errors import InputError, UsageError
from touchline.files import as_path

BLOCK = 2**18
"""Bytes that are sent at once."""
SILENCE = 60.0
"""Seconds after which a connection on which nothing happens is closed."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Host:
    """A file and the path at which it may be had now, if at any."""

    def __init__(self, file: Path, origin: str) -> None:
        self.file = file
        self._origin = origin
        self._open: frozenset[str] = frozenset()

    @contextmanager
    def published(self) -> Iterator[str]:
        """The URL of the file, new each time; it stops to work when the block ends."""
        path = f"/{secrets.token_urlsafe(24)}{quote(self.file.suffix)}"
        self._open |= {path}
        try:
            yield self._origin + path
        finally:
            self._open -= {path}

    def offers(self, path: str) -> bool:
        """Whether the file may be had there now."""
        return path in self._open


@contextmanager
def hosting(file: Path, address: str = "127.0.0.1") -> Iterator[Host]:
    """Serve a file on a free port until the block ends.

    Args:
        file: The video.
        address: IP address of this machine, by which the miner asks for the video.

    Raises:
        InputError: There is no such file, or it cannot be read.
        UsageError: ``address`` is no single address of this machine.
    """
    file = as_path(file)
    _require_readable(file)
    with _listening(address) as server:
        server.host = Host(file, server.origin)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.host
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """Listens on one address; each connection has a thread of its own."""

    host: Host

    def server_bind(self) -> None:
        """Bind without asking a name server for one's own name, which may take seconds."""
        TCPServer.server_bind(self)

    @property
    def origin(self) -> str:
        name, port = str(self.server_address[0]), self.server_address[1]
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a miner that hangs up in the middle of a video does so on purpose."""


class _Server6(_Server):
    address_family = AddressFamily.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, with ranges."""

    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = SILENCE

    def do_HEAD(self) -> None:
        """Say what a GET would bring."""
        self._start()

    def do_GET(self) -> None:
        """Send the file, or the part of it that was asked for."""
        start, stop = self._start()
        with self.server.host.file.open("rb") as file:
            file.seek(start)
            while start < stop and (block := file.read(min(BLOCK, stop - start))):
                self.wfile.write(block)
                start += len(block)

    def log_message(self, *_: object) -> None:
        """Keep quiet: standard error is for the command."""

    def _start(self) -> tuple[int, int]:
        """Send status and headers; return the first byte to send and the one after the last."""
        if not self.server.host.offers(self.path):
            return self._refuse(HTTPStatus.NOT_FOUND)
        size = self.server.host.file.stat().st_size
        span = asked_bytes(self.headers.get("Range"), size)
        start, stop = span or (0, size)
        if span and start >= stop:
            return self._refuse(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, f"bytes */{size}")
        self.send_response(HTTPStatus.PARTIAL_CONTENT if span else HTTPStatus.OK)
        if span:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        kind = guess_type(self.server.host.file.name)[0]
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(stop - start))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        return start, stop

    def _refuse(self, status: HTTPStatus, content_range: str | None = None) -> tuple[int, int]:
        self.send_response(status)
        if content_range:
            self.send_header("Content-Range", content_range)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return 0, 0


def asked_bytes(header: str | None, size: int) -> tuple[int, int] | None:
    """What a ``Range`` header asks of a file of ``size`` bytes.

    Returns:
        The first byte and the one after the last; these are equal where the file has no such
        bytes. None is the whole file: no header, or one that is not of a single range.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found.group() == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    stop = min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return None
    return min(int(first), stop), stop


def _require_readable(file: Path) -> None:
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}).") from error


def _listening(address: str) -> _Server:
    try:
        ip = ip_address(address)
    except ValueError:
        ip = None
    if ip is None or ip.is_unspecified:
        raise UsageError(
            f"a video is served on one IP address of this machine, by which the miner reaches it; "
            f"got {address!r}."
        )
    try:
        return (_Server if ip.version == 4 else _Server6)((address, 0), _Handler)
    except OSError as error:
        raise UsageError(
            f"nothing can be served on {address} ({error.strerror}); an IP address of this machine "
            "is needed."
        ) from error
