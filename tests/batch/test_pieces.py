"""A long video in pieces, and their results joined, held against those of the whole."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.batch.worlds import ledger, make_match, order, run
from tests.conftest import MakeVideo
from touchline.batch import BatchInput
from touchline.batch.pieces import plan_pieces
from touchline.batch.tasks import Done, Task
from touchline.batch.work import Worker
from touchline.evaluation.metrics.hota import TrackedBoxes, hota

SQUARES = "benchmarks.batch_inputs:Squares"
CUT = 4.9 / 60
"""Minutes of a piece: four of them in 19.6 seconds."""


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The results of a match of two shots as a whole, and of the same in four pieces."""
    folder = tmp_path_factory.mktemp("match")
    clip = make_match(folder / "match.mp4", [130, 120], people=4)
    options = {"detector": SQUARES, "formats": ("parquet", "cameras")}
    run([clip], folder / "whole", **options)
    run([clip], folder / "cut", minutes=CUT / 2, **options)
    assert ledger(folder / "whole")["match"]["pieces"] == 1
    assert ledger(folder / "cut")["match"]["pieces"] == 4
    assert not (folder / "cut" / ".touchline-batch").exists()
    return folder / "whole" / "match", folder / "cut" / "match"


def boxes(folder: Path) -> TrackedBoxes:
    rows = pq.read_table(folder / "tracks.parquet")
    column = {name: rows[name].to_numpy() for name in rows.column_names if name != "class"}
    return TrackedBoxes(
        column["frame"].astype(np.int64),
        column["id"].astype(np.int64),
        np.stack([column[name] for name in ("x1", "y1", "x2", "y2")], axis=1).astype(np.float64),
        column["confidence"].astype(np.float64),
        column["class_id"].astype(np.int64),
    )


def test_people_of_one_are_those_of_the_other(joined: tuple[Path, Path]) -> None:
    whole, cut = map(boxes, joined)  # an id twice in a frame would be refused
    assert hota(whole, cut).hota >= 0.97
    assert len(np.unique(cut.tracker_id)) == len(np.unique(whole.tracker_id))


def test_no_frame_is_lost_and_shots_are_the_same(joined: tuple[Path, Path]) -> None:
    whole, cut = (pq.read_table(folder / "cameras.parquet") for folder in joined)
    for name in ("frame", "time", "shot"):
        assert whole[name].to_pylist() == cut[name].to_pylist()


def test_an_id_lives_in_one_shot(joined: tuple[Path, Path]) -> None:
    rows = pq.read_table(joined[1] / "tracks.parquet").to_pandas()
    assert (rows.groupby("id")["shot"].nunique() == 1).all()


def test_a_video_is_cut_where_a_shot_begins_if_one_does(tmp_path: Path) -> None:
    clip = make_match(tmp_path / "match.mp4", [118, 50, 87, 120, 115])
    pieces = plan_pieces(clip, CUT, period=8)
    assert [piece.first for piece in pieces] == [0, 118, 255, 375]
    assert all(piece.begin - piece.start < 0.04 for piece in pieces), "nothing is done twice"
    assert [piece.last for piece in pieces] == [118, 255, 375, None]


def test_pieces_of_one_shot_overlap_and_begin_where_the_networks_would_look(tmp_path: Path) -> None:
    clip = make_match(tmp_path / "match.mp4", [490], people=1)
    pieces = plan_pieces(clip, CUT, period=8)
    assert len(pieces) == 4
    for before, after in pairwise(pieces):
        assert after.first == before.last
        assert before.end is not None
        assert before.end - after.begin == pytest.approx(2, abs=0.05)
        assert 3 <= after.begin - after.start < 3.4
        assert round(after.start * 25 + 0.5) % 8 == 0


def test_a_seam_so_near_to_the_end_that_both_pieces_reach_it_is_one_too(tmp_path: Path) -> None:
    clip = make_match(tmp_path / "match.mp4", [90], people=2)
    whole, cut = (tmp_path / name for name in ("whole", "cut"))
    run([clip], whole, detector=SQUARES)
    run([clip], cut, detector=SQUARES, minutes=1.9 / 60)
    assert ledger(cut)["match"]["pieces"] == 2
    one, other = (boxes(folder / "match") for folder in (whole, cut))
    assert one.tracker_id.tolist() == other.tracker_id.tolist()


@pytest.mark.parametrize("name", ["short.mp4", "long.avi", "images"])
def test_what_is_short_or_cannot_be_counted_is_not_cut(
    make_video: MakeVideo, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.mkdir() if name == "images" else make_video(name, codec="mpeg4", frames=60)
    assert plan_pieces(path, 0.02 if name == "long.avi" else 0.05) == ()


def test_a_piece_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    clip = make_match(tmp_path / "match.mp4", [130], people=1)
    worker = Worker(order(tmp_path / "out", minutes=CUT / 2, detector=SQUARES))
    cut = worker.do(Task(BatchInput("match", str(clip))))
    task = Task(BatchInput("match", str(clip)), cut.pieces, 1)
    assert worker.do(task).error is None
    (states,) = (tmp_path / "out").rglob("piece-001.states")
    written = states.stat().st_mtime_ns
    assert worker.do(task).error is None
    assert states.stat().st_mtime_ns == written


def test_a_piece_that_is_missing_or_damaged_fails_its_match(tmp_path: Path) -> None:
    clip = make_match(tmp_path / "match.mp4", [130], people=1)
    worker = Worker(order(tmp_path / "out", minutes=CUT / 2, detector=SQUARES))
    given = BatchInput("match", str(clip))
    cut = worker.do(Task(given)).pieces
    assert "missing" in str(worker.do(Task(given, cut)).error)
    assert {worker.do(Task(given, cut, number)).error for number in range(len(cut))} == {None}
    (states,) = (tmp_path / "out").rglob("piece-001.states")
    states.write_bytes(states.read_bytes()[:2000])
    done = worker.do(Task(given, cut))
    assert isinstance(done, Done)
    assert "a piece cannot be read" in str(done.error)
