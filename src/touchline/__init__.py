"""Touchline: soccer video in, verified game state out.

::

    import touchline as tl

    for state in tl.analyze("match.mp4"):
        state.index, state.time, state.objects, state.pitch
"""

from importlib.metadata import version

from touchline.detection import Detector, load_detector
from touchline.errors import InputError, ModelError, OutputError, TouchlineError, UsageError
from touchline.frame import ClassId, FrameState, PitchState, Source
from touchline.pipeline.analysis import analyze
from touchline.pitch import PitchModel, load_pitch_model
from touchline.settings import Settings
from touchline.tracking import PlayerTracker

__version__ = version("touchline")

__all__ = [
    "ClassId",
    "Detector",
    "FrameState",
    "InputError",
    "ModelError",
    "OutputError",
    "PitchModel",
    "PitchState",
    "PlayerTracker",
    "Settings",
    "Source",
    "TouchlineError",
    "UsageError",
    "analyze",
    "load_detector",
    "load_pitch_model",
]
