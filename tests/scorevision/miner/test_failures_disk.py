"""Full disks: the disk's rows of ``docs/operations.md``, each on a small disk of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import encode
from tests.scorevision.miner.failures import (
    FRAMES,
    ask,
    endless,
    get,
    nothing_left,
    require_answer,
    service,
    small_disk,
    until_available,
)
from tests.scorevision.miner.serving import Running
from tests.service.fetching.hosts import VIDEO, says, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("clip") / "match.mp4", frames=FRAMES)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[Running]:
    """A service with a small disk for its videos and one for its state; it has answered before."""
    folder = tmp_path_factory.mktemp("narrow")
    with (
        small_disk(folder / "scratch", "size=1m"),
        small_disk(folder / "state", "size=1m"),
        service(folder) as running,
    ):
        asyncio.run(require_answer(running, clip))
        yield running


@pytest.mark.parametrize("told", [True, False], ids=["announced", "not announced"])
def test_a_full_disk_is_no_room_for_a_video(narrow: Running, clip: Path, told: bool) -> None:
    film = VIDEO * 8
    before = len(narrow.said())

    async def story() -> None:
        answers = says(film) if told else endless()
        async with nothing_left(narrow, clip), serving(answers) as host:
            answer = await ask(narrow, host.url())
            assert answer.status_code == 507
            assert str(narrow.folder) not in answer.text
        said = narrow.said()[before:]
        assert "fit on the disk" in said or "No space left" in said

    asyncio.run(story())


def test_a_disk_without_room_for_a_name_is_no_room_either(tmp_path: Path) -> None:
    async def story(running: Running) -> None:
        answer = await ask(running, "http://127.0.0.1:9/none.mp4")
        assert answer.status_code == 507
        assert list(running.scratch.iterdir()) == []
        await until_available(running)

    # The disk itself has one of the two names, and the video's folder the other.
    with small_disk(tmp_path / "scratch", "nr_inodes=2"), service(tmp_path) as running:
        asyncio.run(story(running))


def test_what_must_stay_free_stays_free(tmp_path: Path, clip: Path) -> None:
    async def story(running: Running) -> None:
        await require_answer(running, clip)
        filler = running.scratch / "filler"
        filler.write_bytes(bytes(3 * 2**20))
        async with serving(says(clip.read_bytes())) as host:
            assert (await ask(running, host.url())).status_code == 507
        assert list(running.scratch.iterdir()) == [filler]
        health = await get(running, "/health")
        assert health.status_code == 503
        assert health.json()["checks"]["disk"]["state"] == "wrong"
        filler.unlink()
        await require_answer(running, clip)

    with (
        small_disk(tmp_path / "scratch", "size=4m"),
        service(tmp_path, MIN_FREE_DISK_BYTES=str(2 * 2**20)) as running,
    ):
        asyncio.run(story(running))


def test_a_disk_that_is_too_full_for_nonces_lets_nobody_in(narrow: Running, clip: Path) -> None:
    async def story() -> None:
        filler = narrow.folder / "state" / "filler"
        fill(filler)
        async with serving(says(clip.read_bytes())) as host:
            answer = await ask(narrow, host.url())
        assert answer.status_code == 507
        assert str(narrow.folder) not in answer.text
        filler.unlink()
        await require_answer(narrow, clip)

    asyncio.run(story())


def fill(file: Path) -> None:
    """Take all the room that there is on its disk."""
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            return
