"""The folder of a run becomes files in other formats."""

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import touchline as tl
from tests.outputs.runs import save, state
from tests.outputs.sheets import sheet
from touchline.outputs import EXPORTS, FORMATS, export_run

BOX = (10.0, 20.0, 40.0, 90.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two players and a ball, one of them without a track, and a frame that is empty."""
    keeper = {"box": BOX, "id": 7, "class_id": 1, "team": 1, "position": (1.5, -2.5)}
    frames = [
        state(0, [keeper, {"box": (1, 1, 2, 2), "class_id": 0, "id": 9}, {"box": BOX}]),
        state(1, []),
        state(2, [keeper | {"off_pitch": True}]),
    ]
    return save(tmp_path / "run", frames)


def test_mot_has_tracks_and_says_who_is_who_beside_them(folder: Path) -> None:
    files = export_run(folder, ["mot"])
    assert files == [folder / "mot.txt", folder / "mot_gameinfo.ini"]
    rows = [*csv.reader(files[0].open())]
    assert [row[:6] for row in rows] == [
        ["1", "7", "10.000", "20.000", "30.000", "70.500"],
        ["1", "9", "1.000", "1.000", "1.000", "1.000"],
        ["3", "7", "10.000", "20.000", "30.000", "70.500"],
    ]
    told = files[1].read_text().splitlines()
    assert told[1:] == [
        "seqLength=3",
        "num_tracklets=2",
        "trackletID_7=goalkeeper team 1;",
        "trackletID_9=ball;",
    ]


def test_coco_has_an_image_for_each_frame_and_says_what_more_is_known(folder: Path) -> None:
    (file,) = export_run(folder, ["coco"])
    content = json.loads(file.read_text())
    assert [each["file_name"] for each in content["images"]] == [
        f"cup-final_{number:06d}.png" for number in range(3)
    ]
    first, ball, nobody, off = content["annotations"]
    names = {each["id"]: each["name"] for each in content["categories"]}
    assert [names[each["category_id"]] for each in (first, ball, nobody, off)] == [
        *("goalkeeper", "ball", "player", "other")
    ]
    assert (first["bbox"], first["area"]) == ([10.0, 20.0, 30.0, 70.5], 2115.0)
    assert (first["track_id"], first["team"], first["position"]) == (7, 1, [1.5, -2.5])
    assert not {"track_id", "team", "position"} & {*nobody}


def test_gsr_turns_y_towards_the_near_touchline(folder: Path) -> None:
    (file,) = export_run(folder, ["gsr"])
    content = json.loads(file.read_text())
    assert [each["image_id"] for each in content["images"]] == ["000001", "000002", "000003"]
    first, ball, nobody, off = content["annotations"]
    assert first["bbox_pitch"] == {"x_bottom_middle": 1.5, "y_bottom_middle": 2.5}
    assert first["attributes"] == {"role": "goalkeeper", "jersey": None, "team": "1"}
    assert first["bbox_image"]["x_center"] == 25.0
    assert (ball["category_id"], nobody["bbox_pitch"], nobody["track_id"]) == (4, None, -1)
    assert off["attributes"]["role"] == "other"


def test_gsr_says_left_and_right_where_a_match_sheet_tells(folder: Path, tmp_path: Path) -> None:
    (file,) = export_run(folder, ["gsr"], match=sheet(tmp_path))  # team 0, at home, plays right
    attributes = [each["attributes"] for each in json.loads(file.read_text())["annotations"]]
    assert [each["team"] for each in attributes] == ["right", None, None, "right"]


def test_cvat_ends_a_track_where_nothing_was_seen(folder: Path) -> None:
    (file,) = export_run(folder, ["cvat"])
    root = ET.parse(file).getroot()
    assert root.findtext("meta/task/size") == "3"
    tracks = {each.get("id"): each for each in root.iter("track")}
    boxes = [(each.get("frame"), each.get("outside")) for each in tracks["7"].iter("box")]
    assert boxes == [("0", "0"), ("1", "1"), ("2", "0")]
    assert {each.get("label") for each in tracks.values()} == {"person", "ball"}


def test_csv_has_what_the_parquet_has(folder: Path) -> None:
    (file,) = export_run(folder, ["csv"])
    table, text = pq.read_table(folder / "tracks.parquet"), pyarrow.csv.read_csv(file)
    assert text.column_names == table.column_names
    for name in ("x1", "y2", "x", "confidence"):
        one, other = (np.array(each.column(name).to_numpy(), float) for each in (table, text))
        assert np.allclose(one, other, equal_nan=True)


def test_a_run_itself_writes_the_same(folder: Path, tmp_path: Path) -> None:
    names = ["coco", "cvat", "gsr", "mot"]
    again = save(tmp_path / "again", [], [*names])
    assert {path.name for path in export_run(folder, names)} <= {
        path.name for path in again.iterdir()
    }
    assert {*names} < {*EXPORTS} < {*FORMATS}


def test_a_single_file_may_have_a_name(folder: Path, tmp_path: Path) -> None:
    assert export_run(folder, ["coco"], output=tmp_path / "new" / "final.json") == [
        tmp_path / "new" / "final.json"
    ]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["final.json"]


def test_a_file_that_somebody_may_have_corrected_stays(folder: Path) -> None:
    (folder / "cvat.xml").write_text("corrected")
    with pytest.raises(tl.UsageError, match=r"cvat\.xml is there"):
        export_run(folder, ["mot", "cvat"])
    assert (folder / "cvat.xml").read_text() == "corrected"
    assert not (folder / "mot.txt").exists()


@pytest.mark.parametrize("name", ["parquet", "excel"])
def test_a_format_that_is_none_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(tl.UsageError, match=f"got '{name}'"):
        export_run(folder, [name])


def test_a_format_of_two_files_wants_a_folder(folder: Path) -> None:
    with pytest.raises(tl.UsageError, match=r"mot writes mot\.txt, mot_gameinfo\.ini"):
        export_run(folder, ["mot"], output=folder / "final.txt")


def test_an_export_that_breaks_off_leaves_nothing(folder: Path) -> None:
    (folder / "tracks.parquet").write_bytes((folder / "tracks.parquet").read_bytes()[:-300])
    before = {*folder.iterdir()}
    with pytest.raises(tl.InputError, match="cannot be read"):
        export_run(folder, ["mot", "coco", "gsr", "cvat"])
    assert {*folder.iterdir()} == before
