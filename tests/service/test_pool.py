"""Workers as the service meets them: real processes, real networks, a real video."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
from anyio.from_thread import start_blocking_portal

from tests.conftest import MakeVideo
from touchline.errors import InputError, VideoRefusedError, WorkerError
from touchline.scorevision.miner.answer import AnswerBuilder
from touchline.service import Analyse, WorkerPool
from touchline.settings import Settings

pytestmark = pytest.mark.slow
ANSWER = f"{AnswerBuilder.__module__}:{AnswerBuilder.__name__}"
BOUND = 60.0
"""Seconds after which a test that waits has failed."""

Story = Callable[[WorkerPool], Awaitable[None]]
Tell = Callable[[Story], None]


@asynccontextmanager
async def pool_at_work() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(Settings(), 1, answer=ANSWER)
    running = asyncio.create_task(pool.run())
    try:
        yield pool
    finally:
        running.cancel()
        await asyncio.wait({running})
        assert not pool.workers or all(each.ended.is_set() for each in pool.workers)


@pytest.fixture(scope="module")
def tell() -> Iterator[Tell]:
    """Run a story on the one pool of these tests, which replaces whatever a story kills."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(pool_at_work()) as pool,
    ):

        async def told(story: Story) -> None:
            async with asyncio.timeout(BOUND):
                await story(pool)

        yield lambda story: portal.call(told, story)


def command(path: Path, *, max_seconds: float = 60.0, max_pixels: int = 10**6) -> Analyse:
    return Analyse(
        path=str(path), within=(30.0, 60.0), max_seconds=max_seconds, max_pixels=max_pixels
    )


def test_a_video_becomes_frames_and_one_after_another_is_analysed(
    tell: Tell, make_video: MakeVideo
) -> None:
    clip = make_video(frames=12)

    async def story(pool: WorkerPool) -> None:
        async with pool.acquire():
            before = pool.replaced
        for _ in range(2):
            async with pool.acquire() as worker:
                result = worker.submit(command(clip))
                worker.complete(clip.stat().st_size)
                analysis = await result
        assert analysis is not None
        frames = json.loads(analysis.frames)
        assert [each["frame_number"] for each in frames] == list(range(12))
        assert all(len(each["keypoints"]) == 32 for each in frames)
        assert analysis.report.frames == 12
        assert analysis.report.skipped["truncated"] is None
        assert pool.is_ready
        assert pool.replaced == before

    tell(story)


def test_what_is_no_video_or_too_much_of_one_is_refused_and_the_worker_goes_on(
    tell: Tell, make_video: MakeVideo, tmp_path: Path
) -> None:
    clip = make_video(frames=30)
    page = tmp_path / "page.mp4"
    page.write_text("<html>not found</html>" * 99)

    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            for refused, error in (
                (command(page), InputError),
                (command(clip, max_seconds=0.5), VideoRefusedError),
                (command(clip, max_pixels=100), VideoRefusedError),
            ):
                result = worker.submit(refused)
                worker.complete(Path(refused.path).stat().st_size)
                with pytest.raises(error):
                    await result
            result = worker.submit(command(clip))
            worker.complete(clip.stat().st_size)
            assert (await result) is not None

    tell(story)


def test_a_job_that_is_cancelled_is_dropped_and_the_worker_stays(
    tell: Tell, make_video: MakeVideo
) -> None:
    clip = make_video(frames=12)

    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            waiting = worker.submit(command(clip))  # it waits for a video that never arrives
        assert waiting.result() is None
        async with pool.acquire() as same:
            assert same is worker
            result = same.submit(command(clip))
            same.complete(clip.stat().st_size)
            assert (await result) is not None

    tell(story)


def test_a_worker_ignores_the_signals_that_end_the_service(
    tell: Tell, make_video: MakeVideo
) -> None:
    clip = make_video(frames=12)

    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            os.kill(worker.pid, signal.SIGTERM)
            result = worker.submit(command(clip))
            worker.complete(clip.stat().st_size)
            assert (await result) is not None

    tell(story)


def test_a_worker_that_is_killed_fails_its_work_and_is_replaced(
    tell: Tell, make_video: MakeVideo
) -> None:
    clip = make_video(frames=12)

    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            before = pool.replaced
            result = worker.submit(command(clip))  # which never arrives
            os.kill(worker.pid, signal.SIGKILL)
            with pytest.raises(WorkerError, match="-9"):
                await result
        async with pool.acquire() as another:
            assert another.pid != worker.pid
            result = another.submit(command(clip))
            another.complete(clip.stat().st_size)
            assert (await result) is not None
        assert pool.replaced == before + 1

    tell(story)


def test_a_worker_that_is_killed_idle_is_replaced_before_the_next_challenge(
    tell: Tell,
    make_video: MakeVideo,
) -> None:
    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            pass
        os.kill(worker.pid, signal.SIGKILL)
        await worker.ended.wait()
        assert not pool.is_ready
        async with pool.acquire() as another:
            assert another.pid != worker.pid

    tell(story)


def test_a_worker_that_died_a_moment_ago_is_not_given_out(
    tell: Tell, make_video: MakeVideo
) -> None:
    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            pass
        process = psutil.Process(worker.pid)
        process.kill()
        with suppress(psutil.NoSuchProcess):  # whoever reaps it may be faster
            while process.status() != psutil.STATUS_ZOMBIE:
                pass  # without a turn of the loop, which must not have heard of it
        assert not worker.ended.is_set()
        async with pool.acquire() as another:
            assert another.pid != worker.pid

    tell(story)


def test_no_service_no_worker(tell: Tell) -> None:
    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            process = psutil.Process(worker.pid)
            stdin = worker._process.stdin
            assert stdin is not None
            stdin.close()  # as when the service is killed
            await worker.ended.wait()
        assert not process.is_running()

    tell(story)


def test_a_worker_that_hangs_is_killed_when_its_job_is_cancelled(
    tell: Tell, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_video(frames=12)
    monkeypatch.setattr("touchline.service.pool.CANCEL_TIMEOUT", 0.3)

    async def story(pool: WorkerPool) -> None:
        async with pool.acquire() as worker:
            hanging = worker.submit(command(clip))
            os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(WorkerError):
            hanging.result()
        assert worker.ended.is_set()

    tell(story)
