"""The folder of a sequence as SoccerNet and MOTChallenge hand it out, and marks of encodings."""

from pathlib import Path

import pytest

from touchline.errors import InputError
from touchline.evaluation import evaluate_truth
from touchline.evaluation.formats import read_mot_frames

ROWS = "1,1,10,10,20,40,1,-1,-1,-1\n2,1,11,10,20,40,1,-1,-1,-1\n"
IGNORED = "2,7,200,10,20,40,0,8,-1,-1\n"


def hota(labels: Path, found: Path) -> float:
    return evaluate_truth("tracking", [(labels, found)]).figures["HOTA"].value


def sequence(folder: Path, rows: str, encoding: str) -> Path:
    (folder / "SNMOT-060" / "gt").mkdir(parents=True)
    (folder / "SNMOT-060" / "gt" / "gt.txt").write_text(rows, encoding=encoding)
    info = "[Sequence]\nname=SNMOT-060\nframeRate=25\nseqLength=5\nimWidth=1920\nimHeight=1080\n"
    (folder / "SNMOT-060" / "seqinfo.ini").write_text(info, encoding=encoding)
    return folder / "SNMOT-060"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_folder_of_a_sequence_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text(ROWS, encoding=encoding)
    labels = sequence(tmp_path, ROWS, encoding)
    assert hota(labels, answer) == 1
    assert evaluate_truth("tracking", [(labels, answer)]).frames == 5


def test_rows_that_are_to_be_ignored_count_neither_way(tmp_path: Path) -> None:
    labels, found, without = (tmp_path / f"{name}.txt" for name in ("labels", "found", "without"))
    labels.write_text(ROWS + IGNORED)
    found.write_text(ROWS + IGNORED.replace(",0,8,", ",1,-1,"))
    without.write_text(ROWS)
    assert hota(labels, found) == hota(labels, without) == 1
    assert hota(without, found) < 1


GAME = (
    "[Sequence]\nname=SNMOT-060\nnum_tracklets=4\ntrackletID_1= player team left;4\n"
    "trackletID_2= ball;1\ntrackletID_3= goalkeepers team right;1\ntrackletID_4= referee;main\n"
)


@pytest.mark.parametrize("place", ["gt", "."])
def test_who_is_who_is_read_from_the_game_beside_the_labels(tmp_path: Path, place: str) -> None:
    rows = "".join(f"1,{each},{50 * each},10,20,40,1,-1,-1,-1\n" for each in range(1, 6))
    folder = sequence(tmp_path, rows, "utf-8")
    (folder / place / "gameinfo.ini").write_text(GAME)
    objects = read_mot_frames(folder / "gt" / "gt.txt").objects
    assert objects.class_id.tolist() == [2, 0, 1, 3, 2]
    assert objects.team.tolist() == ["left", "", "right", "", ""]
    assert objects.jersey.tolist() == ["4", "", "1", "", ""]
    people = tmp_path / "people.txt"
    people.write_text("".join(line for line in rows.splitlines(True) if line[2] != "2"))
    assert hota(folder, people) == 1


@pytest.mark.parametrize(
    "line", ["trackletID_1= keeper;1", "trackletID_x= ball;1", "trackletID_1=;"]
)
def test_a_game_that_says_something_else_is_refused_by_name(tmp_path: Path, line: str) -> None:
    folder = sequence(tmp_path, ROWS, "utf-8")
    (folder / "gameinfo.ini").write_text(f"[Sequence]\n{line}\n")
    with pytest.raises(InputError, match=r"gameinfo\.ini: who is who cannot be read"):
        read_mot_frames(folder / "gt" / "gt.txt")
