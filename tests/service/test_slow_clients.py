"""A server whose clients say nothing, or half of it."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from touchline.service import HeadTimeoutProtocol

WITHIN = 0.4
"""Seconds until the head of a request, for these tests."""
BOUND = 20.0
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(scope, receive, send) -> None:
    """Answers after longer than a head may take."""
    assert scope["type"] == "http"
    await asyncio.sleep(2 * WITHIN)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr("touchline.service.slow_clients.HEAD_TIMEOUT", WITHIN)
    config = uvicorn.Config(
        app, http=HeadTimeoutProtocol, ws="none", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join(BOUND)


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
