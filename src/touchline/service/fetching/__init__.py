"""The video of a request, from the link in it to a file here; start with ``download.py``.

Names are loaded when they are asked for: ``Limits`` stands in settings, and needs no HTTP client.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from touchline.errors import needing

if TYPE_CHECKING:
    from touchline.service.fetching.download import Outside, fetch_video
    from touchline.service.fetching.limits import Limits
    from touchline.service.fetching.partial_file import ProgressCallback

__all__ = ["Limits", "Outside", "ProgressCallback", "fetch_video"]

_MODULES = {
    "Limits": "limits",
    "Outside": "download",
    "ProgressCallback": "partial_file",
    "fetch_video": "download",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needing("miner", to=f"{__name__}.{name}"):
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
