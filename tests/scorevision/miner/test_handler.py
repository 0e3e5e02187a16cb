"""Challenges one after another, with a real worker; only the download is a copy."""

import asyncio
import json
import shutil
import time
from pathlib import Path

import pytest

from tests.conftest import MakeVideo
from touchline.errors import VideoUnreachableError
from touchline.scorevision.miner.handler import ChallengeHandler
from touchline.scorevision.miner.service import ANSWER
from touchline.scorevision.settings import MinerSettings
from touchline.scorevision.wire import Challenge
from touchline.service import RequestQueue, WorkerPool
from touchline.service.fetching import ProgressCallback
from touchline.service.web.metrics import Metrics

pytestmark = pytest.mark.slow
BOUND = 60.0


async def copy(url: str, path: Path, on_progress: ProgressCallback) -> int:
    """Everything is there at once."""
    if not Path(url).exists():
        raise VideoUnreachableError("there is no such video.")
    shutil.copyfile(url, path)
    size = path.stat().st_size
    on_progress(size, size)
    return size


def frames_of(body: bytes) -> int:
    answer = json.loads(body)
    assert set(answer) == {"challenge_id", "frames", "processing_time", "skipped"}
    return len(answer["frames"])


async def halfway(pool: WorkerPool) -> None:
    """Wait until a worker has answered the first frames of what it works on."""
    while not any(worker.frames for worker in pool.workers):
        await asyncio.sleep(0.01)


def test_who_hangs_up_while_the_video_is_analysed_leaves_nothing_to_who_comes_next(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    long = make_video("long.mp4", frames=250, size=(320, 192))
    short = make_video("short.mp4", frames=12)
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    async def story() -> tuple[int, bytes]:
        pool = WorkerPool(MinerSettings.read(), 1, answer=ANSWER)
        running = asyncio.create_task(pool.run())
        metrics = Metrics(scratch, list)
        queue = RequestQueue(1, 1, seconds=1.0)
        handler = ChallengeHandler(pool, queue, copy, metrics, MinerSettings.read(), scratch)

        async def ask(video: Path) -> bytes:
            challenge = Challenge(challenge_id=7, video_url=str(video))
            return await handler.answer(challenge, received=time.perf_counter())

        async with asyncio.timeout(BOUND):
            first = asyncio.create_task(ask(long))
            await halfway(pool)
            first.cancel()
            await asyncio.wait({first})
            assert list(scratch.iterdir()) == []
            with pytest.raises(VideoUnreachableError):
                await ask(tmp_path / "absent.mp4")
            body = await ask(short)
        assert [worker.frames for worker in pool.workers] == [0]
        replaced = pool.replaced
        running.cancel()
        await asyncio.wait({running})
        assert b'outcome="client gone"} 1.0' in metrics.render()
        return replaced, body

    replaced, body = asyncio.run(story())
    assert frames_of(body) == 12
    assert replaced == 0
