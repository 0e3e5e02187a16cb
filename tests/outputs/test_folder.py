"""The folder of a run's results."""

import json
from pathlib import Path

import pytest

from touchline.errors import InputError, OutputError, UsageError
from touchline.outputs import ResultFolder

SUMMARY = {"versions": {"touchline": "0.1.0"}, "path": "clip.mp4"}


def former_run(folder: Path, **more: object) -> None:
    (folder / "summary.json").write_text(json.dumps(SUMMARY | more))
    for name in ("overlay.mp4", "tracks.csv", "predictions.json"):
        (folder / name).write_bytes(b"old")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_an_earlier_run_left_goes_when_the_new_one_is_whole(tmp_path: Path) -> None:
    former_run(tmp_path, files=["overlay.mp4", "predictions.json"])
    (tmp_path / "notes.txt").write_text("mine")
    results = ResultFolder.of(tmp_path, ["predictions"])
    with results.opened() as save:
        save(b"new")
        assert "overlay.mp4" in names(tmp_path)
    # The table was not written by that run: it is the user's.
    assert names(tmp_path) == {"summary.json", "predictions.json", "tracks.csv", "notes.txt"}
    assert results.removed == ["overlay.mp4"]
    assert (tmp_path / "summary.json").read_bytes() == b"new"


def test_a_summary_of_before_that_names_no_files_stands_for_all(tmp_path: Path) -> None:
    former_run(tmp_path)
    results = ResultFolder.of(tmp_path, [])
    with results.opened() as save:
        save(b"new")
    assert names(tmp_path) == {"summary.json"}


def test_a_summary_is_not_believed_about_names_that_no_run_writes(tmp_path: Path) -> None:
    former_run(tmp_path, files=["../clip.mp4", "notes.txt", 7])
    assert ResultFolder.of(tmp_path, []).former == ()


def test_a_run_that_fails_leaves_the_earlier_one_whole(tmp_path: Path) -> None:
    former_run(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError), ResultFolder.of(tmp_path, []).opened():
        raise InputError("it broke off")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("summary", ["", "[]", '{"versions": 3}', '{"versions": {"other": "1"}}'])
def test_files_that_no_run_wrote_are_never_replaced(tmp_path: Path, summary: str) -> None:
    if summary:
        (tmp_path / "summary.json").write_text(summary)
    (tmp_path / "overlay.mp4").write_bytes(b"mine")
    with pytest.raises(UsageError, match="not written by an earlier run"):
        ResultFolder.of(tmp_path, ["overlay"])


def test_a_refused_input_leaves_no_empty_folder(tmp_path: Path) -> None:
    results = ResultFolder.of(tmp_path / "a" / "b", [])
    with pytest.raises(InputError), results.opened():
        raise InputError("no video")
    assert not names(tmp_path)


def test_two_runs_at_once_into_one_folder_are_refused_and_the_first_stays_whole(
    tmp_path: Path,
) -> None:
    first, second = (ResultFolder.of(tmp_path, ["predictions"]) for _ in range(2))
    with first.opened() as save:
        refused = pytest.raises(OutputError, match="another run writes into this folder")
        with refused, second.opened():
            pass
        save(b"first")
    with second.opened() as save:
        save(b"second")
    assert (tmp_path / "summary.json").read_bytes() == b"second"


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "x/" * 2500])
def test_a_path_that_no_file_system_takes_is_one_sentence(tmp_path: Path, name: str) -> None:
    refused = pytest.raises((UsageError, OutputError), match=r"too long|are allowed")
    with refused as error, ResultFolder.of(tmp_path / name, []).opened():
        pass
    assert len(str(error.value)) < 600
