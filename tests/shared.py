"""The footage and labels that lie beside the project in development and in CI, not elsewhere."""

from pathlib import Path
from typing import TypeVar

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
IS_THERE = (SHARED / "data" / "clips").is_dir()

needs_shared = pytest.mark.skipif(not IS_THERE, reason="needs the footage in ../shared")
"""For what nothing made can stand for; whatever else, a test makes itself, with ``beside``."""

Case = TypeVar("Case")


def beside(*cases: Case) -> list[Case]:
    """Cases that lie beside the project, after those that a test makes; none where nothing does."""
    return list(cases) if IS_THERE else []
