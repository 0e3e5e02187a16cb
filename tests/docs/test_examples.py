"""The Python of the front page and of docs runs as it stands, on small clips."""

from pathlib import Path

import numpy as np
import pytest

import touchline as tl
from tests.docs.pages import PAGES, RECIPES, Block, name_of, python_blocks
from tests.pipeline.worlds import BrightSpot, make_clip, textured
from touchline.synthetic import SyntheticMatch

NOT_RUN = {"docs/models/clip.md"}
"""It wants a CLIP that was pulled, which has 600 MB."""
BLOCKS = [
    block
    for page in PAGES
    if page not in RECIPES and name_of(page) not in NOT_RUN
    for block in python_blocks(page)
]
BOX = np.array([10.0, 20, 40, 90])


@pytest.fixture(scope="module")
def match() -> tl.TrackedFrame:
    """A frame that shows a pitch."""
    frame, _ = next(iter(SyntheticMatch(seed=7, seconds=0.2, close_up=None)))
    return frame


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader has clips; the networks of settings are small."""
    for name in ("match", "first-half", "second-half"):
        make_clip(tmp_path / f"{name}.mp4", [6])
    monkeypatch.setenv("TOUCHLINE_DETECTOR", "tests.pipeline.worlds:BrightSpot")
    monkeypatch.setenv("TOUCHLINE_PITCH_MODEL", "tests.pipeline.worlds:NoPitch")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_an_example_runs_as_it_stands(block: Block, folder: Path, match: tl.TrackedFrame) -> None:
    given = {
        "image": match.image,
        "frames": [textured(0), textured(0)],
        "detector": BrightSpot(),
        "rng": np.random.default_rng(3),
        "xyxy": BOX,
        "ball_xyxy": BOX,
    }
    text = block.text.replace("seconds=8", "seconds=0.08")  # a match takes minutes to render
    exec(compile(text, block.place, "exec"), {"__name__": "example", **given})
