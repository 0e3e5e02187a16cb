"""Hours without a chain: the chain's rows of ``docs/operations.md``."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import encode
from tests.ports import free_port
from tests.scorevision.miner.failures import (
    FRAMES,
    SOON,
    ask,
    chain_at,
    get,
    require_answer,
    until,
    until_available,
)
from tests.scorevision.miner.serving import Running, end, starting
from tests.scorevision.miner.serving import serving as serving_it

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("clip") / "match.mp4", frames=FRAMES)


def on_chain(endpoint: str) -> dict[str, str]:
    """Settings of a service that reads a chain every second; it is old after half an hour."""
    return {
        "SUBTENSOR_ADDRESS": endpoint,
        "CHAIN_SYNC_SECONDS": "1",
        "CHAIN_STALE_SECONDS": "1800",
    }


async def until_chain(running: Running, state: str) -> str:
    """Wait until the service says so of its chain; returns what it says besides."""
    async with asyncio.timeout(SOON):
        while (check := await checked(running, "chain"))["state"] != state:
            await asyncio.sleep(0.1)
    return check["detail"]


async def checked(running: Running, what: str) -> dict[str, str]:
    check: dict[str, str] = (await get(running, "/health")).json()["checks"][what]
    return check


async def chain_age(running: Running) -> float:
    """Seconds, as its metrics tell."""
    lines = (await get(running, "/metrics")).text.splitlines()
    return next(float(each.split()[1]) for each in lines if each.startswith("touchline_chain_age"))


@pytest.fixture(scope="module")
def chainless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, int]]:
    """A service that was started without a chain, and the port where it looks for one."""
    port = free_port()
    folder = tmp_path_factory.mktemp("chainless")
    with starting(folder, **on_chain(f"ws://127.0.0.1:{port}")) as running:
        yield running, port


def test_without_any_chain_everybody_is_asked_to_come_back(
    chainless: tuple[Running, int], clip: Path
) -> None:
    running, port = chainless

    async def refused() -> None:
        await until_available(running)
        answer = await ask(running, "http://127.0.0.1:9/none.mp4")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert (await get(running, "/health")).status_code == 503
        assert (await checked(running, "chain"))["state"] == "wrong"

    async def answered() -> None:
        await until_chain(running, "ok")
        await require_answer(running, clip)

    asyncio.run(refused())
    with chain_at(port):
        asyncio.run(answered())


def test_a_chain_that_goes_away_is_noticed_and_challenges_are_answered_all_the_same(
    chainless: tuple[Running, int], clip: Path
) -> None:
    running, port = chainless

    async def answered(state: str) -> None:
        await until_chain(running, state)
        await require_answer(running, clip)

    async def grows_old() -> None:
        before = await chain_age(running)
        await answered("warning")
        assert await chain_age(running) > before
        assert (await get(running, "/health")).status_code == 200

    with chain_at(port):
        asyncio.run(answered("ok"))
    asyncio.run(grows_old())
    with chain_at(port):
        asyncio.run(answered("ok"))
        assert asyncio.run(chain_age(running)) < 10


def test_a_restart_while_the_chain_is_down_goes_by_what_is_on_disk(
    chainless: tuple[Running, int], clip: Path
) -> None:
    """The last of these: it ends the service that they share."""
    first, port = chainless

    async def answered(running: Running) -> None:
        assert "disk" in await until_chain(running, "warning")
        await require_answer(running, clip)
        assert await chain_age(running) > 3600

    store = first.folder / "state" / "nodes-finney-44.json"
    with chain_at(port) as endpoint:
        asyncio.run(until(store.exists))
        end(first)
    let_an_hour_pass(store)
    with serving_it(first.folder, **on_chain(endpoint)) as running:
        asyncio.run(answered(running))


def let_an_hour_pass(store: Path) -> None:
    metagraph = json.loads(store.read_text())
    store.write_text(json.dumps(metagraph | {"synced": metagraph["synced"] - 3600.0}))
