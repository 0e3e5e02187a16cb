"""The examples run as a reader starts them, and the notebook from its first cell to its last."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, links
from touchline.pipeline import run_job

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def folder(match: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the made match, whose pitch the shipped networks see."""
    folder = tmp_path_factory.mktemp("examples")
    run_job(match / "match.mp4", folder / "results")
    return folder / "results"


def start(name: str, *arguments: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def test_a_video_of_ones_own_is_told_second_by_second(
    match: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start("own_video.py", match / "match.mp4", monkeypatch=monkeypatch)
    first, second = capsys.readouterr().out.splitlines()
    assert "against" in first
    assert "pitch to" in first
    assert second.strip().startswith("1.0 s")


def test_a_detector_of_ones_own_leaves_out_who_is_too_low(
    match: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start("own_detector.py", match / "match.mp4", monkeypatch=monkeypatch)
    assert "player" in capsys.readouterr().out


def test_a_run_is_read_in_pandas_and_in_kloppy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start("to_pandas.py", folder, monkeypatch=monkeypatch)
    said = capsys.readouterr().out
    assert "player" in said
    assert "kloppy: 30 frames at 25 a second" in said


def test_the_answer_of_somebody_else_gets_its_score_and_its_worst_frames(
    folder: Path, match: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = folder / "predictions.json"
    start("verify_answer.py", answer, match / "match.mp4", monkeypatch=monkeypatch)
    assert capsys.readouterr().out.count(": worth ") == 3


def test_the_notebook_runs_from_its_first_cell_to_its_last(
    match: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(match)
    cells = json.loads((EXAMPLES / "match.ipynb").read_text())["cells"]
    shared: dict[str, object] = {"__name__": "notebook"}
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], "a notebook is kept without what it said"
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), shared)
    assert len(shared["rows"]) > 100


def test_every_example_is_in_the_table() -> None:
    named = {path.name for path in EXAMPLES.iterdir() if path.suffix in {".py", ".ipynb"}}
    assert named == set(links(EXAMPLES / "README.md"))
