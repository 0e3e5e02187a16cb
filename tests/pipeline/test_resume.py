"""A run that is cut off, and the one that goes on where it was."""

import os
import pickle
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import touchline as tl
from tests.pipeline.worlds import BrightSpot, NoPitch, make_clip
from touchline.errors import UsageError
from touchline.frame import FrameState
from touchline.outputs.tracks import TracksParquet
from touchline.pipeline import Analysis, run_job

JOURNAL = ".touchline-journal"


class PowerCut(BaseException):
    """Ends a run as nothing that it could foresee does."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "shots.mp4", [30, 25, 28, 26])


@pytest.fixture(autouse=True)
def _at_every_shot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("touchline.outputs.journal.EVERY", 0.0)
    monkeypatch.setattr("touchline.outputs.journal.PATIENCE", 0)


def run(clip: Path, folder: Path, detector: BrightSpot | None = None, **options: object):
    chosen = tl.Settings.read(verify="off")  # a student would deny that squares are people
    models = tl.Models.load(chosen, detector=detector or BrightSpot(), pitch_model=NoPitch())
    return run_job(clip, folder, models=models, formats=["parquet"], **options)


@pytest.fixture(scope="module")
def whole(clip: Path, tmp_path_factory: pytest.TempPathFactory):
    """Undisturbed: rows of the tracks, and looks."""
    folder, detector = tmp_path_factory.mktemp("whole"), BrightSpot()
    summary = run(clip, folder, detector)
    table = pq.read_table(folder / "tracks.parquet")
    assert table.num_rows > 100
    return table, sum(detector.calls), summary


def cut_off(
    clip: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, *, after: int | None
) -> None:
    """Run until so many states are there, or until the first is written out."""

    def some(analysis: Analysis, console: object) -> Iterator[FrameState]:
        for number, state in enumerate(analysis):
            if number == after:
                raise PowerCut
            yield state

    def none(self: TracksParquet, state: FrameState) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        if after is None:
            patch.setattr(TracksParquet, "write", none)
        else:
            patch.setattr("touchline.pipeline.run._with_progress", some)
        with pytest.raises(PowerCut):
            run(clip, folder)


@pytest.mark.parametrize("after", [31, 55, 70, 108, None])
def test_a_run_goes_on_from_its_last_whole_shot_as_if_nothing_had_been(
    clip: Path, tmp_path: Path, whole, monkeypatch: pytest.MonkeyPatch, after: int | None
) -> None:
    cut_off(clip, tmp_path, monkeypatch, after=after)
    assert os.listdir(tmp_path) == [JOURNAL]
    table, looks, undisturbed = whole
    detector = BrightSpot()
    summary = run(clip, tmp_path, detector, resume=True)
    assert pq.read_table(tmp_path / "tracks.parquet").equals(table)
    assert sum(detector.calls) < looks
    assert (summary.frames, summary.shots, summary.ids) == (109, 4, undisturbed.ids)
    assert summary.looks == undisturbed.looks
    assert sorted(os.listdir(tmp_path)) == ["summary.json", "tracks.parquet"]


def test_before_the_first_whole_shot_nothing_is_left(
    clip: Path, tmp_path: Path, whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(clip, tmp_path / "new", monkeypatch, after=20)
    assert os.listdir(tmp_path) == []
    run(clip, tmp_path / "new", resume=True)
    assert pq.read_table(tmp_path / "new" / "tracks.parquet").equals(whole[0])


def test_a_run_that_is_not_to_go_on_begins_anew(
    clip: Path, tmp_path: Path, whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(clip, tmp_path, monkeypatch, after=70)
    detector = BrightSpot()
    run(clip, tmp_path, detector)
    assert sum(detector.calls) == whole[1]
    assert JOURNAL not in os.listdir(tmp_path)


def test_states_of_half_a_shot_are_made_again(
    clip: Path, tmp_path: Path, whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(clip, tmp_path, monkeypatch, after=60)
    with (tmp_path / JOURNAL / "states").open("ab") as states:
        states.write(b"\x80\x05half")
    run(clip, tmp_path, resume=True)
    assert pq.read_table(tmp_path / "tracks.parquet").equals(whole[0])


def test_what_was_left_of_another_clip_or_part_is_refused_and_stays(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(clip, tmp_path / "out", monkeypatch, after=60)
    other = make_clip(tmp_path / "other.mp4", [30, 30])
    with pytest.raises(UsageError, match=r"--resume: what a run has left in .*out was of video"):
        run(other, tmp_path / "out", resume=True)
    with pytest.raises(UsageError, match=r"was of part \(0\.0, None\), and not \(1\.0, None\)"):
        run(clip, tmp_path / "out", resume=True, span=(1.0, None))
    with pytest.raises(UsageError, match="a deadline cannot be resumed"):
        run(clip, tmp_path / "out", resume=True, deadline=5)
    assert (tmp_path / "out" / JOURNAL / "checkpoint").is_file()


@pytest.mark.parametrize("damage", ["cut", "stranger", "states"])
def test_what_is_damaged_or_a_strangers_is_refused(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    cut_off(clip, tmp_path, monkeypatch, after=60)
    checkpoint, states = tmp_path / JOURNAL / "checkpoint", tmp_path / JOURNAL / "states"
    if damage == "cut":
        checkpoint.write_bytes(checkpoint.read_bytes()[:-40])
    elif damage == "states":
        states.write_bytes(b"")
    else:
        checkpoint.write_bytes(pickle.dumps((os.system, "true")))
    with pytest.raises(UsageError, match=r"cannot be read .*begin anew without --resume"):
        run(clip, tmp_path, resume=True)


class Odd:
    """A stage whose column holds what no journal of ours would."""

    name, reads, adds, looks, memory = "odd", (), ("when",), False, None

    def process(self, window):
        return [
            each.objects.with_columns(when=np.full(len(each.objects), Decimal("0.5"), object))
            for each in window
        ]


def test_columns_of_anything_wait_too_but_are_not_taken_from_a_stranger(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHLINE_STAGES", '["tests.pipeline.test_resume:Odd"]')
    run(clip, tmp_path)
    cut_off(clip, tmp_path, monkeypatch, after=60)
    with pytest.raises(UsageError, match=r"cannot be read \(decimal\.Decimal has no place in it"):
        run(clip, tmp_path, resume=True)


def test_only_a_part_is_analysed_under_the_numbers_of_the_whole(clip: Path, tmp_path: Path) -> None:
    summary = run(clip, tmp_path, span=(0.8, 2.4))
    rows = pq.read_table(tmp_path / "tracks.parquet").to_pylist()
    frames = sorted({row["frame"] for row in rows})
    assert frames[0] >= 20
    assert frames[-1] == 59
    assert summary.frames == 40
    assert summary.duration == pytest.approx(1.6, abs=0.05)
    assert rows[-1]["time"] == pytest.approx(59 / 25, abs=0.01)
