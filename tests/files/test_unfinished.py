"""Files under way, and what is left of them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from touchline.files.unfinished import UnfinishedFile, held, sweep
from touchline.outputs.writer import write_whole

HOLD = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from touchline.files.unfinished import UnfinishedFile\n"
    "partial = UnfinishedFile(Path(sys.argv[1]) / 'overlay.mp4')\n"
    "partial.path.write_bytes(b'x' * 1000)\n"
    "print('there', flush=True)\n"
    "time.sleep(60)\n"
)


@pytest.fixture
def other_program(tmp_path: Path):
    """A program that has a file under way in the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        yield process
        process.kill()


def test_a_file_appears_when_it_is_kept_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    partial = UnfinishedFile(tmp_path / "result")
    partial.path.write_text("whole")
    assert not (tmp_path / "result").exists()
    partial.keep()
    partial.remove()
    assert os.listdir(tmp_path) == ["result"]
    assert (tmp_path / "result").read_text() == "whole"


def test_a_file_that_nobody_holds_is_removed(tmp_path: Path) -> None:
    partial = UnfinishedFile(tmp_path / "result")
    partial.path.write_text("half")
    assert len(os.listdir(tmp_path)) == 1
    del partial
    assert os.listdir(tmp_path) == []


def test_what_a_killed_program_left_goes_with_the_next_file(
    tmp_path: Path, other_program: "subprocess.Popen[str]"
) -> None:
    other_program.send_signal(signal.SIGKILL)
    other_program.wait()
    assert len(os.listdir(tmp_path)) == 1
    write_whole(tmp_path / "summary.json", b"{}")
    assert os.listdir(tmp_path) == ["summary.json"]


def test_what_a_living_program_has_under_way_stays(
    tmp_path: Path, other_program: "subprocess.Popen[str]"
) -> None:
    own = UnfinishedFile(tmp_path / "own")
    own.path.write_text("half")
    write_whole(tmp_path / "summary.json", b"{}")
    sweep(tmp_path)
    assert own.path.read_text() == "half"
    (theirs,) = {*tmp_path.glob(".*/file")} - {own.path}
    assert theirs.stat().st_size == 1000


def test_files_of_the_user_stay(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").write_text("mine")
    (tmp_path / f".touchline-{'0' * 16}.part").write_text("mine")
    (tmp_path / f".touchline-{'1' * 16}.part").symlink_to(tmp_path / "elsewhere")
    for name in (".0123456789abcdef.part", "match.mp4.part", ".part", ".touchline-mine.part"):
        (tmp_path / name).write_text("mine")
    (tmp_path / ".touchline-.part").mkdir()
    before = sorted(tmp_path.rglob("*"))
    sweep(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "elsewhere" / "mine").read_text() == "mine"


def test_a_folder_is_held_by_one_at_a_time(tmp_path):
    with held(tmp_path):
        with pytest.raises(BlockingIOError), held(tmp_path):
            pass
        with held(tmp_path.parent):
            pass
    with held(tmp_path):
        pass
