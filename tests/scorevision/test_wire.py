"""The wire form: what is sent, to the byte, and that no other file of the room knows its keys."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from touchline import scorevision
from touchline.frame import FrameState, Source, no_pitch
from touchline.outputs import frame_to_wire
from touchline.scorevision import wire

FRAME = {
    "frame_number": 0,
    "objects": [{"id": 7, "bbox": [1.5, 2.0, 30.25, 40.0], "class_id": 2, "team": "é"}],
    "keypoints": [[10.5, 20.25], *[[0.0, 0.0]] * 31],
}
KEYS = {"bbox", "class_id", "frame_number", "objects", "processing_time", "video_url"}


def test_an_answer_is_sent_as_these_bytes() -> None:
    frames = wire.write_frames([wire.write_frame(FRAME), wire.write_frame(wire.empty_frame(1))])
    nowhere = ",".join(["[0.0,0.0]"] * 31)
    assert frames.decode() == (
        '[{"frame_number":0,"objects":[{"id":7,"bbox":[1.5,2.0,30.25,40.0],"class_id":2,'
        f'"team":"\\u00e9"}}],"keypoints":[[10.5,20.25],{nowhere}]}},\n'
        f'{{"frame_number":1,"objects":[],"keypoints":[[0.0,0.0],{nowhere}]}}]'
    )
    skipped = {"paces": {"0": {"detect_every": 2}}, "truncated": None}
    answer = wire.write_answer("é\n", frames, seconds=9.30049, skipped=skipped)
    assert answer == (
        b'{"challenge_id": "\\u00e9\\n", "frames": '
        + frames
        + b', "processing_time": 9.3, "skipped": {"paces": {"0": {"detect_every": 2}}, '
        b'"truncated": null}}'
    )
    assert wire.write_answer(7, b"[]", seconds=1, skipped={}) == (
        b'{"challenge_id": 7, "frames": [], "processing_time": 1, "skipped": {}}'
    )


def test_what_is_written_is_what_the_models_describe() -> None:
    frames = wire.write_frames([wire.write_frame(FRAME)])
    read = wire.Answer.model_validate_json(
        wire.write_answer("4711", frames, seconds=2.5, skipped={"truncated": None})
    )
    assert (read.challenge_id, read.processing_time) == ("4711", 2.5)
    assert read.frames[0].objects[0].bbox == (1.5, 2.0, 30.25, 40.0)
    asked = wire.Challenge.model_validate_json(
        wire.write_challenge("4711", "https://example.com/v.mp4", "2025-08-14T12:00:00+00:00")
    )
    assert (asked.challenge_id, asked.type) == ("4711", "gsr")
    assert asked.video_url == "https://example.com/v.mp4"


def test_a_frame_of_the_library_has_the_keys_of_the_wire() -> None:
    objects = sv.Detections(
        xyxy=np.array([[10, 20, 30, 60]], np.float32),
        confidence=np.array([0.5], np.float32),
        class_id=np.array([1]),
        tracker_id=np.array([9]),
        data={"source": np.array([Source.DETECTED])},
    )
    frame = frame_to_wire(FrameState(3, 0.0, 0, objects, no_pitch()), size=(640, 360))
    assert {*frame} == {wire.FRAME_NUMBER, wire.OBJECTS, wire.KEYPOINTS}
    assert {*wire.objects_of(frame)[0]} >= {wire.ID, wire.BBOX, wire.CLASS_ID, wire.SOURCE}
    assert wire.FrameAnswer.model_validate(frame).frame_number == 3


def test_a_frame_is_read_as_arrays() -> None:
    objects = wire.objects_of(FRAME)
    assert wire.boxes_of(objects).tolist() == [[1.5, 2.0, 30.25, 40.0]]
    assert wire.class_ids_of(objects).tolist() == [2]
    assert wire.keypoints_of(FRAME)[:2].tolist() == [[10.5, 20.25], [0.0, 0.0]]
    assert wire.boxes_of([]).shape == (0, 4)
    assert wire.class_ids_of([]).shape == (0,)


def test_a_number_that_is_none_is_never_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire.write_frame(wire.empty_frame(0) | {"keypoints": [[float("nan"), 0.0]]})


def test_no_other_file_of_the_room_knows_the_keys() -> None:
    room = Path(scorevision.__file__).parent
    told = {
        (path.name, node.value)
        for path in room.rglob("*.py")
        if path.name != "wire.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in KEYS
    }
    assert told == set()
    assert {*json.loads(wire.write_frame(wire.empty_frame(0)))} == {*FRAME}
