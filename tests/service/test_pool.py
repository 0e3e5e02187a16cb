"""Workers as the service meets them: real processes, real networks, a real video."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from tests.conftest import MakeVideo
from touchline.errors import InputError, VideoRefusedError, WorkerError
from touchline.service.messages import Analyse
from touchline.service.pool import WorkerPool
from touchline.settings import Settings

pytestmark = pytest.mark.slow
BOUND = 60.0
"""Seconds after which a test that waits has failed."""


@asynccontextmanager
async def pool_at_work() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(Settings(), 1)
    running = asyncio.create_task(pool.run())
    try:
        async with asyncio.timeout(BOUND):
            yield pool
    finally:
        running.cancel()
        await asyncio.wait({running})
        assert not pool.workers or all(each.ended.is_set() for each in pool.workers)


def order(path: Path, *, max_seconds: float = 60.0, max_pixels: int = 10**6) -> Analyse:
    return Analyse(
        path=str(path), within=(30.0, 60.0), max_seconds=max_seconds, max_pixels=max_pixels
    )


def test_a_video_becomes_frames_and_one_after_another_is_analysed(make_video: MakeVideo) -> None:
    clip = make_video(frames=12)

    async def story() -> None:
        async with pool_at_work() as pool:
            for _ in range(2):
                async with pool.acquire() as worker:
                    result = worker.begin(order(clip))
                    worker.complete(clip.stat().st_size)
                    analysis = await result
            assert analysis is not None
            frames = json.loads(analysis.frames)
            assert [each["frame_number"] for each in frames] == list(range(12))
            assert all(len(each["keypoints"]) == 32 for each in frames)
            assert analysis.report.frames == 12
            assert analysis.report.skipped["truncated"] is None
            assert pool.is_ready
            assert pool.replaced == 0

    asyncio.run(story())


def test_what_is_no_video_or_too_much_of_one_is_refused_and_the_analyst_goes_on(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    clip = make_video(frames=30)
    page = tmp_path / "page.mp4"
    page.write_text("<html>not found</html>" * 99)

    async def story() -> None:
        async with pool_at_work() as pool, pool.acquire() as worker:
            for refused, error in (
                (order(page), InputError),
                (order(clip, max_seconds=0.5), VideoRefusedError),
                (order(clip, max_pixels=100), VideoRefusedError),
            ):
                result = worker.begin(refused)
                worker.complete(Path(refused.path).stat().st_size)
                with pytest.raises(error):
                    await result
            result = worker.begin(order(clip))
            worker.complete(clip.stat().st_size)
            assert (await result) is not None

    asyncio.run(story())


def test_an_analyst_that_is_killed_fails_its_work_and_is_replaced(make_video: MakeVideo) -> None:
    clip = make_video(frames=12)

    async def story() -> None:
        async with pool_at_work() as pool:
            async with pool.acquire() as worker:
                result = worker.begin(order(clip))  # which never arrives
                os.kill(worker.pid, signal.SIGKILL)
                with pytest.raises(WorkerError, match="-9"):
                    await result
            async with pool.acquire() as another:
                assert another.pid != worker.pid
                result = another.begin(order(clip))
                another.complete(clip.stat().st_size)
                assert (await result) is not None
            assert pool.replaced == 1

    asyncio.run(story())


def test_an_analyst_that_is_killed_idle_is_replaced_before_the_next_challenge(
    make_video: MakeVideo,
) -> None:
    async def story() -> None:
        async with pool_at_work() as pool:
            async with pool.acquire() as worker:
                pass
            os.kill(worker.pid, signal.SIGKILL)
            await worker.ended.wait()
            assert not pool.is_ready
            async with pool.acquire() as another:
                assert another.pid != worker.pid

    asyncio.run(story())


def test_an_analyst_that_died_a_moment_ago_is_not_lent(make_video: MakeVideo) -> None:
    async def story() -> None:
        async with pool_at_work() as pool:
            async with pool.acquire() as worker:
                pass
            process = psutil.Process(worker.pid)
            process.kill()
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                pass  # without a turn of the loop, which must not have heard of it
            assert not worker.ended.is_set()
            async with pool.acquire() as another:
                assert another.pid != worker.pid

    asyncio.run(story())


def test_work_that_nobody_wants_is_let_go_and_the_analyst_stays(make_video: MakeVideo) -> None:
    clip = make_video(frames=12)

    async def story() -> None:
        async with pool_at_work() as pool:
            async with pool.acquire() as worker:
                waiting = worker.begin(order(clip))  # it waits for a video that never arrives
            assert waiting.result() is None
            async with pool.acquire() as same:
                assert same is worker
                result = same.begin(order(clip))
                same.complete(clip.stat().st_size)
                assert (await result) is not None

    asyncio.run(story())


def test_an_analyst_that_hangs_is_killed_when_it_should_let_go(
    make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_video(frames=12)
    monkeypatch.setattr("touchline.service.pool.LET_GO", 0.3)

    async def story() -> None:
        async with pool_at_work() as pool:
            async with pool.acquire() as worker:
                hanging = worker.begin(order(clip))
                os.kill(worker.pid, signal.SIGSTOP)
            with pytest.raises(WorkerError):
                hanging.result()
            assert worker.ended.is_set()

    asyncio.run(story())


def test_no_service_no_analyst() -> None:
    async def story() -> psutil.Process:
        pool = WorkerPool(Settings(), 1)
        running = asyncio.create_task(pool.run())
        async with asyncio.timeout(BOUND), pool.acquire() as worker:
            process = psutil.Process(worker.pid)
            stdin = worker._process.stdin
            assert stdin is not None
            stdin.close()  # as when the service is killed
            await worker.ended.wait()
        running.cancel()
        await asyncio.wait({running})
        return process

    assert not asyncio.run(story()).is_running()


def test_an_analyst_does_not_mind_being_told_to_end(make_video: MakeVideo) -> None:
    clip = make_video(frames=12)

    async def story() -> None:
        async with pool_at_work() as pool, pool.acquire() as worker:
            os.kill(worker.pid, signal.SIGTERM)
            result = worker.begin(order(clip))
            worker.complete(clip.stat().st_size)
            assert (await result) is not None

    asyncio.run(story())
