"""What an argument of a batch stands for."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from touchline.batch import BatchInput, find_inputs
from touchline.errors import InputError, UsageError


@pytest.fixture
def season(tmp_path: Path) -> Path:
    for name in ("round 2/b.mkv", "round 10/a.mp4", "round 2/a.mp4", "notes.txt", ".hidden.mp4"):
        path = tmp_path / "season" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "season"


def places(found: list[BatchInput], root: Path) -> list[str]:
    return [Path(each.place).relative_to(root).as_posix() for each in found]


def test_a_folder_stands_for_the_videos_below_it_in_natural_order(season: Path) -> None:
    found = find_inputs([season])
    assert places(found, season) == ["round 2/a.mp4", "round 2/b.mkv", "round 10/a.mp4"]
    assert [each.name for each in found] == ["a", "b", "a-2"]


def test_a_folder_of_images_is_one_video(tmp_path: Path) -> None:
    (tmp_path / "001.jpg").touch()
    assert find_inputs([tmp_path]) == [BatchInput(tmp_path.name, str(tmp_path))]


def test_a_glob_stands_for_all_that_it_names(season: Path) -> None:
    assert places(find_inputs([f"{season}/*/a.*"]), season) == ["round 2/a.mp4", "round 10/a.mp4"]
    assert len(find_inputs([f"{season}/round*"])) == 3


def test_a_file_is_taken_whatever_it_is_called_and_whether_it_is_there() -> None:
    assert find_inputs(["no/such.thing"]) == [BatchInput("such", "no/such.thing")]


def rows(kind: str, path: Path) -> Path:
    """A manifest of two videos, the first with a name."""
    table = [{"video": "sub/x.mp4", "name": "final"}, {"video": "s3://cup/y.mp4", "name": ""}]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(table), path)
    elif kind == "csv":
        path.write_text("video,name\nsub/x.mp4,final\ns3://cup/y.mp4,\n")
    else:
        path.write_text("\n".join(map(json.dumps, table)))
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_manifest_names_videos_relative_to_itself(tmp_path: Path, kind: str) -> None:
    assert find_inputs([rows(kind, tmp_path / f"season.{kind}")]) == [
        BatchInput("final", str(tmp_path / "sub/x.mp4")),
        BatchInput("y", "s3://cup/y.mp4"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "name\nfinal\n", "entry 1 has no path or video or url"),
        ("a.csv", "path\n", "names no video"),
        ("a.jsonl", "{", "cannot be read"),
        ("a.jsonl", "[1]", "entry 1 has no"),
        ("a.parquet", "PAR", "cannot be read"),
        ("a.csv", "path,name\nx.mp4,../up\n", "a name is made of"),
    ],
)
def test_a_manifest_that_is_none_is_named_with_what_is_wrong(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises((InputError, UsageError), match=told):
        find_inputs([tmp_path / name])


def test_what_stands_for_no_video_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="a folder without videos"):
        find_inputs([tmp_path / "empty"])
    with pytest.raises(InputError, match="nothing has such a name"):
        find_inputs([f"{tmp_path}/*.mp4"])
    with pytest.raises(UsageError, match="name at least one video"):
        find_inputs([])
