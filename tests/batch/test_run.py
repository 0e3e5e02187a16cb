"""A batch from its inputs to its ledger, in processes of this machine."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.batch.worlds import LEAN, ledger, make_clips, order, run
from tests.pipeline.worlds import make_clip
from touchline.batch import Ledger, LocalCrew, run_batch
from touchline.batch.board import Board
from touchline.batch.inputs import BatchInput
from touchline.batch.ledger import Entry
from touchline.batch.pieces import Piece
from touchline.batch.stores import LocalStore
from touchline.batch.tasks import Done, Task
from touchline.errors import OutputError, UsageError


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clips(tmp_path_factory.mktemp("clips"), 3)


@pytest.fixture(scope="module")
def undisturbed(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a batch of them comes to; one that is no video is among them, and one named twice."""
    out = tmp_path_factory.mktemp("season") / "out"
    (out.parent / "broken.mp4").write_text("no video")
    given = [clips, out.parent / "broken.mp4", out.parent / "gone.mp4", clips / "match0.mp4"]
    report = run(given, out, metrics=out.parent / "batch.prom")
    assert report.counts == {"done": 3, "failed": 2, "skipped": 1}
    assert (report.workers, report.loads) == (1, 1)
    return out


def tracks(out: Path) -> dict[str, object]:
    return {path.parent.name: pq.read_table(path) for path in out.glob("*/tracks.parquet")}


def test_each_input_ends_once_as_done_failed_or_skipped(undisturbed: Path) -> None:
    rows = ledger(undisturbed)
    assert {name: row["status"] for name, row in rows.items()} == {
        **dict.fromkeys(("match0", "match1", "match2"), "done"),
        **dict.fromkeys(("broken", "gone"), "failed"),
        "match0-2": "skipped",
    }
    assert rows["match1"]["frames"] == 23
    assert rows["match1"]["duration"] == pytest.approx(0.92)
    assert rows["match1"]["reason"] is None
    assert "not a readable video" in str(rows["broken"]["reason"])
    assert "no such file" in str(rows["gone"]["reason"])
    assert "named before" in str(rows["match0-2"]["reason"])
    assert all(row["began"] <= row["ended"] for row in rows.values() if row["began"])


def test_the_results_are_those_of_single_runs_and_nothing_else_is_left(undisturbed: Path) -> None:
    assert {path.name for path in undisturbed.iterdir()} == {
        *("match0", "match1", "match2", "ledger.parquet")
    }
    found = tracks(undisturbed)
    assert [len(found[f"match{number}"]) for number in range(3)] == [22, 23, 24]


def test_prometheus_is_told(undisturbed: Path) -> None:
    told = (undisturbed.parent / "batch.prom").read_text()
    assert 'touchline_batch_inputs_ended_total{status="done"} 3' in told
    assert "touchline_batch_frames_total 69" in told


def test_a_batch_that_is_resumed_does_only_what_is_left(
    clips: Path, undisturbed: Path, tmp_path: Path
) -> None:
    late = tmp_path / "late.mp4"
    run([clips / "match0.mp4", late], tmp_path / "out")
    first = ledger(tmp_path / "out")
    assert (first["match0"]["status"], first["late"]["status"]) == ("done", "failed")
    late.write_bytes((clips / "match1.mp4").read_bytes())
    report = run([clips / "match0.mp4", late], tmp_path / "out", resume=True)
    then = ledger(tmp_path / "out")
    assert report.counts == {"done": 2}
    assert then["match0"] == first["match0"]
    assert tracks(tmp_path / "out")["late"] == tracks(undisturbed)["match1"]


def test_a_batch_of_other_settings_is_not_gone_on_with(clips: Path, tmp_path: Path) -> None:
    Ledger(LocalStore(tmp_path), "another").save()
    with pytest.raises(UsageError, match="with other settings"):
        run([clips], tmp_path, resume=True)


def test_somebody_elses_folder_is_not_replaced(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "match0").mkdir()
    (tmp_path / "match0" / "diary.txt").touch()
    run([clips / "match0.mp4"], tmp_path)
    assert "not written by an earlier batch" in str(ledger(tmp_path)["match0"]["reason"])
    assert (tmp_path / "match0" / "diary.txt").is_file()


