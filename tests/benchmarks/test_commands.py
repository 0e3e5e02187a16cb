"""Every benchmark starts, in the environment that the tests have, and says how it is run."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import benchmarks
from tests.commands import commands_of, forget_modules, modules_of, run_module

SERVICE = ("httpx", "psutil", "bittensor_core")
"""Packages that asking the service takes, and the library does not need."""


@pytest.mark.parametrize("name", modules_of(benchmarks))
def test_every_module_can_be_imported(name: str) -> None:
    assert import_module(name).__doc__


@pytest.mark.parametrize("name", commands_of(benchmarks))
def test_every_benchmark_says_how_it_is_run(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_module(name, "--help", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out.startswith("usage: ")


def test_the_page_of_the_benchmarks_names_every_one() -> None:
    page = (Path(benchmarks.__path__[0]) / "README.md").read_text()
    assert set(re.findall(r"python -m (benchmarks\.\w+)", page)) == set(commands_of(benchmarks))


def test_what_measures_nothing_by_itself_is_no_benchmark() -> None:
    helpers = set(modules_of(benchmarks)) - set(commands_of(benchmarks))
    assert helpers == {
        "benchmarks.architectures",
        "benchmarks.batch_inputs",
        "benchmarks.cheat_answers",
        "benchmarks.miner_figures",
        "benchmarks.miner_drip",
        "benchmarks.miner_load",
    }


@pytest.mark.parametrize("missing", SERVICE)
def test_the_miners_benchmark_says_in_one_line_what_it_lacks_and_still_says_how_it_is_run(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = "touchline.scorevision", "touchline.service", "benchmarks.miner"
    forget_modules(*rooms, monkeypatch=monkeypatch)
    monkeypatch.setitem(sys.modules, missing, None)
    assert run_module("benchmarks.miner", "--help", monkeypatch=monkeypatch) == 0
    line = run_module("benchmarks.miner", "soak", monkeypatch=monkeypatch)
    assert isinstance(line, str)
    assert "pip install '.[miner]'" in line
    assert missing in line.replace("-", "_")
    assert "\n" not in line


@pytest.mark.parametrize("name", ["benchmarks.gaps", "benchmarks.miner"])
def test_a_benchmark_starts_in_a_process_of_its_own(name: str) -> None:
    command = [sys.executable, "-m", name, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: ")
    assert not done.stderr
