import json
from pathlib import Path

import pytest

from touchline.evaluation.demo import run_demo


@pytest.mark.slow
def test_the_shipped_weights_find_a_synthetic_match(tmp_path: Path) -> None:
    """Two seconds of a match: far from a benchmark, but nothing may be plainly broken."""
    report = run_demo(tmp_path, seconds=2.0)
    assert report.summary.frames == 50
    assert report.agreement.hota > 0.5
    assert report.agreement.position_error is not None
    assert report.agreement.position_error < 3.0
    assert json.loads(json.dumps(report.as_dict()))["agreement"]["hota"] == report.agreement.hota
    assert (tmp_path / "overlay.mp4").stat().st_size > 0
