"""A listening socket where file descriptors run out."""

import asyncio
import errno
import logging
import socket

import pytest

from touchline.service import Listener, listen, listening, log_exhaustion_rarely


async def serve_while(listener: Listener, seconds: float) -> None:
    """Serve for a moment."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), sock=listener)
    async with server:
        await asyncio.sleep(seconds)


class Exhausted(Listener):
    """As if no descriptor were left."""

    tries = 0

    def _accept(self) -> tuple[int, object]:
        self.tries += 1
        raise OSError(errno.EMFILE, "Too many open files")


def test_without_descriptors_there_is_one_try_and_one_line_at_a_time(caplog) -> None:
    with listen("127.0.0.1", 0) as made:
        listener = Exhausted(fileno=made.detach())

    async def run() -> None:
        log_exhaustion_rarely(asyncio.get_running_loop())
        await serve_while(listener, 1.5)

    with caplog.at_level(logging.WARNING), listener:
        clients = [socket.create_connection(listener.getsockname()) for _ in range(20)]
        asyncio.run(run())
        for client in clients:
            client.close()
    assert 1 <= listener.tries <= 2
    (line,) = [record.getMessage() for record in caplog.records]
    assert "ulimit -n" in line
    assert "Too many open files" in line


def test_a_burst_is_accepted_in_parts_and_whole() -> None:
    async def run() -> int:
        count = 0

        async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal count
            count += 1
            writer.close()

        async with await asyncio.start_server(take, sock=listener):
            while count < 3 * listening.BURST:
                await asyncio.sleep(0.01)
        return count

    with listen("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        clients = [socket.create_connection(address) for _ in range(3 * listening.BURST)]
        assert asyncio.run(asyncio.wait_for(run(), 20)) == len(clients)
        for client in clients:
            client.close()


@pytest.mark.parametrize("with_other", [False, True])
def test_other_trouble_of_the_event_loop_is_told_as_before(caplog, with_other: bool) -> None:
    heard = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        if with_other:
            loop.set_exception_handler(lambda _, context: heard.append(context["message"]))
        log_exhaustion_rarely(loop)
        loop.call_exception_handler({"message": "something else"})

    asyncio.run(run())
    assert (heard or [record.getMessage() for record in caplog.records]) == ["something else"]
