"""What any service around the pipeline needs, whatever its protocol.

``pool`` keeps worker processes, ``worker`` is the program of one, ``messages`` goes between them;
``queue`` bounds the requests, ``fetching`` downloads their videos. ``listening`` accepts
connections, ``connections`` counts them, ``slow_clients`` times them out. ``web`` is a service on
HTTP, ``chain`` the subnet that it answers to, ``doctor`` finds what keeps it from answering. Names
are loaded when they are asked for: what one needs, another may not have installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from touchline.errors import needing

if TYPE_CHECKING:
    from touchline.service.connections import ConnectionLimits, descriptor_limit
    from touchline.service.gpu import Gpu, read_gpus
    from touchline.service.listening import Listener, listen, log_exhaustion_rarely
    from touchline.service.messages import Analyse
    from touchline.service.pool import Answered, WorkerPool, WorkerProcess
    from touchline.service.queue import RequestQueue
    from touchline.service.settings import ServiceSettings
    from touchline.service.slow_clients import HeadTimeoutProtocol
    from touchline.service.worker import AnswerWriter

__all__ = [
    "Analyse",
    "AnswerWriter",
    "Answered",
    "ConnectionLimits",
    "Gpu",
    "HeadTimeoutProtocol",
    "Listener",
    "RequestQueue",
    "ServiceSettings",
    "WorkerPool",
    "WorkerProcess",
    "descriptor_limit",
    "listen",
    "log_exhaustion_rarely",
    "read_gpus",
]

_MODULES = {
    "Analyse": "messages",
    "AnswerWriter": "worker",
    "Answered": "pool",
    "ConnectionLimits": "connections",
    "Gpu": "gpu",
    "HeadTimeoutProtocol": "slow_clients",
    "Listener": "listening",
    "RequestQueue": "queue",
    "ServiceSettings": "settings",
    "WorkerPool": "pool",
    "WorkerProcess": "pool",
    "descriptor_limit": "connections",
    "listen": "listening",
    "log_exhaustion_rarely": "listening",
    "read_gpus": "gpu",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needing("miner", to=f"{__name__}.{name}"):
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
