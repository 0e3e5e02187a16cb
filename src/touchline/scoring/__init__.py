"""Scoring: how good a result is against labels."""

from touchline.scoring.agreement import Agreement, agreement
from touchline.scoring.hota import (
    Clear,
    Hota,
    Identity,
    TrackedBoxes,
    clear,
    combined_clear,
    combined_hota,
    combined_identity,
    hota,
    identity,
)
from touchline.scoring.mot import read_mot

__all__ = [
    "Agreement",
    "Clear",
    "Hota",
    "Identity",
    "TrackedBoxes",
    "agreement",
    "clear",
    "combined_clear",
    "combined_hota",
    "combined_identity",
    "hota",
    "identity",
    "read_mot",
]
