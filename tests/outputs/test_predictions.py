import json
import math

import numpy as np
import supervision as sv
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.outputs.factory import match, objects, pitch
from touchline.frame import ClassId, FrameState, PitchState, Source, no_pitch
from touchline.outputs.predictions import Predictions, frame_to_wire

SIZE = (320, 180)


def state_of(detections, pitch_state=None):
    return FrameState(0, 0.0, 0, detections, pitch_state or no_pitch())


def write(path, states, **options):
    with Predictions(path, size=SIZE, **options) as out:
        for state in states:
            out.write(state)
    return json.loads(path.read_text())


def test_a_written_file_has_every_frame_and_both_keys_in_each(tmp_path):
    answer = write(tmp_path / "predictions.json", map(match, range(5)), challenge_id="4711")
    assert answer.keys() == {"challenge_id", "frames", "processing_time"}
    assert answer["challenge_id"] == "4711"
    assert [frame["frame_number"] for frame in answer["frames"]] == [0, 1, 2, 3, 4]
    assert all(len(frame["objects"]) == 4 for frame in answer["frames"])
    assert all(frame["keypoints"] == [[0.0, 0.0]] * 32 for frame in answer["frames"])


def test_frames_in_the_file_are_what_frame_to_wire_says(tmp_path):
    states = [match(i) for i in range(3)]
    answer = write(tmp_path / "predictions.json", states)
    assert answer["frames"] == [frame_to_wire(state, size=SIZE) for state in states]


def test_a_clip_without_frames_is_still_an_answer(tmp_path):
    assert write(tmp_path / "predictions.json", [], challenge_id=7)["frames"] == []


def test_the_processing_time_counts_from_when_the_work_began(tmp_path):
    assert write(tmp_path / "a.json", [], started=-1e6)["processing_time"] > 1e6


def test_a_frame_without_objects_still_has_the_key():
    wire = frame_to_wire(state_of(sv.Detections.empty()), size=SIZE)
    assert wire["objects"] == []


def test_objects_say_where_they_come_from():
    given_objects = objects(([1, 2, 3, 4], ClassId.BALL, 0.5), source=Source.INTERPOLATED)
    (entry,) = frame_to_wire(state_of(given_objects), size=SIZE)["objects"]
    assert entry == {
        "id": 1,
        "bbox": [1.0, 2.0, 3.0, 4.0],
        "class_id": 0,
        "confidence": 0.5,
        "source": "interpolated",
        "detected_class_id": None,
    }


def test_objects_that_detector_and_verifier_agree_on_come_first_then_confidence_decides():
    rows = [([i, 0, i + 9, 9], ClassId.PLAYER, c) for i, c in enumerate((0.9, 0.5, 0.8, 0.7))]
    given_objects = objects(*rows)
    given_objects.data["detected_class_id"] = np.array([3, 2, -1, 2])
    given_objects.data["verified"] = np.full(4, np.nan, np.float32)
    entries = frame_to_wire(state_of(given_objects), size=SIZE)["objects"]
    assert [entry["id"] for entry in entries] == [4, 2, 1, 3]
    assert [entry["detected_class_id"] for entry in entries] == [2, 2, 3, None]


def test_without_a_verifier_confidence_alone_decides():
    rows = [([i, 0, i + 9, 9], ClassId.PLAYER, c) for i, c in enumerate((0.9, 0.95))]
    given_objects = objects(*rows)
    given_objects.data["detected_class_id"] = np.array([2, 3])
    entries = frame_to_wire(state_of(given_objects), size=SIZE)["objects"]
    assert [entry["id"] for entry in entries] == [2, 1]


def test_equal_confidences_keep_their_order():
    rows = [([i, 0, i + 9, 9], ClassId.PLAYER, 0.5) for i in range(20)]
    entries = frame_to_wire(state_of(objects(*rows)), size=SIZE)["objects"]
    assert [entry["id"] for entry in entries] == list(range(1, 21))


def test_an_object_without_a_track_has_the_id_minus_one():
    untracked = objects(([1, 2, 3, 4], ClassId.PLAYER, 0.5), ids=False)
    assert frame_to_wire(state_of(untracked), size=SIZE)["objects"][0]["id"] == -1


def test_a_box_outside_the_frame_is_left_out_and_one_at_the_edge_is_clipped():
    given_objects = objects(
        ([-30, 10, -5, 50], ClassId.PLAYER, 0.9), ([300, 150, 340, 200], ClassId.PLAYER, 0.8)
    )
    (entry,) = frame_to_wire(state_of(given_objects), size=SIZE)["objects"]
    assert entry["bbox"] == [300.0, 150.0, 320.0, 180.0]


def test_keypoints_keep_their_place_and_those_outside_the_frame_are_absent():
    seen = pitch(None, (3, 10.126, 20.0), (31, 400.0, 20.0))
    points = frame_to_wire(state_of(sv.Detections.empty(), seen), size=SIZE)["keypoints"]
    assert points[3] == [10.13, 20.0]
    assert [i for i, point in enumerate(points) if point != [0.0, 0.0]] == [3]


coordinates = st.floats(-1e6, 1e6, width=32)
confidences = st.floats(-1, 2, width=32) | st.just(math.nan)


@given(st.data(), st.integers(0, 12))
def test_whatever_comes_in_the_wire_form_is_finite_inside_rounded_and_best_first(data, n):
    detections = sv.Detections(
        xyxy=data.draw(arrays(np.float32, (n, 4), elements=coordinates)),
        confidence=data.draw(arrays(np.float32, n, elements=confidences)),
        class_id=np.full(n, 2),
        tracker_id=np.arange(n),
        data={"source": np.full(n, "detected")},
    )
    wire = frame_to_wire(state_of(detections), size=SIZE)
    entries = json.loads(json.dumps(wire, allow_nan=False))["objects"]
    said = [entry["confidence"] for entry in entries]
    assert said == sorted(said, reverse=True)
    for x1, y1, x2, y2 in (entry["bbox"] for entry in entries):
        assert 0 <= x1 < x2 <= 320
        assert 0 <= y1 < y2 <= 180
        assert all(round(value, 2) == value for value in (x1, y1, x2, y2))


@given(arrays(np.float32, (32, 2), elements=st.floats(allow_nan=True, width=32)))
def test_whatever_the_points_are_the_wire_form_has_32_inside_the_frame(xy):
    seen = PitchState(
        sv.KeyPoints(xy=xy[None], keypoint_confidence=np.ones((1, 32), np.float32)), (None,) * 32
    )
    points = frame_to_wire(state_of(sv.Detections.empty(), seen), size=SIZE)["keypoints"]
    assert len(points) == 32
    assert all(0 <= x <= 320 and 0 <= y <= 180 for x, y in points)
