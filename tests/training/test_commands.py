"""Every command of training says how it is run; without PyTorch those that need it say so."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

import training
from tests.commands import commands_of, modules_of, run_module

START = ["--data", "none", "--start", "none", "--out", "none"]
NEED_PYTORCH = {
    "training.detector.train": START,
    "training.pitch.train": START,
    "training.verification.train": ["--data", "none", "--mistakes", "none", "--out", "none"],
    "training.detector.export": ["none", "--out", "none"],
    "training.pitch.export": ["none", "--out", "none"],
    "training.verification.export": ["none", "--out", "none"],
}
"""Commands that do not run without PyTorch, with the least that they must be told."""


@pytest.mark.parametrize("name", modules_of(training))
def test_every_module_can_be_imported(name: str) -> None:
    try:
        assert import_module(name).__doc__
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        pytest.skip("PyTorch is not installed")


@pytest.mark.parametrize("name", commands_of(training))
def test_every_command_says_how_it_is_run_without_pytorch(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert run_module(name, "--help", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out.startswith("usage: ")


@pytest.mark.parametrize("name", NEED_PYTORCH)
def test_a_command_that_needs_pytorch_says_in_one_line_that_it_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    line = run_module(name, *NEED_PYTORCH[name], monkeypatch=monkeypatch)
    assert isinstance(line, str)
    assert "make training" in line
    assert "\n" not in line


def test_every_file_has_its_line_in_a_page_of_training() -> None:
    root = Path(training.__path__[0])
    named = {
        (page.parent / name).relative_to(root)
        for page in root.rglob("README.md")
        for row in page.read_text().splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([\w/]+\.py)`", row.split("|")[1])
    }
    files = {path.relative_to(root) for path in root.rglob("*.py") if path.name != "__init__.py"}
    assert named == files
