"""The command line through its real entry point."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from touchline.cli import main


@dataclass
class Outcome:
    """What a command left behind: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def touchline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run ``touchline`` with these arguments."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["touchline", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        code = stop.value.code
        return Outcome(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run
