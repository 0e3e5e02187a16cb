"""A Score Vision (Bittensor subnet 44) miner around the pipeline; start with ``app.py``.

The service is loaded when it is asked for: a worker imports ``answer`` alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from touchline.errors import needing

if TYPE_CHECKING:
    from touchline.scorevision.miner.app import create_app

__all__ = ["create_app"]

_MODULES = {"create_app": "app"}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needing("miner", to=f"{__name__}.{name}"):
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
