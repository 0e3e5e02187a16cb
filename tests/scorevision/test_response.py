"""Answers that can be scored, and what is said of those that cannot."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scorevision.answers import answer, somebody, write_answer
from touchline.errors import InputError
from touchline.scorevision.response import (
    MAX_OBJECTS,
    read_response,
    read_times,
    require_length,
    require_size,
)

Change = Callable[[dict[str, Any]], object]


def read_changed(folder: Path, change: Change, *, count: int = 4) -> None:
    content = answer(count)
    change(content)
    read_response(write_answer(folder / "predictions.json", content))


def test_frames_come_by_number_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    content = answer(3, lambda number: [somebody("referee", (0, 160, 20, 200 + number), 1)])
    content["frames"].reverse()
    response = read_response(write_answer(tmp_path / "p.json", content))
    assert [response.objects(i)[0]["bbox"][3] for i in range(3)] == [200, 201, 202]
    assert response.seconds == 3.0
    assert list(response.selected([2])) == ["2"]


def test_an_answer_that_does_not_say_its_time_has_none(tmp_path: Path) -> None:
    content = answer(1)
    del content["processing_time"]
    assert read_response(write_answer(tmp_path / "p.json", content)).seconds is None


def test_objects_with_keys_of_other_miners_are_read(tmp_path: Path) -> None:
    read_changed(tmp_path, lambda c: c["frames"][0]["objects"][0].update(team="red", id="a7"))


FAULTS: dict[str, tuple[Change, str]] = {
    "a missing frame": (lambda c: c["frames"].pop(1), "frame 1 is missing"),
    "a doubled frame": (
        lambda c: c["frames"].append(c["frames"][2]),
        "entry 4 of frames: frame_number 2 occurs twice",
    ),
    "a frame below 0": (
        lambda c: c["frames"][1].update(frame_number=-1),
        "frame_number -1 is below 0",
    ),
    "a frame that is not numbered": (
        lambda c: c["frames"][1].pop("frame_number"),
        "entry 1 of frames: frame_number is missing",
    ),
    "no frames": (lambda c: c.update(frames=[]), "frame 0 is missing"),
    "31 points": (
        lambda c: c["frames"][2]["keypoints"].pop(),
        "frame 2: keypoints has 32 points, .* got 31",
    ),
    "33 points": (
        lambda c: c["frames"][2]["keypoints"].append([1, 1]),
        "frame 2: keypoints has 32 points, .* got 33",
    ),
    "a point that is not a pair": (
        lambda c: c["frames"][2]["keypoints"].__setitem__(7, [1, 2, 3]),
        r"frame 2: keypoints\[7\] is a list of 2 numbers",
    ),
    "a point that is a text": (
        lambda c: c["frames"][2]["keypoints"].__setitem__(7, ["1", 2]),
        r"frame 2: keypoints\[7\] is a number",
    ),
    "a point that is not finite": (
        lambda c: c["frames"][2]["keypoints"].__setitem__(7, [float("nan"), 2]),
        r"frame 2: keypoints\[7\] is a finite number",
    ),
    "no points": (lambda c: c["frames"][0].pop("keypoints"), "frame 0: keypoints is missing"),
    "no objects": (lambda c: c["frames"][0].pop("objects"), "frame 0: objects is missing"),
    "a box that is not finite": (
        lambda c: c["frames"][3]["objects"][1].update(bbox=[0, 0, float("inf"), 9]),
        "frame 3, object 1: bbox holds finite numbers",
    ),
    "a negative size": (
        lambda c: c["frames"][3]["objects"][1].update(bbox=[90, 200, 80, 300]),
        "frame 3, object 1: bbox is .* no size negative",
    ),
    "an unknown class": (
        lambda c: c["frames"][3]["objects"][1].update(class_id=4),
        "frame 3, object 1: class_id is one of 0, 1, 2, 3; got 4",
    ),
    "a player without an id": (
        lambda c: c["frames"][3]["objects"][1].pop("id"),
        "frame 3, object 1: a player has an id",
    ),
    "a negative time": (lambda c: c.update(processing_time=-1), "processing_time is in seconds"),
    "a time that is a text": (lambda c: c.update(processing_time="3"), "processing_time is a num"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_file_frame_and_field(tmp_path: Path, fault: str) -> None:
    change, said = FAULTS[fault]
    with pytest.raises(InputError, match=rf"predictions\.json: .*{said}"):
        read_changed(tmp_path, change)


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_old_form_is_refused_and_the_new_one_shown(tmp_path: Path, wrapped: bool) -> None:
    old = {"0": {"objects": [], "keypoints": []}}
    content = {"frames": old} if wrapped else old
    with pytest.raises(InputError, match=r"the old form; a list, \{\"frames\": \[\{"):
        read_response(write_answer(tmp_path / "p.json", content))


def test_a_file_that_is_gone_is_no_json_or_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.json cannot be read"):
        read_response(tmp_path / "gone.json")
    (tmp_path / "text.json").write_text("frames")
    with pytest.raises(InputError, match=r"text\.json is not JSON"):
        read_response(tmp_path / "text.json")
    with pytest.raises(InputError, match=r"p\.json: an object is needed; got a list of 1"):
        read_response(write_answer(tmp_path / "p.json", [1]))


def test_a_hundred_thousand_objects_are_read_where_no_frame_has_too_many(tmp_path: Path) -> None:
    many = [somebody("referee", (10, 200, 40, 260), 1)] * MAX_OBJECTS
    response = read_response(write_answer(tmp_path / "p.json", answer(100, lambda number: many)))
    assert len(response.objects(99)) == MAX_OBJECTS


def test_a_hundred_thousand_objects_in_one_frame_are_refused(tmp_path: Path) -> None:
    many = [somebody("referee", (10, 200, 40, 260), 1)] * 100_000
    content = answer(3, lambda number: many if number == 2 else [])
    with pytest.raises(InputError, match=r"frame 2: objects are at most 1000; got 100000"):
        read_response(write_answer(tmp_path / "p.json", content))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["frames", "frame_number", "objects", "keypoints", "bbox", "0"]),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, content: Any) -> None:
    path = tmp_path_factory.mktemp("any") / "p.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError):
        read_response(path)


def test_a_box_outside_the_picture_is_of_another_video(tmp_path: Path) -> None:
    content = answer(2, lambda number: [somebody("referee", (1300, 200, 1340, 260), 1)])
    response = read_response(write_answer(tmp_path / "p.json", content))
    require_size(response, (1920, 1080))
    with pytest.raises(InputError, match=r"frame 0, object 0: bbox .* outside the picture of 1280"):
        require_size(response, (1280, 720))


def test_a_box_partly_outside_is_left_to_the_validators_rules(tmp_path: Path) -> None:
    content = answer(1, lambda number: [somebody("referee", (1270, 200, 1340, 760), 1)])
    require_size(read_response(write_answer(tmp_path / "p.json", content)), (1280, 720))


def test_an_answer_is_as_long_as_its_video(tmp_path: Path) -> None:
    response = read_response(write_answer(tmp_path / "p.json", answer(3)))
    require_length(response, 3, "v.mp4")
    with pytest.raises(InputError, match=r"p\.json: frame 3 is missing, and v\.mp4 has it"):
        require_length(response, 4, "v.mp4")
    with pytest.raises(InputError, match=r"p\.json: frame 2 is not in v\.mp4, of which 2 frames"):
        require_length(response, 2, "v.mp4")


def test_times_of_others_are_a_list_of_seconds(tmp_path: Path) -> None:
    assert read_times(write_answer(tmp_path / "t.json", [8.5, 12])) == (8.5, 12.0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"a": 1}, r"t\.json: a list of seconds"),
        ([1, "2"], r"t\.json: entry 1 is a number"),
        ([-1], r"t\.json: entry 0 is in seconds, from 0"),
        ([float("nan")], r"t\.json: entry 0 is a finite number"),
    ],
)
def test_times_that_are_none_are_refused(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_times(write_answer(tmp_path / "t.json", content))
