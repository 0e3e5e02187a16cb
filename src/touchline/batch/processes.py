"""Workers as processes of this machine."""

import os
import signal
import threading
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess
from typing import Any

from touchline.batch.crew import RETRIES, given_up
from touchline.batch.tasks import Done, Order, Task

_SPAWN = get_context("spawn")  # a fork would carry the threads' locks along, without the threads


class LocalCrew:
    """Processes that are started when they get their first task, and anew when they die.

    One pipe for each, and no pool: a pool of ``concurrent.futures`` is broken as a whole when one
    of its processes is killed, and one of ``multiprocessing`` waits for the answer for ever.

    Each keeps to cores of its own, where the system lets it and there are as many cores as
    processes: the threads of two that wander over the same cores wait for one another, and take a
    fifth more of the processor for the same work.

    Args:
        order: What all tasks have in common.
        size: Processes.
    """

    def __init__(self, order: Order, size: int) -> None:
        self.size, self.deaths = size, 0
        self._order = order
        self._workers: dict[int, tuple[SpawnProcess, Any]] = {}
        self._tasks: dict[int, tuple[Task, int]] = {}

    @property
    def pids(self) -> list[int]:
        """Process ids of those that are there."""
        return [process.pid for process, _ in self._workers.values() if process.pid]

    def give(self, place: int, task: Task) -> None:
        """See ``Crew``."""
        self._begin(place, task, deaths=0)

    def next(self) -> tuple[int, Task, Done]:
        """See ``Crew``."""
        while True:
            pipes = {self._workers[place][1]: place for place in self._tasks}
            for ready in connection.wait([*pipes]):
                place = pipes[ready]
                task, deaths = self._tasks.pop(place)
                try:
                    return place, task, self._workers[place][1].recv()
                except (EOFError, OSError):
                    self._end(place)
                    self.deaths += 1
                    if deaths == RETRIES:
                        return place, task, given_up(task)
                    self._begin(place, task, deaths=deaths + 1)

    def release(self, place: int) -> None:
        """See ``Crew``."""
        if place in self._workers:
            self._end(place)

    def close(self) -> None:
        """See ``Crew``."""
        for place in [*self._workers]:
            self._end(place)

    def _begin(self, place: int, task: Task, *, deaths: int) -> None:
        if place not in self._workers:
            ours, theirs = _SPAWN.Pipe()
            args = theirs, self._order, cores_of(place, self.size)
            process = _SPAWN.Process(target=_serve, args=args, daemon=True)
            process.start()
            theirs.close()  # so that its end shows at ours
            self._workers[place] = process, ours
        self._tasks[place] = task, deaths
        with suppress(OSError):  # it died while it had nothing to do; ``next`` sees that
            self._workers[place][1].send(task)

    def _end(self, place: int) -> None:
        process, pipe = self._workers.pop(place)
        process.kill()
        process.join()
        pipe.close()
        process.close()


def cores_of(place: int, size: int) -> set[int]:
    """The cores that one of so many workers keeps to, of those that this process may use.

    Empty where there are fewer cores than workers, or the system tells of none.
    """
    if not hasattr(os, "sched_getaffinity"):  # as on macOS
        return set()
    cores = sorted(os.sched_getaffinity(0))
    return set(cores[place::size]) if len(cores) >= size else set()


def _serve(pipe: Any, order: Order, cores: set[int]) -> None:
    """What a worker process runs, until the other end of its pipe is closed."""
    if cores:
        os.sched_setaffinity(0, cores)  # threads that are begun from here on keep to them too
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the head

    def end_with_head() -> None:
        """Leave no process behind when the head was killed."""
        head = parent_process()
        if head is not None:
            head.join()
            os._exit(1)

    threading.Thread(target=end_with_head, daemon=True).start()
    from touchline.batch.work import Worker  # heavy, and not needed by the head

    worker = Worker(order)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        pipe.send(worker.do(task))
