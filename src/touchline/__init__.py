"""Touchline: soccer video in, verified game state out.

::

    import touchline as tl

    for state in tl.analyze("match.mp4"):
        state.index, state.time, state.objects, state.pitch

Names are imported when they are first used (PEP 562): the import itself loads no network library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchline.detection import Detector, load_detector
    from touchline.errors import InputError, ModelError, OutputError, TouchlineError, UsageError
    from touchline.frame import ClassId, FrameState, Objects, PitchState, Source, TrackedFrame
    from touchline.outputs import to_kloppy
    from touchline.pipeline import Models, Stage, analyze
    from touchline.pitch import PitchDimensions, PitchModel, load_pitch_model
    from touchline.settings import Settings
    from touchline.teams import TeamClassifier
    from touchline.tracking import PlayerTracker

    __version__: str

_ROOMS = {
    "ClassId": "frame",
    "Detector": "detection",
    "FrameState": "frame",
    "InputError": "errors",
    "ModelError": "errors",
    "Models": "pipeline",
    "Objects": "frame",
    "OutputError": "errors",
    "PitchDimensions": "pitch",
    "PitchModel": "pitch",
    "PitchState": "frame",
    "PlayerTracker": "tracking",
    "Settings": "settings",
    "Source": "frame",
    "Stage": "pipeline",
    "TeamClassifier": "teams",
    "TouchlineError": "errors",
    "TrackedFrame": "frame",
    "UsageError": "errors",
    "analyze": "pipeline",
    "load_detector": "detection",
    "load_pitch_model": "pitch",
    "to_kloppy": "outputs",
}

__all__ = [
    "ClassId",
    "Detector",
    "FrameState",
    "InputError",
    "ModelError",
    "Models",
    "Objects",
    "OutputError",
    "PitchDimensions",
    "PitchModel",
    "PitchState",
    "PlayerTracker",
    "Settings",
    "Source",
    "Stage",
    "TeamClassifier",
    "TouchlineError",
    "TrackedFrame",
    "UsageError",
    "analyze",
    "load_detector",
    "load_pitch_model",
    "to_kloppy",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("touchline")
    elif name in _ROOMS:
        value = getattr(import_module(f"touchline.{_ROOMS[name]}"), name)
    else:
        raise AttributeError(f"module 'touchline' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
