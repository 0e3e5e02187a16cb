"""A second opinion on every box, the way the validator forms it.

Read ``verification.py`` first: it is the stage, and names the steps in order. ``decision_tree`` and
``prompts`` are the validator's own questions, for any model that compares images and texts.

Names are imported when they are first used (PEP 562): who scores by the decision tree need not load
a network.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchline.verification.decision_tree import (
        CLASS_OF_LABEL,
        MIN_PERSON,
        NOT_A_FOOTBALL,
        Scorer,
        ask,
        classify_balls,
        classify_people,
    )
    from touchline.verification.expert import load_expert
    from touchline.verification.labels import PEOPLE, Label
    from touchline.verification.prompts import (
        BALL_OR_NOT,
        KINDS_OF_PERSON,
        PERSON_OR_GRASS,
        PITCH_OR_CLOSE_UP,
        ROUND_OR_NOT,
    )
    from touchline.verification.student import Student, load_student
    from touchline.verification.verification import Spent, Verification
    from touchline.verification.verifier import Verifier, View, as_claimed

__all__ = [
    "BALL_OR_NOT",
    "CLASS_OF_LABEL",
    "KINDS_OF_PERSON",
    "MIN_PERSON",
    "NOT_A_FOOTBALL",
    "PEOPLE",
    "PERSON_OR_GRASS",
    "PITCH_OR_CLOSE_UP",
    "ROUND_OR_NOT",
    "Label",
    "Scorer",
    "Spent",
    "Student",
    "Verification",
    "Verifier",
    "View",
    "as_claimed",
    "ask",
    "classify_balls",
    "classify_people",
    "load_expert",
    "load_student",
]

_MODULES = {
    "BALL_OR_NOT": "prompts",
    "CLASS_OF_LABEL": "decision_tree",
    "KINDS_OF_PERSON": "prompts",
    "Label": "labels",
    "MIN_PERSON": "decision_tree",
    "NOT_A_FOOTBALL": "decision_tree",
    "PEOPLE": "labels",
    "PERSON_OR_GRASS": "prompts",
    "PITCH_OR_CLOSE_UP": "prompts",
    "ROUND_OR_NOT": "prompts",
    "Scorer": "decision_tree",
    "Spent": "verification",
    "Student": "student",
    "Verification": "verification",
    "Verifier": "verifier",
    "View": "verifier",
    "as_claimed": "verifier",
    "ask": "decision_tree",
    "classify_balls": "decision_tree",
    "classify_people": "decision_tree",
    "load_expert": "expert",
    "load_student": "student",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
