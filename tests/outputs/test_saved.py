"""A run that is over comes back frame by frame."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import touchline as tl
from tests.outputs.factory import camera, pitch
from tests.outputs.runs import SIZE, save, state
from touchline.frame import FrameState, Objects
from touchline.outputs import SavedRun, TracksParquet
from touchline.outputs.tracks import ROWS_PER_GROUP

BOX = (10.0, 20.0, 40.0, 90.0)


def frames() -> list[FrameState]:
    known = {"box": BOX, "id": 3, "team": 1, "position": (1.5, -2.5), "detected": 2}
    keeper = {"box": BOX, "class_id": 1, "off_pitch": True, "source": "interpolated"}
    return [state(0, []), state(1, [known, keeper]), state(2, []), state(3, [known], shot=1)]


def assert_same(one: FrameState, other: FrameState) -> None:
    assert (one.index, one.time, one.shot) == pytest.approx((other.index, other.time, other.shot))
    first, second = (Objects.from_supervision(each.objects).columns() for each in (one, other))
    assert first.keys() <= second.keys()
    for name, column in first.items():
        assert np.array_equal(column, second[name], equal_nan=column.dtype.kind == "f"), name


def test_frames_come_back_as_they_were_said(tmp_path: Path) -> None:
    run = SavedRun.open(save(tmp_path / "run", frames()))
    read = list(run.states())
    assert (run.clip.size, run.clip.info.fps, run.frames) == (SIZE, 25.0, 4)
    for one, other in zip(frames(), read, strict=True):
        if len(one.objects):
            assert_same(one, other)
    assert [(each.index, each.shot, len(each.objects)) for each in read] == [
        *((0, 0, 0), (1, 0, 2), (2, 0, 0), (3, 1, 1))
    ]


def test_a_frame_without_objects_lies_between_its_neighbours(tmp_path: Path) -> None:
    late = [replace(each, time=each.time**2) for each in frames()]
    read = list(SavedRun.open(save(tmp_path / "run", [*late, state(4, [])])).states())
    times = [each.time for each in read]
    assert times[2] == pytest.approx((times[1] + times[3]) / 2)
    assert times[4] == pytest.approx(times[3] + 1 / 25)


@pytest.mark.parametrize("formats", [("predictions", "parquet"), ("parquet",)])
def test_a_part_of_a_video_keeps_its_numbers(tmp_path: Path, formats: tuple[str, ...]) -> None:
    part = [state(index, [{"box": BOX}]) for index in range(60, 64)]
    read = list(SavedRun.open(save(tmp_path / "run", part, formats)).states())
    assert [each.index for each in read] == [60, 61, 62, 63]
    assert read[0].time == pytest.approx(60 / 25)


def test_a_frame_is_whole_though_its_rows_are_in_two_groups(tmp_path: Path) -> None:
    crowd = [{"box": BOX, "id": number} for number in range(3000)]
    many = [state(index, crowd) for index in range(5)]
    assert 5 * len(crowd) > ROWS_PER_GROUP
    read = list(SavedRun.open(save(tmp_path / "run", many)).states())
    assert [len(each.objects) for each in read] == [3000] * 5
    assert read[2].objects.tracker_id is not None
    assert read[2].objects.tracker_id.tolist() == list(range(3000))


def test_keypoints_and_homographies_are_read_where_they_are(tmp_path: Path) -> None:
    seen = pitch(camera(SIZE), (4, 100.0, 200.5), (7, 300.0, 250.0))
    given = [replace(state(0, []), pitch=seen), state(1, [])]
    folder = save(tmp_path / "run", given, ("predictions", "parquet", "cameras"))
    first, second = SavedRun.open(folder).states(keypoints=True)
    assert first.pitch.homography is not None
    assert np.allclose(first.pitch.homography, camera(SIZE))
    assert first.pitch.keypoints.xy[0, 4].tolist() == [100.0, 200.5]
    assert first.pitch.sources == seen.sources
    assert (second.pitch.homography, set(second.pitch.sources)) == (None, {None})


def test_columns_that_a_stage_added_come_back(tmp_path: Path) -> None:
    folder = save(tmp_path / "run", frames())
    objects = state(1, [{"box": BOX}]).objects
    objects.data |= {"name": np.array(["Ada"]), "embedding": np.array([[0.5, 2.0]])}
    with TracksParquet(folder / "tracks.parquet") as out:
        out.write(replace(state(1, []), objects=objects))
    read = [*SavedRun.open(folder).states()][1].objects
    assert read.data["name"].tolist() == ["Ada"]
    assert read.data["embedding"].tolist() == [[0.5, 2.0]]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "summary.json").unlink(), "not the folder of a run"),
        (lambda folder: (folder / "summary.json").write_text("[]"), "not the summary"),
        (lambda folder: (folder / "summary.json").write_text("{}"), "not the summary"),
        (lambda folder: (folder / "tracks.parquet").unlink(), "--format parquet"),
        (lambda folder: (folder / "tracks.parquet").write_text("no"), "cannot be read"),
        (
            lambda folder: pq.write_table(
                pq.read_table(folder / "tracks.parquet").drop_columns(["x1"]),
                folder / "tracks.parquet",
            ),
            "no column x1",
        ),
    ],
)
def test_a_folder_that_holds_no_run_says_so(tmp_path: Path, spoil, words: str) -> None:
    folder = save(tmp_path / "run", frames())
    spoil(folder)
    with pytest.raises(tl.InputError, match=words):
        list(SavedRun.open(folder).states())
