"""A second opinion on every box, the way the validator forms it."""

from touchline.verification.labels import Label
from touchline.verification.loading import load_expert, load_verification
from touchline.verification.rows import TrackedFrame
from touchline.verification.student import Student, load_student
from touchline.verification.verification import SecondLook, Spent, Verification
from touchline.verification.verifier import Verifier, View

__all__ = [
    "Label",
    "SecondLook",
    "Spent",
    "Student",
    "TrackedFrame",
    "Verification",
    "Verifier",
    "View",
    "load_expert",
    "load_student",
    "load_verification",
]
