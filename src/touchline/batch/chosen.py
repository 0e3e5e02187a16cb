"""The crew that is asked for."""

from collections.abc import Callable

from touchline.batch.crew import Crew
from touchline.batch.on_ray import RayCrew
from touchline.batch.processes import LocalCrew
from touchline.batch.tasks import Order
from touchline.errors import UsageError, require_number, require_whole


def chosen_crew(
    workers: int = 1, *, ray: str | None = None, gpus: float | None = None
) -> Callable[[Order], Crew]:
    """What makes the crew of a batch: processes of this machine, or actors of Ray.

    Args:
        workers: How many.
        ray: The address of a cluster, ``auto``, or ``local``; None is processes of this machine.
        gpus: That each actor takes, also a part of one.

    Raises:
        UsageError: A number is none, or GPUs are asked for without Ray.
    """
    require_whole("--workers", workers, least=1)
    if gpus is not None:
        require_number("--gpus-per-worker", gpus, least=0)
    if ray is not None:
        return lambda order: RayCrew(order, workers, address=ray, gpus=gpus or 0.0)
    if gpus is not None:
        raise UsageError("--gpus-per-worker is for actors of Ray; give --ray too")
    return lambda order: LocalCrew(order, workers)
