"""The footage and labels that lie beside the project in development and in CI, not elsewhere."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not (SHARED / "data" / "clips").is_dir(), reason="needs the footage in ../shared"
)
