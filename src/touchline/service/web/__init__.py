"""A service on HTTP around the pipeline, whatever its protocol; start with ``app.py``.

``service`` is what lies behind the routes, ``handler`` goes from a video's address to its frames,
``incoming`` reads requests within bounds, ``admission`` says who may ask, ``nonces`` that nobody
asks twice. Names are loaded when they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from touchline.service.web.admission import (
        Standing,
        header_values,
        parse_signature,
        require_form,
    )
    from touchline.service.web.app import new_app
    from touchline.service.web.handler import VideoHandler
    from touchline.service.web.incoming import MAX_BODY, body_in_time, unless_disconnected
    from touchline.service.web.metrics import Metrics
    from touchline.service.web.nonces import NonceMemory
    from touchline.service.web.routes import REFUSALS, header_parameters
    from touchline.service.web.service import WebService, folder_of, shared_parts

__all__ = [
    "MAX_BODY",
    "REFUSALS",
    "Metrics",
    "NonceMemory",
    "Standing",
    "VideoHandler",
    "WebService",
    "body_in_time",
    "folder_of",
    "header_parameters",
    "header_values",
    "new_app",
    "parse_signature",
    "require_form",
    "shared_parts",
    "unless_disconnected",
]

_MODULES = {
    "MAX_BODY": "incoming",
    "REFUSALS": "routes",
    "Metrics": "metrics",
    "NonceMemory": "nonces",
    "Standing": "admission",
    "VideoHandler": "handler",
    "WebService": "service",
    "body_in_time": "incoming",
    "folder_of": "service",
    "header_parameters": "routes",
    "header_values": "admission",
    "new_app": "app",
    "parse_signature": "admission",
    "require_form": "admission",
    "shared_parts": "service",
    "unless_disconnected": "incoming",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
