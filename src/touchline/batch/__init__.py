"""Many matches: from one clip to a season. Read ``run.py`` first, then ``work.py``.

::

    inputs ─► board ─► crew (processes, or actors of Ray) ─► worker ─► results, dataset
                ▲                                              │
                └────────────── ledger, progress, metrics ◄────┘

The head hands out tasks and keeps the ledger; it decodes no frame. A worker loads the networks
once.

Names are imported when they are first used (PEP 562): the head loads no network.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchline.batch.chosen import chosen_crew
    from touchline.batch.inputs import BatchInput, find_inputs
    from touchline.batch.ledger import Ledger
    from touchline.batch.on_ray import RayCrew
    from touchline.batch.pieces import Piece
    from touchline.batch.processes import LocalCrew
    from touchline.batch.run import BatchReport, run_batch
    from touchline.batch.tasks import Order
    from touchline.batch.work import Worker

_MODULES = {
    "BatchInput": "inputs",
    "BatchReport": "run",
    "Ledger": "ledger",
    "LocalCrew": "processes",
    "Order": "tasks",
    "Piece": "pieces",
    "RayCrew": "on_ray",
    "Worker": "work",
    "chosen_crew": "chosen",
    "find_inputs": "inputs",
    "run_batch": "run",
}

__all__ = [
    "BatchInput",
    "BatchReport",
    "Ledger",
    "LocalCrew",
    "Order",
    "Piece",
    "RayCrew",
    "Worker",
    "chosen_crew",
    "find_inputs",
    "run_batch",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
