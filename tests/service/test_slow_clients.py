"""A server whose clients say nothing, or half of it."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import uvicorn

from touchline.service import ConnectionLimits, HeadTimeoutProtocol, listen

WITHIN = 0.4
"""Seconds until the head of a request, for these tests."""
BOUND = 20.0
LARGE = 32 * 2**20
"""Bytes that no socket's buffers hold."""
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
STALLED, GO_ON = threading.Event(), threading.Event()


async def app(scope, receive, send) -> None:
    """Answers after longer than a head may take."""
    assert scope["type"] == "http"
    if scope["path"] == "/large":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(LARGE)})
        return
    if scope["path"] == "/stall":  # the whole loop waits
        STALLED.set()
        GO_ON.wait(BOUND)
    if scope["path"] == "/":
        await asyncio.sleep(2 * WITHIN)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[uvicorn.Server, tuple[str, int]]]:
    for name in ("HEAD_TIMEOUT", "REST_TIMEOUT", "WRITE_TIMEOUT"):
        monkeypatch.setattr(f"touchline.service.slow_clients.{name}", WITHIN)
    config = uvicorn.Config(
        app, http=HeadTimeoutProtocol, ws="none", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield server, listener.getsockname()
        server.should_exit = True
        thread.join(BOUND)


@pytest.fixture
def address(server: tuple[uvicorn.Server, tuple[str, int]]) -> tuple[str, int]:
    return server[1]


@pytest.mark.parametrize("said", [b"", b"POST /", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_who_does_not_finish_the_head_of_a_request_is_hung_up_on(
    address: tuple[str, int], said: bytes
) -> None:
    with socket.create_connection(address, timeout=BOUND) as client:
        client.sendall(said)
        assert client.recv(100) == b""


def test_a_request_has_all_the_time_that_its_answer_takes(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=BOUND) as client:
        client.sendall(REQUEST)
        answer = b""
        while not answer.endswith(b"ok"):
            block = client.recv(1000)
            assert block
            answer += block
        assert answer.startswith(b"HTTP/1.1 200")


def test_after_an_answer_the_next_head_is_waited_for_only_so_long(
    address: tuple[str, int],
) -> None:
    with socket.create_connection(address, timeout=BOUND) as client:
        client.sendall(REQUEST)
        while not client.recv(1000).endswith(b"ok"):
            pass
        client.sendall(b"G")  # it ends uvicorn's own keep-alive timer
        assert client.recv(100) == b""


BODIES = {
    "a length": b"POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
    "a huge length": b"POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    "chunks": b"POST /now HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a GET": b"GET /now HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n",
}


@pytest.mark.parametrize("kind", BODIES)
def test_who_drips_a_body_after_its_answer_is_hung_up_on(
    address: tuple[str, int], kind: str
) -> None:
    byte = b"1\r\nx\r\n" if kind == "chunks" else b"x"
    with socket.create_connection(address, timeout=WITHIN / 10) as client:
        client.sendall(BODIES[kind])
        received, ends = b"", time.monotonic() + BOUND
        while time.monotonic() < ends:
            try:
                client.sendall(byte)
                if not (block := client.recv(1000)):
                    break
                received += block
            except TimeoutError:
                pass
            except ConnectionError:
                break
        else:
            raise AssertionError("it may drip for ever")
    assert received.startswith(b"HTTP/1.1 200")


def test_a_body_that_ends_soon_after_its_answer_keeps_the_connection(
    address: tuple[str, int],
) -> None:
    with socket.create_connection(address, timeout=BOUND) as client:
        client.sendall(b"POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nx")
        while not client.recv(1000).endswith(b"ok"):
            pass
        client.sendall(b"yz" + REQUEST)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("close", [b"", b"Connection: close\r\n"])
def test_who_does_not_read_its_answer_is_hung_up_on(
    server: tuple[uvicorn.Server, tuple[str, int]], close: bytes
) -> None:
    running, address = server
    with socket.create_connection(address, timeout=BOUND) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n" + close + b"\r\n")
        wait_for_connections(running, 1)
        wait_for_connections(running, 0)
        assert len(read_to_end(client)) < LARGE


def read_to_end(client: socket.socket) -> bytes:
    received = bytearray()
    while block := client.recv(2**20):
        received += block
    return bytes(received)


def wait_for_connections(running: uvicorn.Server, count: int) -> None:
    ends = time.monotonic() + BOUND
    while len(running.server_state.connections) != count:
        assert time.monotonic() < ends, len(running.server_state.connections)
        time.sleep(0.01)


def test_the_next_request_is_answered_whoever_holds_connections(
    server: tuple[uvicorn.Server, tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("touchline.service.slow_clients.HEAD_TIMEOUT", BOUND)
    monkeypatch.setattr(ConnectionLimits, "of_process", lambda: ConnectionLimits(30, 40))
    running, address = server
    heads = [b"", b"GET", *BODIES.values(), b"GET /now HTTP/1.1\r\nHost: x\r\n\r\n"]
    with ExitStack() as stack:
        for number in range(60):
            client = stack.enter_context(socket.create_connection(address, timeout=BOUND))
            client.sendall(heads[number % len(heads)])
        last = stack.enter_context(socket.create_connection(address, timeout=BOUND))
        last.sendall(REQUEST)  # it is being answered for a while
        for _ in range(20):
            stack.enter_context(socket.create_connection(address, timeout=BOUND))
        assert last.recv(1000).startswith(b"HTTP/1.1 200")
        assert len(running.server_state.connections) <= 40
    wait_for_connections(running, 0)


def test_who_asks_is_answered_however_many_connect_in_the_same_moment(
    server: tuple[uvicorn.Server, tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConnectionLimits, "of_process", lambda: ConnectionLimits(30, 40))
    running, address = server
    with ExitStack() as stack:
        stall = stack.enter_context(socket.create_connection(address, timeout=BOUND))
        stall.sendall(b"GET /stall HTTP/1.1\r\nHost: x\r\n\r\n")
        assert STALLED.wait(BOUND)  # all that comes now is accepted in one turn of the loop
        last = stack.enter_context(socket.create_connection(address, timeout=BOUND))
        last.sendall(REQUEST)
        for _ in range(35):
            stack.enter_context(socket.create_connection(address, timeout=BOUND))
        GO_ON.set()
        assert last.recv(1000).startswith(b"HTTP/1.1 200")
        assert len(running.server_state.connections) <= 40
    wait_for_connections(running, 0)


@pytest.mark.parametrize("early", [False, True])
def test_a_body_that_is_no_http_leaves_no_trace_in_the_log(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture, early: bool
) -> None:
    path = b"/now" if early else b"/"
    with caplog.at_level(logging.INFO), socket.create_connection(address, timeout=BOUND) as client:
        client.sendall(BODIES["chunks"].replace(b"/now", path))
        if early:
            assert client.recv(1000)
        client.sendall(b"no chunk\r\n")
        read_to_end(client)
        time.sleep(3 * WITHIN)
    assert not [record for record in caplog.records if record.exc_info]
