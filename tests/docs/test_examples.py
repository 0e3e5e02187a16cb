"""The Python of the front page and of docs runs as it stands, on small clips."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import touchline as tl
from tests.docs.pages import PAGES, RECIPES, Block, python_blocks
from tests.pipeline.worlds import BrightSpot, make_clip, textured
from touchline.analytics import TEAMS
from touchline.synthetic import SyntheticMatch

BLOCKS = [
    block for page in PAGES if page not in RECIPES for block in python_blocks(page) if block.runs
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
    for number in range(3):
        make_teams(tmp_path / "season/dataset/teams" / f"match=round-{number}", seed=number)
    monkeypatch.setenv("TOUCHLINE_DETECTOR", "tests.pipeline.worlds:BrightSpot")
    monkeypatch.setenv("TOUCHLINE_PITCH_MODEL", "tests.pipeline.worlds:NoPitch")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_teams(folder: Path, *, seed: int) -> None:
    """How two teams stood in each second of three minutes, as a batch puts it into a dataset."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    rows = [
        {**dict.fromkeys(TEAMS.names, 1.0), "shot": 0, "second": second, "team": team, "people": 11}
        | {"defence": float(rng.normal(30 + 5 * team, 4))}
        for second in range(180)
        for team in (0, 1)
    ]
    pq.write_table(pa.Table.from_pylist(rows, TEAMS), folder / "part-0.parquet")


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
