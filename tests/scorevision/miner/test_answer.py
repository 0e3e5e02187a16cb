"""What is sent has passed a check; what does not pass is mended or dropped, and counted."""

import json
import math
from collections import Counter
from typing import Any

import numpy as np
import supervision as sv
from hypothesis import given
from hypothesis import strategies as st

from touchline.frame import FrameState, Source, no_pitch
from touchline.scorevision.miner.answer import FAULTS, AnswerBuilder, mend
from touchline.scorevision.wire import FrameAnswer

SIZE = (640, 360)
NOWHERE = [[0.0, 0.0]] * 32


def thing(class_id: int = 2, own: int = 1, bbox: Any = (10.0, 20.0, 30.0, 60.0)) -> dict[str, Any]:
    return {"id": own, "bbox": list(bbox), "class_id": class_id, "confidence": 0.9}


def frame(*objects: dict[str, Any], number: int = 0, keypoints: Any = NOWHERE) -> dict[str, Any]:
    return {"frame_number": number, "objects": list(objects), "keypoints": keypoints}


def mended(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    faults: Counter[str] = Counter()
    found = mend(given, size=SIZE, faults=faults)
    return found, {name: count for name, count in faults.items() if count}


def test_a_sane_frame_is_sent_as_it_is() -> None:
    sane = frame(thing(), thing(0, 7), keypoints=[[1.5, 2.5], *NOWHERE[1:]])
    assert mended(sane) == (sane, {})


def test_a_box_that_is_no_box_is_dropped() -> None:
    bad = [
        thing(bbox=(math.nan, 1, 2, 3)),
        thing(bbox=(1, 2, math.inf, 3)),
        thing(bbox=(-1, 2, 30, 40)),
        thing(bbox=(600, 2, 641, 40)),
        thing(bbox=(30, 2, 30, 40)),
        thing(class_id=4),
    ]
    found, faults = mended(frame(*bad, thing()))
    assert found["objects"] == [thing()]
    assert faults == {"box_not_finite": 2, "box_outside": 3, "class_unknown": 1}


def test_of_two_balls_the_better_one_stays() -> None:
    found, faults = mended(frame(thing(0, 5), thing(2, 6), thing(0, 7)))
    assert [each["id"] for each in found["objects"]] == [5, 6]
    assert faults == {"second_ball": 1}


def test_an_id_that_is_taken_becomes_a_free_one() -> None:
    found, faults = mended(frame(thing(own=3), thing(own=3), thing(own=-1), thing(own=-1)))
    ids = [each["id"] for each in found["objects"]]
    assert ids[0] == 3
    assert len(set(ids)) == 4
    assert faults == {"id_twice": 2}


def test_points_outside_are_absent_and_a_wrong_number_of_points_is_none() -> None:
    wild = [[700.0, 5.0], [math.nan, 5.0], [5.0, 5.0], *NOWHERE[3:]]
    found, faults = mended(frame(keypoints=wild))
    assert found["keypoints"][:3] == [[0.0, 0.0], [0.0, 0.0], [5.0, 5.0]]
    assert faults == {"point_outside": 2}
    found, faults = mended(frame(keypoints=NOWHERE[:31]))
    assert found["keypoints"] == NOWHERE
    assert faults == {"points_missing": 1}


def test_frames_are_numbered_from_0_without_a_gap() -> None:
    answer = AnswerBuilder(SIZE)
    for number in (0, 1, 1, 4):
        answer.add_frame(frame(thing(own=number), number=number))
    frames = json.loads(answer.frames())
    assert [each["frame_number"] for each in frames] == [0, 1, 2, 3, 4]
    assert [len(each["objects"]) for each in frames] == [1, 1, 0, 0, 1]
    assert (answer.faults["frame_doubled"], answer.faults["frame_missing"]) == (1, 2)
    assert len(answer) == 5


def test_a_frame_that_no_mending_saves_is_answered_empty() -> None:
    answer = AnswerBuilder(SIZE)
    answer.add_frame(frame(thing(own="seven")))  # type: ignore[arg-type]
    assert json.loads(answer.frames()) == [frame()]
    assert answer.faults["frame_unsendable"] == 1


def test_a_state_becomes_a_frame() -> None:
    objects = sv.Detections(
        xyxy=np.array([[10, 20, 30.123456, 60]], np.float32),
        confidence=np.array([0.5], np.float32),
        class_id=np.array([1]),
        tracker_id=np.array([9]),
        data={"source": np.array([Source.DETECTED])},
    )
    answer = AnswerBuilder(SIZE)
    answer.add(FrameState(0, 0.0, 0, objects, no_pitch()))
    (found,) = json.loads(answer.frames())
    (sent,) = found["objects"]
    assert (sent["id"], sent["class_id"], sent["bbox"]) == (9, 1, [10, 20, 30.12, 60])


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-10, 700)
things = st.builds(
    thing,
    class_id=st.integers(-1, 5),
    own=st.integers(-3, 4),
    bbox=st.lists(numbers, min_size=4, max_size=4),
)


@given(
    objects=st.lists(things, max_size=12),
    keypoints=st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=30, max_size=33),
)
def test_whatever_comes_in_what_goes_out_is_valid(objects: Any, keypoints: Any) -> None:
    found, faults = mended(frame(*objects, keypoints=keypoints))
    FrameAnswer.model_validate(found)
    assert set(faults) <= set(FAULTS)
    if not faults:
        assert found == frame(*objects, keypoints=keypoints)
