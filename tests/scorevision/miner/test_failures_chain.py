"""Hours without a chain: the chain's rows of ``docs/operations.md``."""

import asyncio
import json
from contextlib import ExitStack
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
from tests.scorevision.miner.serving import Running, starting
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


def test_a_chain_that_goes_away_is_noticed_and_challenges_are_answered_all_the_same(
    tmp_path: Path, clip: Path
) -> None:
    port = free_port()

    async def answered(running: Running, state: str) -> None:
        await until_chain(running, state)
        await require_answer(running, clip)

    async def grows_old(running: Running) -> None:
        before = await chain_age(running)
        await answered(running, "warning")
        assert await chain_age(running) > before
        assert (await get(running, "/health")).status_code == 200

    with ExitStack() as night:
        with chain_at(port) as endpoint:
            running = night.enter_context(serving_it(tmp_path, **on_chain(endpoint)))
            asyncio.run(answered(running, "ok"))
        asyncio.run(grows_old(running))
        with chain_at(port):
            asyncio.run(answered(running, "ok"))
            assert asyncio.run(chain_age(running)) < 10


def test_a_restart_while_the_chain_is_down_goes_by_what_is_on_disk(
    tmp_path: Path, clip: Path
) -> None:
    async def answered(running: Running) -> None:
        assert "disk" in await until_chain(running, "warning")
        await require_answer(running, clip)
        assert await chain_age(running) > 3600

    store = tmp_path / "state" / "nodes-finney-44.json"
    with chain_at(free_port()) as endpoint, starting(tmp_path, **on_chain(endpoint)):
        asyncio.run(until(store.exists))
    let_an_hour_pass(store)
    with serving_it(tmp_path, **on_chain(endpoint)) as running:
        asyncio.run(answered(running))


def let_an_hour_pass(store: Path) -> None:
    metagraph = json.loads(store.read_text())
    store.write_text(json.dumps(metagraph | {"synced": metagraph["synced"] - 3600.0}))


def test_without_any_chain_everybody_is_asked_to_come_back(tmp_path: Path, clip: Path) -> None:
    port = free_port()

    async def refused(running: Running) -> None:
        await until_available(running)
        answer = await ask(running, "http://127.0.0.1:9/none.mp4")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert (await get(running, "/health")).status_code == 503
        assert (await checked(running, "chain"))["state"] == "wrong"

    async def answered(running: Running) -> None:
        await until_chain(running, "ok")
        await require_answer(running, clip)

    with starting(tmp_path, **on_chain(f"ws://127.0.0.1:{port}")) as running:
        asyncio.run(refused(running))
        with chain_at(port):
            asyncio.run(answered(running))
