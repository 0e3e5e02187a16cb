"""Workers as actors of Ray, on this machine or on a cluster."""

import logging
import signal
from typing import Any

from touchline.batch.crew import given_up
from touchline.batch.tasks import Done, Order, Task
from touchline.errors import InputError, ModelError, UsageError
from touchline.settings import Settings

LOCAL = "local"
"""Instead of an address: Ray is started on this machine, for this batch."""
ATTEMPTS = 30
"""How often Ray gives a task again to an actor that does not answer. Each knock counts, until it
notices that a machine is lost; that takes a quarter of a minute."""


class RayCrew:
    """Actors that are started when they get their first task.

    Ray restarts an actor whose process or machine is lost, wherever there is room, and gives it its
    task again: ``max_restarts`` and ``max_task_retries``. Its dashboard shows the tasks under the
    names of their stages: ``match``, ``piece`` and ``join``.

    Args:
        order: What all tasks have in common.
        size: Actors.
        address: Of a cluster, as ``ray://head:10001`` or ``auto``; or ``local``. A process that is
            connected to one already stays with it.
        gpus: That each actor takes, also a part of one.

    Raises:
        InputError: There is no cluster at the address.
        ModelError: Ray is not installed.
        UsageError: The address is none.
    """

    def __init__(self, order: Order, size: int, *, address: str = LOCAL, gpus: float = 0.0) -> None:
        self.size, self.deaths = size, 0
        self._ray = ray = _imported()
        threads = Settings.from_json(order.settings).threads or 1
        self._is_ours = not ray.is_initialized()
        if self._is_ours:
            _connect(ray, address, threads * size)
        from touchline.batch.work import Worker  # heavy, and not needed by the head

        self._actor = ray.remote(Worker).options(
            num_cpus=threads,
            num_gpus=gpus,
            max_restarts=-1,
            max_task_retries=ATTEMPTS,
        )
        self._order = order
        self._actors: dict[int, Any] = {}
        self._names: dict[int, str] = {}
        self._running: dict[Any, tuple[int, Task]] = {}

    def give(self, place: int, task: Task) -> None:
        """See ``Crew``."""
        if place not in self._actors:
            self._actors[place] = self._actor.remote(self._order)
        answer = self._actors[place].do.options(name=task.stage).remote(task)
        self._running[answer] = place, task

    def next(self) -> tuple[int, Task, Done]:
        """See ``Crew``."""
        (answer, *_), _ = self._ray.wait([*self._running])
        place, task = self._running.pop(answer)
        try:
            done: Done = self._ray.get(answer)
        except self._ray.exceptions.RayError:
            self._ray.kill(self._actors.pop(place))
            self.deaths += 1
            return place, task, given_up(task)
        # Ray says nothing of those that it restarted: another process answers.
        self.deaths += self._names.get(place, done.worker) != done.worker
        self._names[place] = done.worker
        return place, task, done

    def release(self, place: int) -> None:
        """See ``Crew``: one that Ray could not restart gets its room."""
        if place in self._actors:
            self._ray.kill(self._actors.pop(place))
            self._names.pop(place, None)

    def close(self) -> None:
        """See ``Crew``; a cluster that was there before stays."""
        for actor in self._actors.values():
            self._ray.kill(actor)
        self._actors.clear()
        self._running.clear()
        if self._is_ours:
            self._ray.shutdown()


def _imported() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ModelError('--ray needs the package ray: pip install "touchline[ray]"') from error
    return ray


def _connect(ray: Any, address: str, cores: int) -> None:
    """Start Ray here, or find the cluster that is meant."""
    ending = signal.getsignal(signal.SIGTERM)
    options: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    if address == LOCAL:
        options |= {"num_cpus": cores}
    try:
        ray.init(address=address, **options)
    except ValueError as error:
        raise UsageError(f"--ray: {address!r} is no address of a cluster ({error})") from error
    except (ConnectionError, OSError, RuntimeError) as error:
        raise InputError(f"--ray: no cluster answers at {address!r} ({error})") from error
    finally:
        signal.signal(signal.SIGTERM, ending)  # Ray takes it for itself
