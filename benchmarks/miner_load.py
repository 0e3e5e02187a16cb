"""What the miner is measured with: a service of its own, a host that takes its time, a prober."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from socket import create_server

import httpx
import psutil

from touchline.scorevision.local_validator import Miner, ask_hotkey, validators_client

START_WITHIN = 120.0
BLOCKS = 200
"""Blocks that a slow host cuts a video into."""
EVERY = 0.02
"""Seconds between two probes."""


@dataclass(frozen=True, slots=True)
class Service:
    """A miner that runs: anyone may ask it, on this machine alone."""

    miner: Miner
    process: psutil.Process
    scratch: Path

    def rss(self) -> int:
        """Bytes of resident memory, of the service and its workers."""
        everyone = [self.process, *self.process.children(recursive=True)]
        return sum(each.memory_info().rss for each in everyone)

    def sockets(self) -> int:
        """Connections that are not closed; that it listens does not count."""
        found = self.process.net_connections("all")
        return sum(each.status not in ("LISTEN", "NONE") for each in found)

    def files(self) -> int:
        """Files and folders in its scratch folder."""
        return len(list(self.scratch.rglob("*")))

    def seconds(self, stage: str) -> float:
        """Seconds of a stage, of all challenges together, as its metrics tell."""
        name = f'touchline_stage_seconds_sum{{stage="{stage}"}} '
        lines = httpx.get(f"{self.miner.url}/metrics", trust_env=False).text.splitlines()
        return next((float(each.split()[-1]) for each in lines if each.startswith(name)), 0.0)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Service]:
    """Run ``touchline serve`` in a folder until the block ends; ready when it begins."""
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    (folder / "allowed.json").write_text('{"anyone": true}')
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    own = {
        "HOME": str(folder),  # without a wallet: a throw-away hotkey
        "ALLOW_LIST": str(folder / "allowed.json"),
        "ALLOW_PRIVATE_VIDEO_HOSTS": "1",
        "TOUCHLINE_STATE": str(folder / "state"),
        "TOUCHLINE_SCRATCH": str(scratch),
        "MIN_FREE_DISK_BYTES": "0",
    }
    command = [sys.executable, "-m", "touchline", "serve", "--host", "127.0.0.1"]
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=os.environ | own | settings,
            stdout=log,
            stderr=log,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url, process)
        with validators_client() as client:
            miner = Miner(url, ask_hotkey(url, client))
        yield Service(miner, psutil.Process(process.pid), scratch)
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + START_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", trust_env=False).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the service does not get ready")


@dataclass(slots=True)
class PacedHost:
    """Gives one video, evenly over some seconds, and notes when its last byte was given."""

    video: bytes
    over: float
    url: str = ""
    last_byte: float = field(default=0.0)

    def give(self, sink: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        sink.send_response(200)
        sink.send_header("Content-Length", str(len(self.video)))
        sink.end_headers()
        started, size = time.perf_counter(), -(-len(self.video) // BLOCKS)
        for number, start in enumerate(range(0, len(self.video), size), 1):
            due = started + self.over * number / BLOCKS
            time.sleep(max(0.0, due - time.perf_counter()))
            sink.wfile.write(self.video[start : start + size])
        self.last_byte = time.perf_counter()


@contextmanager
def giving(video: Path, *, over: float = 0.0) -> Iterator[PacedHost]:
    """A host of a video, on this machine."""
    host = PacedHost(video.read_bytes(), over)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.give(self)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://127.0.0.1:{server.server_address[1]}/match.mp4"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def probing(url: str) -> Iterator["Connection[None, list[float]]"]:
    """Ask for the availability from another process until the block ends.

    Gives a connection that takes None and then has the seconds of each answer that was no.
    """
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_probe, args=(url, theirs), daemon=True)
    process.start()
    ours.recv()  # it has begun
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


def _probe(url: str, end: "Connection[object, object]") -> None:
    took: list[float] = []
    with httpx.Client(trust_env=False, timeout=30.0) as client:
        client.get(f"{url}/availability")
        end.send(None)
        while not end.poll(EVERY):
            started = time.perf_counter()
            available = client.get(f"{url}/availability").json()["available"]
            if not available:
                took.append(time.perf_counter() - started)
    end.send(took)
