"""Score Vision, Bittensor subnet 44, by its first protocol: what it pays, and a miner for it.

``scoring`` is the validator's score, bug for bug, ``report`` says why it is what it is; ``miner``
answers challenges, ``local_validator`` sends them, ``doctor`` has what keeps a miner from
answering. ``wire`` is the form of challenges and answers, ``signing`` that of their signatures.
Another protocol would be another room beside this one.

Names are loaded when they are asked for: settings need neither the score nor the chain.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from touchline.scorevision.compare import Comparison, compare_responses, comparison_report
    from touchline.scorevision.doctor import CHECKS
    from touchline.scorevision.response import Response, read_response, read_times
    from touchline.scorevision.score import Terms, score_clip, score_clips
    from touchline.scorevision.settings import MinerSettings

__all__ = [
    "CHECKS",
    "Comparison",
    "MinerSettings",
    "Response",
    "Terms",
    "compare_responses",
    "comparison_report",
    "read_response",
    "read_times",
    "score_clip",
    "score_clips",
]

_MODULES = {
    "CHECKS": "doctor",
    "Comparison": "compare",
    "MinerSettings": "settings",
    "Response": "response",
    "Terms": "score",
    "compare_responses": "compare",
    "comparison_report": "compare",
    "read_response": "response",
    "read_times": "response",
    "score_clip": "score",
    "score_clips": "score",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