def test_a_place_that_cannot_be_written_is_told_before_any_work(clips: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        run([clips], "/proc/nowhere")


class Killing(LocalCrew):
    """Kills its worker, as often as it is told, once a task is under way."""

    kills = 1

    def next(self) -> tuple[int, Task, Done]:
        if self.kills:
            self.kills -= 1
            os.kill(self.pids[0], signal.SIGKILL)
        return super().next()


def test_a_worker_that_is_killed_is_replaced_and_its_input_done(
    clips: Path, undisturbed: Path, tmp_path: Path
) -> None:
    report = run_batch([str(clips)], order(tmp_path), lambda o: Killing(o, 1))
    assert (report.counts, report.deaths) == ({"done": 3}, 1)
    assert tracks(tmp_path) == tracks(undisturbed)


class Deadly(LocalCrew):
    """Kills each worker that is given the first task."""

    def _begin(self, place: int, task: Task, *, deaths: int) -> None:
        super()._begin(place, task, deaths=deaths)
        if task.input.name == "match0":
            os.kill(self.pids[place], signal.SIGKILL)


def test_an_input_that_kills_every_worker_fails_and_the_others_go_on(
    clips: Path, tmp_path: Path
) -> None:
    report = run_batch([str(clips)], order(tmp_path), lambda o: Deadly(o, 1))
    assert (report.counts, report.deaths) == ({"done": 2, "failed": 1}, 4)
    assert "one worker after another died" in str(ledger(tmp_path)["match0"]["reason"])


def test_a_batch_that_is_told_to_end_says_what_it_skipped_and_leaves_no_process(
    clips: Path, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.mp4"
    make_clip(slow, [400])
    options = [f"--{name.replace('_', '-')}={value}" for name, value in LEAN.items()]
    batch = subprocess.Popen(
        [sys.executable, "-m", "touchline", "batch", slow, clips, "-o", tmp_path / "out", *options],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
    )
    journal = tmp_path / "out" / ".touchline-batch"
    while not list(journal.glob("*/.touchline-journal/states")) and batch.poll() is None:
        time.sleep(0.02)  # until the first clip is under way
    batch.send_signal(signal.SIGTERM)
    assert batch.wait(20) == 128 + signal.SIGTERM
    rows = ledger(tmp_path / "out")
    assert {str(row["status"]) for row in rows.values()} == {"skipped"}
    assert "was ended before it" in str(rows["match2"]["reason"])


def test_the_board_ends_a_match_once_whatever_its_pieces_come_to() -> None:
    board = Board([BatchInput("cup", "cup.mp4")])
    match = board.next()
    assert match is not None
    assert match.stage == "match"
    cut = (Piece(0, 5, 0, 100), Piece(4, 9, 100, 200), Piece(8, None, 200, None))
    assert board.take(match, Done(pieces=cut)) is None
    first, second = board.next(), board.next()
    assert first is not None
    assert second is not None
    assert (first.stage, first.number, second.number) == ("piece", 0, 1)
    assert board.take(second, Done(error="broken", seconds=2)) is None
    assert board.next() is None, "the third is not begun"
    entry = board.take(first, Done(seconds=1))
    assert isinstance(entry, Entry)
    assert (entry.status, entry.reason, entry.seconds) == ("failed", "broken", 3)
    assert board.over == pytest.approx(1)


def test_the_board_joins_a_match_when_all_its_pieces_are_done() -> None:
    board = Board([BatchInput("cup", "cup.mp4"), BatchInput("final", "final.mp4")])
    match = board.next()
    assert match is not None
    board.take(match, Done(pieces=(Piece(0, 5, 0, 100), Piece(4, None, 100, None))))
    one, other = board.next(), board.next()
    assert one is not None
    assert other is not None
    assert board.take(one, Done()) is None
    assert board.take(other, Done()) is None
    join = board.next()
    assert join is not None
    assert (join.stage, join.input.name) == ("join", "cup"), "before another match is begun"
    entry = board.take(join, Done(frames=200, duration=8.0))
    assert entry is not None
    assert (entry.status, entry.frames, entry.pieces) == ("done", 200, 2)
