"""A real miner on the loopback, as good or as bad as a test wants it."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from touchline.scorevision.signing import answer_headers
from touchline.service.chain import Hotkey, make_hotkey


@dataclass
class FakeMiner:
    """What a miner does when it is asked, and what it was asked.

    ``say`` answers a challenge; ``health`` is what ``/health`` says.
    """

    say: "Callable[[FakeMiner, BaseHTTPRequestHandler, bytes], None]"
    key: Hotkey = field(default_factory=make_hotkey)
    health: tuple[int, bytes] | None = None
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: whoever is slow stops to wait."""


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def answering(content: Any, *, status: int = 200, **headers: str):
    """Say this, whatever is asked; bytes as they are, all else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def say(miner: FakeMiner, handler: BaseHTTPRequestHandler, asked: bytes) -> None:
        send(handler, status, body, **headers)

    return say


def answering_signed(content: Any, *, packed: bool = False):
    """Say this, signed by the miner, and packed where it should be."""
    body = json.dumps(content).encode()

    def say(miner: FakeMiner, handler: BaseHTTPRequestHandler, asked: bytes) -> None:
        signed = {
            name.replace("-", "_"): value for name, value in answer_headers(miner.key, body).items()
        }
        if packed:
            send(handler, 200, gzip.compress(body), Content_Encoding="gzip", **signed)
        else:
            send(handler, 200, body, **signed)

    return say


def fetching_first(content: Any):
    """Fetch the video that is asked about, whole, as a miner does, then say this."""
    body = json.dumps(content).encode()

    def say(miner: FakeMiner, handler: BaseHTTPRequestHandler, asked: bytes) -> None:
        video = httpx.get(json.loads(asked)["video_url"], trust_env=False)
        send(handler, 200 if video.is_success else 502, body)

    return say


def hanging_up(miner: FakeMiner, handler: BaseHTTPRequestHandler, asked: bytes) -> None:
    """Promise a body, send half of it, and go."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"frames": [')
    handler.close_connection = True


def saying_nothing(miner: FakeMiner, handler: BaseHTTPRequestHandler, asked: bytes) -> None:
    """Take longer than anybody waits."""
    miner.gone.wait(30)
    handler.close_connection = True


@contextmanager
def mining(say: Any, **rest: Any) -> Iterator[FakeMiner]:
    """Run a miner until the block ends."""
    miner = FakeMiner(say, **rest)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            told = json.dumps({"hotkey": miner.key.address}).encode()
            status, body = miner.health or (200, told)
            send(self, status, body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            miner.bodies.append(body)
            miner.headers.append({name.lower(): value for name, value in self.headers.items()})
            miner.say(miner, self, body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    miner.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield miner
    finally:
        miner.gone.set()
        server.shutdown()
        thread.join()
        server.server_close()
