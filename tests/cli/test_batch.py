"""``touchline batch`` as a user meets it."""

import json
import sys
from pathlib import Path

import pytest

from tests.batch.worlds import LEAN, Inline
from tests.pipeline.worlds import make_clip
from touchline.cli import main

OPTIONS = [f"--{name.replace('_', '-')}={value}" for name, value in LEAN.items()]


@pytest.fixture
def touchline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run ``touchline batch`` with these arguments: exit code, standard output, standard error."""
    monkeypatch.setattr("touchline.batch.chosen.LocalCrew", Inline)

    def run(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["touchline", "batch", *map(str, arguments), *OPTIONS])
        with pytest.raises(SystemExit) as stop:
            main()
        return (stop.value.code or 0, *capsys.readouterr())

    return run


def test_a_folder_becomes_results_a_ledger_and_a_dataset(touchline, tmp_path: Path) -> None:
    make_clip(tmp_path / "cup.mp4", [12])
    code, told, errors = touchline(tmp_path / "cup.mp4", "-o", tmp_path / "out", "--json")
    assert (code, errors) == (0, "")
    assert json.loads(told)["counts"] == {"done": 1}
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"cup", "dataset", "ledger.parquet"}


def test_one_that_failed_is_named_and_makes_the_exit_code_1(touchline, tmp_path: Path) -> None:
    make_clip(tmp_path / "cup.mp4", [12])
    (tmp_path / "broken.mp4").write_text("no video")
    code, told, errors = touchline(tmp_path, "-o", tmp_path / "out")
    assert code == 1
    assert "failed" in told
    assert "touchline: broken failed: " in errors
    assert errors.splitlines()[-1].startswith("touchline: 1 of 2 inputs failed: see ")


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--workers=0", "--workers is a whole number from 1"),
        ("--minutes=0", "minutes is a finite number above 0"),
        ("--format=films", "a format is one of"),
        ("--gpus-per-worker=0.5", "give --ray too"),
    ],
)
def test_wrong_usage_is_told_before_any_work(
    touchline, tmp_path: Path, option: str, told: str
) -> None:
    code, out, errors = touchline(tmp_path / "cup.mp4", "-o", tmp_path / "out", option)
    assert (code, out) == (2, "")
    assert told in errors
    assert not (tmp_path / "out").exists()
