"""The measurement of clients that drip, with a few of them."""

from pathlib import Path

import pytest

from benchmarks.miner_drip import drip

pytestmark = pytest.mark.slow


def test_dripping_is_told_with_what_it_leaves_behind(tmp_path: Path) -> None:
    found = drip(tmp_path, count=300, seconds=3.0, again=False)
    assert found["unanswered"] == 0
    assert isinstance(found["closed"], int)
    assert found["closed"] > 0
    assert isinstance(found["descriptors"], list)
    before, during, after = found["descriptors"]
    assert after <= before + 2
    assert during <= before + 300
