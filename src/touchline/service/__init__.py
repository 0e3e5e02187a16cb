"""What any service around the pipeline needs, whatever its protocol.

``pool`` keeps worker processes, ``worker`` is the program of one, ``messages`` goes between them;
``queue`` bounds the requests, ``fetching`` downloads their videos, ``slow_clients`` times requests
out. Names are loaded when they are asked for: what one needs, another may not have installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from touchline.service.gpu import Gpu, read_gpus
    from touchline.service.messages import Analyse
    from touchline.service.pool import Answered, WorkerPool, WorkerProcess
    from touchline.service.queue import RequestQueue
    from touchline.service.slow_clients import HeadTimeoutProtocol
    from touchline.service.worker import AnswerWriter

__all__ = [
    "Analyse",
    "AnswerWriter",
    "Answered",
    "Gpu",
    "HeadTimeoutProtocol",
    "RequestQueue",
    "WorkerPool",
    "WorkerProcess",
    "read_gpus",
]

_MODULES = {
    "Analyse": "messages",
    "AnswerWriter": "worker",
    "Answered": "pool",
    "Gpu": "gpu",
    "HeadTimeoutProtocol": "slow_clients",
    "RequestQueue": "queue",
    "WorkerPool": "pool",
    "WorkerProcess": "pool",
    "read_gpus": "gpu",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
