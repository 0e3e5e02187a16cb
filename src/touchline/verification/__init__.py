"""A second opinion on every box, the way the validator forms it."""

from touchline.verification.labels import Label
from touchline.verification.loading import load_expert
from touchline.verification.student import Student, load_student
from touchline.verification.verification import Spent, Verification
from touchline.verification.verifier import Verifier, View

__all__ = [
    "Label",
    "Spent",
    "Student",
    "Verification",
    "Verifier",
    "View",
    "load_expert",
    "load_student",
]
