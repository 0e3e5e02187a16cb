"""The subnet as it is today: what its validators pay. The first protocol is ``scorevision``.

``scoring`` is the validator's score, bug for bug; ``score_answer`` holds an answer's file against
its truth by the rules of an element of the manifest, and says what the figure hides. ``packing``
makes a folder to upload, ``auditing`` examines one as a checker does, ``ask_folder`` asks it about
a video on this machine. ``doctor`` has what keeps a miner from being asked.

Names are loaded when they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from touchline.turbovision.answer import MinerAnswer, read_miner_answer
    from touchline.turbovision.asking import FolderAnswer, ask_folder, element_of
    from touchline.turbovision.manifest import read_element
    from touchline.turbovision.score import ElementScore, read_asked, score_answer
    from touchline.turbovision.tables import score_report

__all__ = [
    "ElementScore",
    "FolderAnswer",
    "MinerAnswer",
    "ask_folder",
    "element_of",
    "read_asked",
    "read_element",
    "read_miner_answer",
    "score_answer",
    "score_report",
]

_MODULES = {
    "ElementScore": "score",
    "FolderAnswer": "asking",
    "MinerAnswer": "answer",
    "ask_folder": "asking",
    "element_of": "asking",
    "read_asked": "score",
    "read_element": "manifest",
    "read_miner_answer": "answer",
    "score_answer": "score",
    "score_report": "tables",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
