"""Every fenced block is run, or says why it is not: commands on a small match, and data read.

Python is run by ``test_examples`` and ``test_recipes``.
"""

import json
import shlex
import shutil
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from tests.docs.pages import PAGES, Block, blocks
from touchline.cli import app
from touchline.pipeline import run_job

BLOCKS = [block for page in PAGES for block in blocks(page)]
COMMANDS = [block for block in BLOCKS if block.language == "sh" and block.runs]
READ = {"json": json.loads, "toml": tomllib.loads}
SETTINGS = {
    "TOUCHLINE_DETECTOR": "tests.pipeline.worlds:BrightSpot",
    "TOUCHLINE_PITCH_MODEL": "tests.pipeline.worlds:NoPitch",
    "TOUCHLINE_VERIFY": "off",
    "TOUCHLINE_TEAMS": "off",
}


@pytest.fixture(scope="module")
def folder(match: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader has a video, a run of it, another two answers, and labels."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("match.mp4", "moved.mp4"):
        shutil.copy(match / "match.mp4", folder / name)
    shutil.copy(match / "truth.json", folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        run_job(folder / "match.mp4", folder / "results")
    for name in ("one", "other"):
        shutil.copytree(folder / "results", folder / name)
    _label(folder / "FOLDER")
    shutil.copytree(folder / "FOLDER", folder / "PICTURES")
    return folder


def _label(folder: Path) -> None:
    """A grey picture, on which the corners of the left penalty box are labelled."""
    for name in ("images", "pitch_labels"):
        (folder / name).mkdir(parents=True)
    cv2.imwrite(str(folder / "images" / "cup_0001.png"), np.full((96, 128, 3), 90, np.uint8))
    points = [f"{x} {y} 2" for x, y in ((0.1, 0.2), (0.1, 0.8), (0.4, 0.2), (0.4, 0.8))]
    absent = ["0 0 0"] * (32 - len(points))
    row = " ".join(["0 .5 .5 1 1", *points, *absent])
    (folder / "pitch_labels" / "cup_0001.txt").write_text(row)


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block.place)
def test_commands_do_what_the_page_says(
    block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "touchline", f"{line} cannot be run here: say why in the block's head"
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception!r}"


@pytest.mark.parametrize(
    "block", [each for each in BLOCKS if each.language in READ], ids=lambda block: block.place
)
def test_data_can_be_read(block: Block) -> None:
    assert READ[block.language](block.text)


@pytest.mark.parametrize(
    "block",
    [each for each in BLOCKS if each.language not in {"python", "sh", *READ}],
    ids=lambda block: block.place,
)
def test_another_block_is_a_drawing_or_what_a_program_says(block: Block) -> None:
    assert block.language == "text"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_what_stands_behind_a_language_is_why_the_block_is_not_run(block: Block) -> None:
    assert block.said == "" or not block.runs
