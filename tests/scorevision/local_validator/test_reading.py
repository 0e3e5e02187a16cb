"""An answer as a validator reads it: what it keeps, what scores 0, what it breaks over."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.scorevision.local_validator import read_as_validator

POINT = [0.0, 0.0]


def frame(number: Any = 0, **fields: Any) -> dict[str, Any]:
    return {"frame_number": number, "keypoints": [POINT] * 32, "objects": [], **fields}


def read(content: Any):
    return read_as_validator(json.dumps(content).encode())


def test_frames_are_kept_by_number_with_two_decimals() -> None:
    given = frame(
        7,
        keypoints=[[1.23456, 2]],
        objects=[{"id": 1, "class_id": 2, "bbox": [0.005, 1, 2, 3.999]}],
    )
    stored = read({"frames": [given]})
    assert (stored.fate, stored.why) == ("kept", None)
    assert stored.frames == {
        "7": {
            "keypoints": [[1.23, 2.0]],
            "objects": [{"id": 1, "class_id": 2, "bbox": [0.01, 1.0, 2.0, 4.0]}],
        }
    }


def test_a_number_that_comes_again_takes_the_place_of_the_earlier_one() -> None:
    stored = read({"frames": [frame(0, keypoints=[]), frame(0, keypoints=[[1, 1]])]})
    assert stored.frames["0"]["keypoints"] == [[1.0, 1.0]]


def test_lists_that_are_none_are_left_out() -> None:
    stored = read({"frames": [frame(0, keypoints={"0": [1, 2]}, objects="none")]})
    assert stored.frames == {"0": {}}


def test_a_list_among_the_objects_is_kept_for_the_score_to_break_over() -> None:
    assert read({"frames": [frame(0, objects=[[1, 2]])]}).frames["0"]["objects"] == [[1, 2]]


def test_whatever_python_takes_for_a_number_is_one() -> None:
    stored = read_as_validator(
        b'{"frames": [{"frame_number": 0, "keypoints": [["1.5", NaN, true]]}]}'
    )
    assert str(stored.frames["0"]["keypoints"]) == "[[1.5, nan, 1.0]]"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "frames is an object, not a list"),
        ({}, "frames is missing"),
        ({"frames": {"0": frame()}}, "frames is an object, not a list"),
        ({"frames": []}, "frames is an empty list"),
        ({"frames": "none"}, "frames is a text, not a list"),
    ],
)
def test_an_answer_without_a_list_of_frames_scores_0(content: Any, why: str) -> None:
    stored = read(content)
    assert (stored.fate, stored.frames) == ("empty", {})
    assert str(stored.why).startswith(why)
    assert "scores 0" in str(stored.why)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([frame()], "the body is a list, not an object"),
        (3, "the body is a number, not an object"),
        ({"frames": None}, "frames is null, not a list"),
        ({"frames": 750}, "frames is a number, not a list"),
        ({"frames": [frame(), [1]]}, "entry 1 of frames is a list, not an object"),
        ({"frames": [{"keypoints": []}]}, "entry 0 of frames: frame_number is missing"),
        ({"frames": [frame(0, keypoints=[POINT, [None, 1]])]}, "keypoints[1] is [null, 1]"),
        ({"frames": [frame(0, keypoints=[5])]}, "keypoints[0] is 5"),
        ({"frames": [frame(0, keypoints=[None])]}, "keypoints[0] is null"),
        ({"frames": [frame(0, objects=[{"bbox": ["a", 1, 2, 3]}])]}, 'objects[0]: bbox is ["a"'),
        ({"frames": [frame(0, objects=[{"bbox": None}])]}, "objects[0]: bbox is null"),
        ({"frames": [frame(0, objects=[None])]}, "objects[0] is null, not an object"),
        ({"frames": [frame(0, objects=[{"bbox": [10**400]}])]}, "not a list of numbers"),
    ],
)
def test_of_an_answer_that_a_validator_breaks_over_nothing_is_stored(
    content: Any, why: str
) -> None:
    stored = read(content)
    assert (stored.fate, stored.frames) == ("nothing", {})
    assert why in str(stored.why)
    assert "stores nothing" in str(stored.why)


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"\xff\xfe\xff", b"[" * 100_000])
def test_a_body_that_is_not_json_is_not_stored(body: bytes) -> None:
    stored = read_as_validator(body)
    assert stored.fate == "nothing"
    assert "the body is not JSON" in str(stored.why)
    assert len(str(stored.why)) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(
            st.sampled_from(["frames", "frame_number", "keypoints", "objects", "bbox"]), each
        )
    ),
    max_leaves=12,
)


@given(JSON | JSON.map(lambda each: {"frames": [{"frame_number": 0, "objects": [each]}]}))
def test_whatever_comes_has_a_fate_and_a_reason(content: Any) -> None:
    stored = read(content)
    assert (stored.why is None) == (stored.fate == "kept")
    assert bool(stored.frames) == (stored.fate == "kept")


@given(st.binary(max_size=40))
def test_bytes_that_mean_nothing_never_break_it(body: bytes) -> None:
    assert read_as_validator(body).fate in ("kept", "empty", "nothing")
