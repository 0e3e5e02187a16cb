"""What a service takes from clients whose bodies come byte by byte and never end."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
import psutil

from benchmarks.miner_load import serving

HEAD = b"POST /soccer/challenge HTTP/1.1\r\nHost: miner\r\nContent-Length: 60000\r\n\r\n"
EVERY = 2.0
"""Seconds between two bytes of a body."""
SETTLED = 5.0
"""Seconds after which nothing of clients that left may be there."""

Address = tuple[str, int]


def drip(folder: Path, *, count: int, seconds: float, again: bool) -> dict[str, object]:
    """Drip on a service of its own for some seconds.

    With ``again`` each connection that the service closes is made anew, a storm of some hundred a
    second.

    Returns:
        Milliseconds of ``/availability`` meanwhile (each on a connection of its own), how many got
        no answer, bytes of log, connections that the service closed, and its descriptors and
        memory before, during and after.
    """
    with serving(folder / "miner") as service:
        log = folder / "miner" / "service.log"
        written, before = log.stat().st_size, _held(service.process)
        with dripping(service.miner.url, count, again=again) as dripper:
            took = probe(service.miner.url, seconds)
            during = _held(service.process)
            dripper.send(None)
            closed = dripper.recv()
        logged = log.stat().st_size - written
        time.sleep(SETTLED)
        after = _held(service.process)
    answered = [each for each in took if each is not None]
    return {
        "connections": count,
        "asked": len(took),
        "unanswered": len(took) - len(answered),
        **{f"p{q}_ms": round(float(np.percentile(answered, q)), 1) for q in (50, 99)},
        "max_ms": round(max(answered), 1),
        "closed": closed,
        "log_kb": round(logged / 1000, 1),
        "descriptors": [before[0], during[0], after[0]],
        "rss_mib": [before[1], during[1], after[1]],
    }


def probe(url: str, seconds: float) -> list[float | None]:
    """Milliseconds of each answer of ``/availability``, None for none, some ten a second."""
    took: list[float | None] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        began = time.perf_counter()
        try:
            with urlopen(f"{url}/availability", timeout=5.0) as reply:
                reply.read()
            took.append((time.perf_counter() - began) * 1000)
        except OSError:
            took.append(None)
        time.sleep(0.1)
    return took


def _held(process: psutil.Process) -> tuple[int, float]:
    """Descriptors and MiB of memory of a process."""
    return process.num_fds(), round(process.memory_info().rss / 2**20, 1)


@contextmanager
def dripping(url: str, count: int, *, again: bool) -> Iterator["Connection[None, int]"]:
    """Drip from another process until the block ends.

    Send it None, and it leaves and gives the number of connections that were closed on it.
    """
    parts = urlsplit(url)
    ours, theirs = get_context("spawn").Pipe()
    address = str(parts.hostname), int(parts.port or 80)
    process = get_context("spawn").Process(target=_drip, args=(address, count, again, theirs))
    process.start()
    ours.recv()  # all are connected
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


def _drip(address: Address, count: int, again: bool, told: "Connection[int, None]") -> None:
    clients = {number: _open(address) for number in range(count)}
    told.send(0)
    closed, due = 0, time.monotonic() + EVERY
    while not told.poll(max(0.0, due - time.monotonic())):
        due = time.monotonic() + EVERY
        for number in [number for number, client in clients.items() if not _goes_on(client)]:
            clients.pop(number).close()
            closed += 1
            if again:
                clients[number] = _open(address)
    for client in clients.values():
        client.close()
    told.send(closed)


def _open(address: Address) -> socket.socket:
    client = socket.socket()
    client.settimeout(5.0)
    with suppress(OSError):
        client.connect(address)
        client.sendall(HEAD)
    client.setblocking(False)
    return client


def _goes_on(client: socket.socket) -> bool:
    """Send one byte more, and read what the service says; False once it hung up."""
    try:
        client.send(b"x")
        return bool(client.recv(4096))
    except BlockingIOError:
        return True
    except OSError:
        return False
