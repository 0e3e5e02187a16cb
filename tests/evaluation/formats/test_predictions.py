import copy
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import supervision as sv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from touchline.errors import InputError
from touchline.evaluation.formats import from_truth, read_predictions, read_tracks
from touchline.evaluation.metrics import detection, tracking
from touchline.frame import FrameState, Source, no_pitch
from touchline.outputs import Predictions, TracksParquet
from touchline.synthetic import SyntheticMatch

OBJECT = {"id": 4, "bbox": [1.0, 2.0, 11.0, 22.0], "class_id": 2, "confidence": 0.5}
FRAME = {"frame_number": 0, "objects": [OBJECT], "keypoints": [[0.0, 0.0]] * 32}


def written(folder, content):
    path = folder / "predictions.json"
    path.write_text(json.dumps(content))
    return path


def with_frame(**changes):
    return {"challenge_id": "x", "frames": [FRAME | changes]}


def test_a_prediction_is_read_as_it_was_written(tmp_path):
    frames = read_predictions(written(tmp_path, with_frame()))
    objects = frames.objects
    np.testing.assert_allclose(objects.xyxy, [[1, 2, 11, 22]])
    assert (objects.tracker_id[0], objects.class_id[0], objects.confidence[0]) == (4, 2, 0.5)


def test_frames_are_put_in_order(tmp_path):
    frames = [FRAME | {"frame_number": 1}, FRAME | {"frame_number": 0, "objects": []}]
    found = read_predictions(written(tmp_path, {"frames": frames}))
    assert found.number.tolist() == [0, 1]
    assert found.objects.frame.tolist() == [1]


def test_the_old_form_is_refused_with_what_is_needed(tmp_path):
    with pytest.raises(InputError, match="frames is an object with a key per frame, the old form"):
        read_predictions(written(tmp_path, {"frames": {"0": FRAME}}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frame_number": -1}, "entry 0 of frames: frame_number -1 is below 0"),
        ({"frame_number": "0"}, "entry 0 of frames: frame_number is a number"),
        ({"objects": None}, "frame 0: objects is a list; got null"),
        ({"objects": [3]}, "frame 0, object 0: an object is needed; got 3"),
        ({"objects": [OBJECT | {"bbox": [1, 2, 3]}]}, "frame 0, object 0: bbox is a list of 4"),
        ({"objects": [OBJECT | {"bbox": [9, 2, 3, 4]}]}, "frame 0, object 0: bbox .* negative"),
        (
            {"objects": [OBJECT | {"bbox": [1, 2, 3, float("nan")]}]},
            "frame 0, object 0: bbox is a finite",
        ),
        ({"objects": [OBJECT | {"class_id": 4}]}, "frame 0, object 0: class_id is one of 0, 1, 2"),
        ({"objects": [OBJECT | {"id": None}]}, "frame 0, object 0: id is a number; got null"),
        ({"keypoints": [[0, 0]] * 31}, "frame 0: keypoints has 32 points; got 31"),
        ({"keypoints": [[0, 0]] * 31 + [[0]]}, "frame 0: keypoint 31 is a list of 2 numbers"),
    ],
)
def test_a_wrong_field_is_refused_by_frame_and_field(tmp_path, change, message):
    with pytest.raises(InputError, match=rf"predictions\.json: {message}"):
        read_predictions(written(tmp_path, with_frame(**change)), size=(100, 100))


def test_a_frame_that_occurs_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="frame_number 0 occurs twice"):
        read_predictions(written(tmp_path, {"frames": [FRAME, FRAME]}))


@given(
    path=st.lists(
        st.sampled_from(["frames", 0, "objects", "bbox", "id", "keypoints", "frame_number"]),
        max_size=4,
    ),
    value=st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.just([]) | st.just({}),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_damage_is_read_or_refused(tmp_path, path, value):
    content = copy.deepcopy(with_frame())
    place = content
    for step in path[:-1]:
        try:
            place = place[step]
        except (KeyError, IndexError, TypeError):
            return
    try:
        place[path[-1] if path else "frames"] = value
    except (TypeError, IndexError):
        return
    try:
        frames = read_predictions(written(tmp_path, content), size=(100, 100))
    except InputError:
        return
    assert len(frames.objects.xyxy) == len(frames.objects)


@pytest.fixture(scope="module")
def match():
    made = SyntheticMatch(seed=3, seconds=0.4, fps=10, size=(640, 360), close_up=None)
    return [truth for _, truth in made]


def states(truths):
    for index, truth in enumerate(truths):
        kept = truth.objects[truth.objects.data["visible"] >= 0.25]
        objects = sv.Detections(
            xyxy=kept.xyxy.astype(np.float32),
            confidence=np.ones(len(kept), np.float32),
            class_id=kept.class_id,
            tracker_id=kept.tracker_id,
            data={"source": np.array([Source.DETECTED] * len(kept))},
        )
        yield FrameState(index, index / 10, 0, objects, no_pitch())


def test_what_touchline_writes_is_read_back_and_agrees_with_the_truth(match, tmp_path):
    with (
        Predictions(tmp_path / "predictions.json", size=(640, 360)) as predictions,
        TracksParquet(tmp_path / "tracks.parquet") as tracks,
    ):
        for state in states(match):
            predictions.write(state)
            tracks.write(state)
    truth = from_truth(match, size=(640, 360))
    for found in (
        read_predictions(tmp_path / "predictions.json"),
        read_tracks(tmp_path / "tracks.parquet", frames=len(match)),
    ):
        assert detection(truth, found)[2].ap == pytest.approx(1)
        assert tracking(truth, found).hota.hota == pytest.approx(1, abs=0.01)


def test_a_row_beyond_the_last_frame_is_refused(match, tmp_path):
    with TracksParquet(tmp_path / "tracks.parquet") as tracks:
        for state in states(match):
            tracks.write(state)
    with pytest.raises(InputError, match="frame 2 is not one of 0 to 1"):
        read_tracks(tmp_path / "tracks.parquet", frames=2)


def test_a_file_that_is_no_table_of_tracks_is_refused(tmp_path):
    path = tmp_path / "tracks.parquet"
    with pytest.raises(InputError, match="cannot be read"):
        read_tracks(path, frames=1)
    path.write_bytes(b"no table")
    with pytest.raises(InputError, match="is not a tracks file"):
        read_tracks(path, frames=1)
    pq.write_table(pa.table({"frame": [0]}), path)
    with pytest.raises(InputError, match="column id is missing"):
        read_tracks(path, frames=1)
    pq.write_table(pa.table({"frame": [0], "id": ["seven"]}), path)
    with pytest.raises(InputError, match="column id holds numbers; got string"):
        read_tracks(path, frames=1)
    pq.write_table(pa.table({"frame": [0, None], "id": [1, 2]}), path)
    with pytest.raises(InputError, match="column frame has a value that is null"):
        read_tracks(path, frames=1)


def test_a_person_in_another_shot_is_another_track(match):
    object.__setattr__(match[-1], "shot", 1)
    truth = from_truth(match, size=(640, 360))
    last = truth.objects.frame == len(match) - 1
    assert not set(truth.objects.tracker_id[last]) & set(truth.objects.tracker_id[~last])
    object.__setattr__(match[-1], "shot", 0)


def test_a_figure_that_is_mostly_hidden_is_not_asked_for(match):
    hidden = copy.deepcopy(match[0])
    hidden.objects.data["visible"][:3] = [0.0, 0.24, 0.25]
    truth = from_truth([hidden], size=(640, 360))
    assert truth.objects.ignored[:3].tolist() == [True, True, False]
