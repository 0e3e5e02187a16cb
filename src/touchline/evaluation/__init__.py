"""How true results are: held against labels, with the metrics that the field knows.

``formats`` reads each format of labels and answers into ``LabelledFrames``; ``aligned`` checks that
the two are of one video; ``metrics`` are pure functions of both. What a match adds to a metric can
be joined with others, and resampled by ``bootstrap``.

Names are imported when they are first used (PEP 562): who reads labels need not load the pipeline.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchline.evaluation.accuracy import Trueness, evaluate_truth
    from touchline.evaluation.bench import run_bench
    from touchline.evaluation.demo import run_demo
    from touchline.evaluation.labels import sightings
    from touchline.evaluation.pictures import evaluate_pitch
    from touchline.evaluation.shortcuts import evaluate_verification, shortcut_table

_MODULES = {
    "Trueness": "accuracy",
    "evaluate_pitch": "pictures",
    "evaluate_truth": "accuracy",
    "evaluate_verification": "shortcuts",
    "run_bench": "bench",
    "run_demo": "demo",
    "shortcut_table": "shortcuts",
    "sightings": "labels",
}

__all__ = [
    "Trueness",
    "evaluate_pitch",
    "evaluate_truth",
    "evaluate_verification",
    "run_bench",
    "run_demo",
    "shortcut_table",
    "sightings",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
