import asyncio

import pytest

from touchline.errors import BusyError
from touchline.service import RequestQueue


class Guest:
    """Holds a slot until told to go."""

    def __init__(self, queue: RequestQueue) -> None:
        self.queue, self.inside, self.go = queue, asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(self._visit())

    async def _visit(self) -> None:
        async with self.queue.slot():
            self.inside.set()
            await self.go.wait()


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_one_runs_one_waits_and_the_third_is_refused_with_a_time() -> None:
    async def story() -> None:
        queue = RequestQueue(1, 1, seconds=14.0)
        assert queue.is_free
        first, second = Guest(queue), Guest(queue)
        await settle()
        assert (queue.running, queue.waiting, queue.is_free) == (1, 1, False)
        with pytest.raises(BusyError, match=r"^the service is busy") as refused:
            async with queue.slot():
                pass
        assert refused.value.retry_after == 28
        first.go.set()
        await settle()
        assert second.inside.is_set()
        second.go.set()
        await asyncio.gather(first.task, second.task)
        assert (queue.running, queue.waiting, queue.is_free) == (0, 0, True)

    asyncio.run(story())


def test_a_request_cancelled_while_it_waits_leaves_no_trace() -> None:
    async def story() -> None:
        queue = RequestQueue(1, 1, seconds=14.0)
        first, second = Guest(queue), Guest(queue)
        await settle()
        second.task.cancel()
        await settle()
        assert queue.waiting == 0
        third = Guest(queue)
        first.go.set()
        third.go.set()
        await asyncio.gather(first.task, third.task)
        assert queue.is_free

    asyncio.run(story())


def test_a_request_cancelled_as_its_slot_comes_hands_it_on() -> None:
    async def story() -> None:
        queue = RequestQueue(1, 2, seconds=14.0)
        first, second, third = Guest(queue), Guest(queue), Guest(queue)
        await settle()
        first.go.set()
        await asyncio.sleep(0)
        second.task.cancel()
        third.go.set()
        await asyncio.wait_for(third.task, 5)
        assert queue.is_free

    asyncio.run(story())


def test_closing_refuses_what_waits_and_lets_finish_what_runs() -> None:
    async def story() -> None:
        queue = RequestQueue(1, 1, seconds=14.0)
        first, second = Guest(queue), Guest(queue)
        await settle()
        queue.close()
        await settle()
        with pytest.raises(BusyError, match="stopping"):
            await second.task
        assert not first.task.done()
        with pytest.raises(BusyError):
            async with queue.slot():
                pass
        first.go.set()
        await first.task
        assert queue.running == queue.waiting == 0

    asyncio.run(story())


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_never_more_run_than_there_are_slots_and_no_slot_is_lost(slots: int) -> None:
    async def story() -> int:
        queue = RequestQueue(slots, 50, seconds=1.0)
        most = 0

        async def visit(number: int) -> None:
            nonlocal most
            async with queue.slot():
                most = max(most, queue.running)
                for _ in range(number % 7):
                    await asyncio.sleep(0)

        visits = [asyncio.create_task(visit(number)) for number in range(40)]
        await asyncio.sleep(0)
        for visit_task in visits[::3]:
            visit_task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        guests = [Guest(queue) for _ in range(slots)]
        await asyncio.wait_for(asyncio.gather(*(guest.inside.wait() for guest in guests)), 5)
        for guest in guests:
            guest.go.set()
        await asyncio.gather(*(guest.task for guest in guests))
        assert queue.is_free
        return most

    assert 1 <= asyncio.run(story()) <= slots
