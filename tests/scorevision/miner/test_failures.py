"""What goes wrong at night: the service survives it, says what it is, and leaves nothing behind.

The rows of ``docs/operations.md``, against the real service in a process of its own.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import encode
from tests.ports import free_port
from tests.scorevision.miner.failures import (
    FRAMES,
    VALIDATOR,
    ask,
    endless,
    get,
    halfway,
    is_available,
    is_dead,
    nothing_left,
    post,
    require_answer,
    service,
    until,
    until_available,
    until_busy,
    until_so,
    workers,
)
from tests.scorevision.miner.serving import MINER, Running
from tests.scorevision.miner.validators import body_of
from tests.service.fetching.hosts import VIDEO, Answer, in_chunks, raw, says, serving, stalls

pytestmark = pytest.mark.slow

QUICK = {"READ_TIMEOUT_SECONDS": "1.5", "DOWNLOAD_SECONDS": "2.5"}
"""Time for one try of a host that is silent, and for no pause and no second try."""
LIMITS = {
    "MAX_VIDEO_BYTES": "2000000",
    "MAX_VIDEO_SECONDS": "1",
    "MAX_VIDEO_PIXELS": str(200 * 100),
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("clip") / "match.mp4", frames=FRAMES)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[Running]:
    """One service for all that a service must survive; it has answered a challenge before."""
    with service(tmp_path_factory.mktemp("steady"), **LIMITS) as running:
        asyncio.run(require_answer(running, clip))
        yield running


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[Running]:
    """The same with little patience for hosts."""
    with service(tmp_path_factory.mktemp("hasty"), **LIMITS, **QUICK) as running:
        asyncio.run(require_answer(running, clip))
        yield running


def test_an_analyst_that_is_killed_costs_its_challenge_and_no_other(
    steady: Running, clip: Path
) -> None:
    async def story() -> None:
        async with nothing_left(steady, clip), halfway(steady, clip) as (slow, host):
            asked = asyncio.create_task(ask(steady, host.url()))
            await slow.at_work(steady)
            worker = workers(steady)[0].pid
            os.kill(worker, signal.SIGKILL)
            answer = await asked
            assert answer.status_code == 500
            assert answer.json().keys() == {"detail"}
            assert not await is_available(steady)
            await until_available(steady)
            assert [each.pid for each in workers(steady)] != [worker]

    asyncio.run(story())


def test_a_challenge_waits_for_the_successor_of_an_analyst_that_was_killed_idle(
    steady: Running, clip: Path
) -> None:
    async def story() -> None:
        async with nothing_left(steady, clip):
            workers(steady)[0].kill()
            await until_busy(steady)  # it is missed
            await require_answer(steady, clip)

    asyncio.run(story())


def test_an_analyst_that_hangs_is_replaced_once_its_client_hangs_up(
    steady: Running, clip: Path
) -> None:
    async def story() -> None:
        async with nothing_left(steady, clip), halfway(steady, clip) as (slow, host):
            asked = asyncio.create_task(ask(steady, host.url()))
            await slow.at_work(steady)
            worker = workers(steady)[0]
            worker.suspend()
            asked.cancel()
            await until(lambda: is_dead(worker))

    asyncio.run(story())


def test_an_analyst_that_hears_of_a_video_too_late_stays_and_works_on(
    steady: Running, clip: Path
) -> None:
    async def story() -> None:
        page = says(b"<html>not found</html>" * 99)
        async with nothing_left(steady, clip), serving(page) as host:
            worker = workers(steady)[0]
            worker.suspend()
            asked = asyncio.create_task(ask(steady, host.url()))
            await until(lambda: bool(host.asked) and not list(steady.scratch.iterdir()))
            worker.resume()
            assert (await asked).status_code == 422
            assert [each.pid for each in workers(steady)] == [worker.pid]

    asyncio.run(story())


def test_a_client_that_hangs_up_gives_its_place_back_at_once(steady: Running, clip: Path) -> None:
    async def story() -> None:
        async with nothing_left(steady, clip), halfway(steady, clip) as (slow, host):
            worker = workers(steady)[0].pid
            asked = asyncio.create_task(ask(steady, host.url()))
            await slow.at_work(steady)
            assert not await is_available(steady)
            asked.cancel()
            await until_available(steady, within=2.0)
            assert [each.pid for each in workers(steady)] == [worker]

    asyncio.run(story())


def lying(clip: Path, by: int) -> Answer:
    """The clip by a host that announces so many bytes too many."""
    content = clip.read_bytes()
    return says(content, announced=len(content) + by)


def huge(_: Path) -> Answer:
    return raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + VIDEO)


BAD_HOSTS: dict[str, tuple[Callable[[Path], Answer], int, str]] = {
    "says nothing": (lambda clip: stalls(), 502, "silent"),
    "stalls": (
        lambda clip: stalls(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + VIDEO[:999]),
        502,
        "silent",
    ),
    "announces too much": (lambda clip: lying(clip, 500), 502, "broke off"),
    "sends a page": (lambda clip: says(b"<html>sign in</html>" * 99), 422, "page"),
    "sends 10 GB": (huge, 422, "MAX_VIDEO_BYTES"),
    "never ends": (lambda clip: endless(), 422, "MAX_VIDEO_BYTES"),
    "sends noise": (lambda clip: says(VIDEO), 422, "video"),
    "breaks off": (lambda clip: in_chunks(clip.read_bytes(), whole=False), 502, "broke off"),
    "has no such video": (lambda clip: says(b"gone", status=404), 502, "404"),
}


@pytest.mark.parametrize("what", BAD_HOSTS)
def test_a_bad_host_is_told_of_and_forgotten(hasty: Running, clip: Path, what: str) -> None:
    host_of, status, why = BAD_HOSTS[what]

    async def story() -> None:
        async with nothing_left(hasty, clip), serving(host_of(clip)) as host:
            answer = await ask(hasty, host.url())
            assert (answer.status_code, answer.json().keys()) == (status, {"detail"})
            assert why in answer.json()["detail"]
            assert str(hasty.folder) not in answer.text

    asyncio.run(story())


def test_a_host_that_is_not_there_is_told_of(hasty: Running, clip: Path) -> None:
    async def story() -> None:
        async with nothing_left(hasty, clip):
            answer = await ask(hasty, f"http://127.0.0.1:{free_port()}/match.mp4")
            assert answer.status_code == 502

    asyncio.run(story())


def test_a_host_that_announces_too_little_is_believed(hasty: Running, clip: Path) -> None:
    async def story() -> None:
        async with nothing_left(hasty, clip), serving(lying(clip, -60)) as host:
            answer = await ask(hasty, host.url())
            assert answer.status_code == 200
            assert 0 < len(answer.json()["frames"]) < FRAMES
            assert answer.json()["skipped"]["truncated"]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("shape", "why"),
    [({"frames": 40}, "lasts"), ({"frames": 4, "size": (256, 160)}, "px")],
    ids=["too long", "too large"],
)
def test_too_much_of_a_video_is_refused(
    steady: Running, clip: Path, tmp_path: Path, shape: dict[str, Any], why: str
) -> None:
    much = encode(tmp_path / "much.mp4", **shape).read_bytes()

    async def story() -> None:
        async with nothing_left(steady, clip), serving(says(much)) as host:
            answer = await ask(steady, host.url())
            assert answer.status_code == 422
            assert why in answer.json()["detail"]

    asyncio.run(story())


def test_what_takes_too_long_is_dropped(tmp_path: Path, clip: Path) -> None:
    async def story(running: Running) -> None:
        await require_answer(running, clip)
        async with nothing_left(running, clip), halfway(running, clip) as (_, host):
            answer = await ask(running, host.url())
            assert answer.status_code == 504
            assert "3 s" in answer.json()["detail"]

    with service(tmp_path, GIVE_UP_AFTER_SECONDS="3") as running:
        asyncio.run(story(running))


def test_a_killed_service_takes_its_analyst_along_and_its_next_life_cleans_up(
    hasty: Running, clip: Path
) -> None:
    """The last of those that share the hasty service; in its second life the analyst hangs."""
    body = body_of("http://127.0.0.1:9/none.mp4")

    async def die(running: Running, headers: dict[str, str], *, hung: bool = False) -> list[Path]:
        assert (await post(running, body, headers)).status_code == 502
        async with halfway(running, clip) as (slow, host):
            asked = asyncio.create_task(ask(running, host.url()))
            await slow.at_work(running)
            orphans = workers(running)
            if hung:
                orphans[0].suspend()
            running.process.kill()
            with pytest.raises(httpx.TransportError):
                await asked
            await until(lambda: all(map(is_dead, orphans)), within=5.0)
            running.process.wait()  # while nobody has, its next life takes it for alive
        return list(running.scratch.iterdir())

    async def live(running: Running, headers: dict[str, str]) -> None:
        assert list(running.scratch.iterdir()) == []
        assert (await post(running, body, headers)).status_code == 401
        await require_answer(running, clip)

    first, second = VALIDATOR.headers(MINER, body), VALIDATOR.headers(MINER, body)
    assert asyncio.run(die(hasty, first))
    with service(hasty.folder, **QUICK) as running:
        asyncio.run(live(running, first))
        assert asyncio.run(die(running, second, hung=True))
    with service(hasty.folder, **QUICK) as running:
        asyncio.run(live(running, second))


@pytest.fixture
def doomed(
    request: pytest.FixtureRequest, tmp_path: Path, number: signal.Signals
) -> Iterator[Running]:
    """A service that may be ended: the steady one when all others are done with it, or another."""
    if number == signal.SIGTERM:
        yield request.getfixturevalue("steady")
        return
    with service(tmp_path) as running:
        yield running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_is_told_to_end_answers_what_runs_and_sends_away_who_waits(
    doomed: Running, clip: Path, number: signal.Signals
) -> None:
    """The last of all."""

    async def story(running: Running) -> None:
        async with halfway(running, clip) as (slow, host):
            runs = asyncio.create_task(ask(running, host.url()))
            await slow.at_work(running)
            waits = asyncio.create_task(ask(running, host.url()))
            await until_waiting(running)
            children = workers(running)
            running.process.send_signal(number)
            sent_away = await waits
            assert sent_away.status_code == 503
            assert int(sent_away.headers["Retry-After"]) > 0
            await until_nobody_listens(running)
            slow.go_on.set()
            answer = await runs
        assert answer.status_code == 200
        assert len(answer.json()["frames"]) == FRAMES
        await until(lambda: running.process.poll() is not None)
        assert running.process.returncode == 0
        assert all(map(is_dead, children))
        assert list(running.scratch.iterdir()) == []

    asyncio.run(story(doomed))


async def until_waiting(running: Running) -> None:
    async def is_one_waiting() -> bool:
        return "touchline_challenges_waiting 1.0" in (await get(running, "/metrics")).text

    await until_so(is_one_waiting)


async def until_nobody_listens(running: Running) -> None:
    """The server looks a few times a second whether it was told to end."""

    async def is_closed() -> bool:
        try:
            await get(running, "/health")
        except httpx.ConnectError:
            return True
        except httpx.TransportError:
            pass  # it was closed between the connection and the answer
        return False

    await until_so(is_closed)
