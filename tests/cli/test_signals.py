"""Commands that are told to end; see ``docker stop``, ``timeout``, a terminal that is closed."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import encode

ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
WAIT = 60.0


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So long that a run of it is still at work when it is told to end."""
    return encode(tmp_path_factory.mktemp("clip") / "match.mp4", frames=75, size=(640, 360))


def start(*arguments: object, **options: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # type: ignore[call-overload]
        [sys.executable, "-m", "touchline", *map(str, arguments)],
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "preexec_fn": hear} | options,
    )


def hear() -> None:
    """In the new process: signals as at a terminal, whatever the tests run under."""
    for number, _ in ENDS:
        signal.signal(number, signal.default_int_handler if number == 2 else signal.SIG_DFL)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def under_way(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


@pytest.mark.parametrize(("number", "code"), ENDS)
def test_a_run_ends_by_a_signal_as_by_ctrl_c(
    clip: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    process = start("run", clip, "-o", tmp_path / "out")
    until(lambda: under_way(tmp_path / "out"))
    process.send_signal(number)
    process.send_signal(number if number != signal.SIGINT else 0)  # ``timeout`` sends it twice
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == code
    assert os.listdir(tmp_path) == []  # the folder, which the run had made, is gone too
    assert b"Traceback" not in said


def test_a_demonstration_leaves_no_half_of_a_match(tmp_path: Path) -> None:
    process = start("demo", "-o", tmp_path / "out")
    until(lambda: under_way(tmp_path / "out"))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=WAIT)
    assert process.returncode == 143
    assert os.listdir(tmp_path / "out") == []


def test_a_terminal_that_is_closed_ends_a_run_cleanly(clip: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = start("run", clip, "-o", tmp_path / "out", stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    until(lambda: under_way(tmp_path / "out"))
    os.close(ours)  # the bar can be drawn no more
    process.send_signal(signal.SIGHUP)
    assert process.wait(WAIT) == 129
    assert os.listdir(tmp_path) == []


def test_a_hangup_that_nohup_ignores_stays_ignored(clip: Path, tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = start("run", clip, "-o", tmp_path / "out", "--no-overlay", preexec_fn=ignore)
    until(lambda: under_way(tmp_path / "out"))
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=WAIT)
    assert process.returncode == 0
    assert "summary.json" in os.listdir(tmp_path / "out")


def test_what_a_killed_run_left_is_gone_after_the_next(clip: Path, tmp_path: Path) -> None:
    killed = start("run", clip, "-o", tmp_path / "out")
    until(lambda: under_way(tmp_path / "out"))
    killed.kill()
    killed.communicate()
    assert os.listdir(tmp_path / "out")
    start("run", clip, "-o", tmp_path / "out", "--no-overlay").communicate(timeout=WAIT)
    names = ["predictions.json", "summary.json", "tracks.parquet"]
    assert sorted(os.listdir(tmp_path / "out")) == names
