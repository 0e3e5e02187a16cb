"""The service when several ask at once, when one hangs up, and after a restart."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from tests.scorevision.miner.serving import MINER, Running, end, serving
from tests.scorevision.miner.subnet import (
    QUICK,
    STRANGER,
    VALIDATOR,
    Clip,
    ask,
    hosting,
    on_chain,
    require_no_mistake,
    require_refused,
    wait_until,
)
from tests.scorevision.miner.validators import (
    ENDPOINT,
    body_of,
    client_of,
)
from tests.service.fetching import hosts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with on_chain(tmp_path_factory.mktemp("service"), "made") as running:
        yield running


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with client_of(service.url) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Crowd:
    """Clients who ask at once for a video that its host holds back until the gate opens."""

    service: Running
    host: hosts.Host
    gate: threading.Event
    pool: ThreadPoolExecutor

    def ask(self) -> "Future[httpx.Response]":
        """Ask, and do not wait."""
        return self.pool.submit(self._ask)

    def _ask(self) -> httpx.Response:
        with client_of(self.service.url) as client:
            return ask(client, body_of(self.host.url()))

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask, and hang up when the block ends."""
        body = body_of(self.host.url())
        headers = VALIDATOR.headers(MINER, body) | {"content-length": str(len(body))}
        lines = [f"POST {ENDPOINT} HTTP/1.1", "host: miner"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", self.service.port)) as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            yield

    def wait_for(self, *, running: int, waiting: int = 0) -> None:
        """Until so many are in work, and so many wait."""
        counts = {"running": running, "waiting": waiting}
        with client_of(self.service.url) as client:
            wait_until(lambda: gauges(client.get("/metrics").text) == counts)


def gauges(metrics: str) -> dict[str, int]:
    found = re.findall(r"^touchline_challenges_(running|waiting) (\S+)$", metrics, re.MULTILINE)
    return {name: int(float(value)) for name, value in found}


@pytest.fixture
def crowd(service: Running, clip: Clip) -> Iterator[Crowd]:
    gate = threading.Event()

    async def answer(asked: hosts.Asked, writer: asyncio.StreamWriter) -> None:
        while not gate.is_set():
            await asyncio.sleep(0.01)
        await hosts.says(clip.content)(asked, writer)

    with hosting(answer) as host, ThreadPoolExecutor(4) as pool:
        yield Crowd(service, host, gate, pool)
        gate.set()


def test_the_miner_is_not_available_while_it_works(
    crowd: Crowd, client: httpx.Client, clip: Clip
) -> None:
    first = crowd.ask()
    crowd.wait_for(running=1)
    assert client.get("/availability").json() == {"available": False}
    crowd.gate.set()
    clip.require_answered(first.result())
    wait_until(lambda: client.get("/availability").json() == {"available": True})


def test_a_second_challenge_waits_its_turn_and_a_third_is_sent_away_at_once(
    crowd: Crowd, client: httpx.Client, clip: Clip
) -> None:
    first = crowd.ask()
    crowd.wait_for(running=1)
    second = crowd.ask()
    crowd.wait_for(running=1, waiting=1)
    started = time.monotonic()
    third = ask(client, body_of(crowd.host.url()))
    assert time.monotonic() - started < 1.0
    require_refused(third, 503, "busy")
    assert int(third.headers["retry-after"]) > 0
    crowd.gate.set()
    clip.require_answered(first.result())
    clip.require_answered(second.result())
    assert len(crowd.host.asked) == 2


def test_a_client_that_hangs_up_in_the_queue_makes_room(crowd: Crowd, clip: Clip) -> None:
    first = crowd.ask()
    crowd.wait_for(running=1)
    with crowd.asking():
        crowd.wait_for(running=1, waiting=1)
    crowd.wait_for(running=1, waiting=0)
    last = crowd.ask()
    crowd.wait_for(running=1, waiting=1)
    crowd.gate.set()
    clip.require_answered(first.result())
    clip.require_answered(last.result())


def test_a_client_that_hangs_up_while_it_is_served_frees_the_miner(
    crowd: Crowd, client: httpx.Client, clip: Clip
) -> None:
    with crowd.asking():
        crowd.wait_for(running=1)
    crowd.wait_for(running=0)
    crowd.gate.set()
    clip.require_answered(crowd.ask().result())


def test_nothing_of_this_was_a_mistake_or_is_left(service: Running) -> None:
    require_no_mistake(service)
    assert list(service.scratch.iterdir()) == []


def test_a_request_is_good_once_even_over_a_restart_without_a_chain(
    service: Running, clip: Clip, video: str
) -> None:
    """The very last of these: it ends the service that they share."""
    body = body_of(video)
    headers = VALIDATOR.headers(MINER, body)
    with client_of(service.url) as client:
        clip.require_answered(client.post(ENDPOINT, content=body, headers=headers))
    end(service)
    dead = {"SUBTENSOR_ADDRESS": "ws://127.0.0.1:1", **QUICK}
    with serving(service.folder, **dead) as running, client_of(running.url) as client:
        require_refused(client.post(ENDPOINT, content=body, headers=headers), 401, "used before")
        clip.require_answered(ask(client, body_of(video)))
        require_refused(ask(client, body_of(video), by=STRANGER), 403)
