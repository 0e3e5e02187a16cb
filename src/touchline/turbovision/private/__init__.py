"""The private track: a server that says what happens in a video; start with ``app.py``.

``wire`` is the form of challenges and answers, ``signing`` that of their signatures, ``writing``
what the workers write events with; ``challenging`` sends challenges as a validator does. Names are
loaded when they are asked for: a worker imports ``writing`` alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from touchline.turbovision.private.app import create_private_app
    from touchline.turbovision.private.challenging import (
        ActionOutcome,
        ActionRound,
        AskedMiner,
        run_action_round,
    )
    from touchline.turbovision.private.settings import PrivateSettings
    from touchline.turbovision.private.wire import read_true_actions

__all__ = [
    "ActionOutcome",
    "ActionRound",
    "AskedMiner",
    "PrivateSettings",
    "create_private_app",
    "read_true_actions",
    "run_action_round",
]

_MODULES = {
    "ActionOutcome": "challenging",
    "ActionRound": "challenging",
    "AskedMiner": "challenging",
    "PrivateSettings": "settings",
    "create_private_app": "app",
    "read_true_actions": "wire",
    "run_action_round": "challenging",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
