"""Tracking data of others: places without boxes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchline as tl
from tests.outputs.runs import state
from touchline.analytics import motions
from touchline.evaluation import evaluate_truth, sightings
from touchline.evaluation.formats import read_cdf, read_kloppy

BOX = (1.0, 2.0, 3.0, 4.0)


def line(index: int, **changes: Any) -> dict[str, Any]:
    players = [{"id": "p-10", "x": index / 5, "y": 2}, {"id": "track_3", "x": None, "y": None}]
    return {
        "frame_id": index,
        "match": {"id": "m1"},
        "teams": {"home": {"players": players}, "away": {"players": []}},
        "ball": {"x": None, "y": None, "z": None},
        **changes,
    }


def saved(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "tracking.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


def test_whoever_has_a_place_is_read_and_numbered(tmp_path: Path) -> None:
    ball = line(4, ball={"x": 1, "y": 2, "z": 0}, officials=[{"id": "track_5", "x": 0, "y": 1}])
    read = read_cdf(saved(tmp_path, line(0), ball))
    assert (read.number.tolist(), read.match) == ([0, 4], ("m1", "m1"))
    assert read.objects.frame.tolist() == [0, 1, 1, 1]
    assert read.objects.tracker_id.tolist() == [1_000_000, 1_000_000, 5, -1]
    assert read.objects.class_id.tolist() == [2, 2, 3, 0]
    assert np.isnan(read.objects.xyxy).all()


def test_analytics_takes_it(tmp_path: Path) -> None:
    frames = read_cdf(saved(tmp_path, *(line(index) for index in range(60))))
    seen = sightings(frames, fps=25)
    assert (seen.team.tolist(), seen.time[-1]) == ([0] * 60, 59 / 25)
    assert np.nanmedian(motions(seen).speed) == pytest.approx(5, abs=0.2)


def test_what_comes_from_kloppy_is_taken_too() -> None:
    rows = [[{"box": BOX, "id": 4, "team": 1, "position": (n / 5, 0.0)}] for n in range(60)]
    dataset = tl.to_kloppy([state(index, each) for index, each in enumerate(rows)])
    seen = sightings(read_kloppy(dataset), fps=25)
    assert (set(seen.team.tolist()), set(seen.tracker_id.tolist())) == ({1}, {4})
    assert np.nanmedian(motions(seen).speed) == pytest.approx(5, abs=0.2)


def test_the_state_of_a_game_is_held_against_it(tmp_path: Path) -> None:
    path = saved(tmp_path, *(line(index) for index in range(5)))
    assert evaluate_truth("state", [(path, path)]).as_dict()["figures"]["GS-HOTA"]["value"] == 1
    with pytest.raises(tl.InputError, match="cdf has no boxes; tracking needs them"):
        evaluate_truth("tracking", [(path, path)])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"frame_id": "one"}, "line 1: frame_id is a number"),
        ({"teams": {"home": {"players": []}}}, "line 1: teams: away is missing"),
        ({"ball": {"x": 1}}, "line 1: ball: y is missing"),
        ({"officials": 3}, "line 1: officials is a list"),
        ({"frame_id": 1}, "frames come in order"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(tl.InputError, match=words):
        read_cdf(saved(tmp_path, line(0, **wrong), line(1)))


def test_what_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tracking.jsonl"
    path.write_text("{\n")
    with pytest.raises(tl.InputError, match="line 1 is not JSON"):
        read_cdf(path)
    path.write_bytes(b"\xff")
    with pytest.raises(tl.InputError, match="is not JSON"):
        read_cdf(path)
