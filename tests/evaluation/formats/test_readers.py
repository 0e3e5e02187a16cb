import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.evaluation.tables import labelled
from tests.shared import SHARED, beside
from touchline.errors import InputError
from touchline.evaluation.formats import (
    read_coco,
    read_gsr,
    read_gsr_predictions,
    read_mot_frames,
    read_yolo,
    read_yolo_pitch,
)
from touchline.evaluation.labels import aligned


def yolo(folder, labels, *, size=(200, 100)):
    """A folder with an image for each name and a label file for each text that is not None."""
    for name in ("images", "labels"):
        (folder / name).mkdir(exist_ok=True)
    for name, text in labels.items():
        Image.new("RGB", size).save(folder / "images" / f"{name}.png")
        if text is not None:
            (folder / "labels" / f"{name}.txt").write_text(text)
    return folder


def test_a_line_of_yolo_becomes_corners_in_pixels(tmp_path):
    frames = read_yolo(yolo(tmp_path, {"m1_1": "2 0.5 0.5 0.1 0.4\n"}))
    np.testing.assert_allclose(frames.objects.xyxy, [[90, 30, 110, 70]])
    assert frames.objects.class_id.tolist() == [2]


def test_yolo_frames_come_in_natural_order_and_belong_to_the_match_in_their_name(tmp_path):
    frames = read_yolo(yolo(tmp_path, {"b_10": None, "b_2": "", "a_3": "0 0.5 0.5 0.1 0.1"}))
    assert frames.name == ("a_3.png", "b_2.png", "b_10.png")
    assert frames.match == ("a", "b", "b")
    assert frames.objects.frame.tolist() == [0]


def test_another_order_of_classes_is_translated(tmp_path):
    folder = yolo(tmp_path, {"a_1": "0 0.5 0.5 0.1 0.1\n3 0.5 0.5 0.1 0.1"})
    assert read_yolo(folder, classes=[3, 2, 1, 0]).objects.class_id.tolist() == [3, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0.5 0.5 0.1", "line 1: 5 numbers are needed; got 4"),
        ("\n0 0.5 x 0.1 0.1", "line 2: .* numbers are needed"),
        ("0 0.5 nan 0.1 0.1", "line 1: .* finite"),
        ("0 0.5 0.5 0.1 -0.1", "line 1: cx, cy, w and h are shares"),
        ("0 90 0.5 0.1 0.1", "line 1: cx, cy, w and h are shares"),
        ("1.5 0.5 0.5 0.1 0.1", "line 1: the class is a whole number"),
        ("4 0.5 0.5 0.1 0.1", "object 0 is of class 4; the classes are 0 to 3"),
    ],
)
def test_a_wrong_line_of_yolo_is_refused_by_file_and_line(tmp_path, text, message):
    with pytest.raises(InputError, match=rf"a_1\.txt.*{message}"):
        read_yolo(yolo(tmp_path, {"a_1": text}))


def test_labels_of_an_image_that_is_not_there_are_refused(tmp_path):
    folder = yolo(tmp_path, {"a_1": ""})
    (folder / "labels" / "a_2.txt").write_text("")
    with pytest.raises(InputError, match=r"a_2\.txt labels an image that is not there"):
        read_yolo(folder)


def test_a_folder_without_labels_or_images_is_refused(tmp_path):
    with pytest.raises(InputError, match="images and labels are needed"):
        read_yolo(tmp_path)
    with pytest.raises(InputError, match="holds no image"):
        read_yolo(yolo(tmp_path, {}))


def test_an_image_that_is_none_is_refused(tmp_path):
    folder = yolo(tmp_path, {"a_1": ""})
    (folder / "images" / "a_1.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"a_1\.png is not a readable image"):
        read_yolo(folder)


def test_pitch_labels_of_yolo_become_points_in_pixels_and_absent_ones_unknown(tmp_path):
    points = ["0.25 0.5 2"] + ["0.1 0.1 0"] * 31
    frames = read_yolo_pitch(
        yolo(tmp_path, {"a_1": " ".join(["0 0.5 0.5 1 1", *points]), "a_2": None})
    )
    np.testing.assert_allclose(frames.pitch.keypoints[0, 0], [50, 50])
    assert np.isnan(frames.pitch.keypoints[0, 1:]).all()
    assert np.isnan(frames.pitch.keypoints[1]).all()


def pitch_row(*visibility):
    """Points with these visibilities in the middle of the picture, the others absent."""
    points = [f"0.5 0.5 {each}" for each in visibility] + ["0 0 0"] * (32 - len(visibility))
    return " ".join(["0 0.5 0.5 1 1", *points])


def test_pitches_beside_boxes_are_read_and_belong_to_the_match_of_their_clip(tmp_path):
    box = "0 0.5 0.5 0.1 0.1"
    names = ("cup_one-two_a_0120", "cup_one-two_b_0007", "cup_3_7")
    folder = yolo(tmp_path, dict.fromkeys(names, box))
    (folder / "pitch_labels").mkdir()
    (folder / "pitch_labels" / f"{names[0]}.txt").write_text(pitch_row(2, 1, 2))
    frames = read_yolo_pitch(folder)
    assert dict(zip(frames.name, frames.match, strict=True)) == {
        "cup_3_7.png": "cup",
        "cup_one-two_a_0120.png": "cup_one-two",
        "cup_one-two_b_0007.png": "cup_one-two",
    }
    first = frames.name.index(f"{names[0]}.png")
    assert np.isfinite(frames.pitch.keypoints).all(axis=2).sum(axis=1).tolist()[first] == 3
    assert np.argwhere(frames.pitch.loose).tolist() == [[first, 1]]
    assert len(read_yolo(folder).objects) == 3
    (folder / "pitch_labels" / "gone_1.txt").write_text(pitch_row(2))
    with pytest.raises(InputError, match=r"gone_1\.txt labels an image that is not there"):
        read_yolo_pitch(folder)


def test_where_no_point_is_labelled_better_than_another_none_is_loose(tmp_path):
    frames = read_yolo_pitch(yolo(tmp_path, {"a_1": pitch_row(1, 1), "a_2": pitch_row(1)}))
    assert np.isfinite(frames.pitch.keypoints).all(axis=2).sum() == 3
    assert not frames.pitch.loose.any()


COCO = {
    "images": [
        {"id": 7, "file_name": "m_10.jpg", "width": 200, "height": 100},
        {"id": 4, "file_name": "m_9.jpg", "width": 200, "height": 100},
    ],
    "categories": [{"id": 0, "name": "people"}, {"id": 3, "name": "Referee"}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "iscrowd": 1},
        {"id": 2, "image_id": 4, "category_id": 3, "bbox": [5, 6, 7, 8], "track_id": 9},
    ],
}


def written(folder, content, name="labels.json"):
    path = folder / name
    path.write_text(json.dumps(content))
    return path


def test_coco_boxes_become_corners_in_the_natural_order_of_the_files(tmp_path):
    frames = read_coco(written(tmp_path, COCO))
    assert frames.name == ("m_9.jpg", "m_10.jpg")
    assert frames.objects.frame.tolist() == [1, 0]
    np.testing.assert_allclose(frames.objects.xyxy, [[1, 2, 4, 6], [5, 6, 12, 14]])
    assert frames.objects.class_id.tolist() == [3, 3]
    assert frames.objects.ignored.tolist() == [True, False]
    assert frames.objects.tracker_id.tolist() == [-1, 9]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bbox": [1, 2, 3]}, "annotation 0: bbox is a list of 4 numbers; got a list of 3"),
        ({"bbox": [1, 2, 3, -4]}, "annotation 0: no size is negative"),
        ({"bbox": [1, 2, 3, float("nan")]}, "annotation 0: bbox is a finite number"),
        ({"bbox": [1, 2, 3, 10**400]}, "annotation 0: bbox is a finite number"),
        ({"bbox": [1, 2, 3, True]}, "annotation 0: bbox is a number"),
        ({"image_id": 5}, "annotation 0: image_id 5 is not among the images"),
        ({"image_id": None}, "annotation 0: image_id is a number; got null"),
        ({"category_id": 0}, "annotation 0: category_id 0 .people. is not one of"),
        ({"track_id": 1.5}, "annotation 0: track_id is a whole number"),
    ],
)
def test_a_wrong_field_of_coco_is_refused_by_annotation(tmp_path, change, message):
    first = COCO["annotations"][0] | change
    with pytest.raises(InputError, match=rf"labels\.json: {message}"):
        read_coco(written(tmp_path, COCO | {"annotations": [first]}))


@pytest.mark.parametrize("key", ["images", "annotations", "categories"])
def test_a_part_of_coco_that_is_missing_is_named(tmp_path, key):
    content = {name: value for name, value in COCO.items() if name != key}
    with pytest.raises(InputError, match=f"{key} is missing"):
        read_coco(written(tmp_path, content))


def test_mot_counts_from_one_and_a_zero_in_its_truth_is_not_asked_for(tmp_path):
    path = tmp_path / "match7" / "gt" / "gt.txt"
    path.parent.mkdir(parents=True)
    path.write_text("1,5,0,0,10,20,1,1,1\n3,5,0,0,10,20,0,1,1\n")
    frames = read_mot_frames(path, frames=4)
    assert frames.objects.frame.tolist() == [0, 2]
    assert frames.objects.ignored.tolist() == [False, True]
    assert (len(frames), frames.match[0]) == (4, "match7")


def test_the_seventh_number_of_found_boxes_is_how_sure_they_are(tmp_path):
    path = tmp_path / "det.txt"
    path.write_text("1,5,0,0,10,20,0.4,1,1\n")
    frames = read_mot_frames(path)
    assert frames.objects.confidence.tolist() == [0.4]
    assert not frames.objects.ignored.any()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0,1,0,0,5,5", "frame 0 is not one of 1 to 3"),
        ("4,1,0,0,5,5", "frame 4 is not"),
        ("2,1,0,0,5,5,1,7", "frame 2: class 7 is not one of"),
    ],
)
def test_a_wrong_frame_or_class_of_mot_is_named(tmp_path, line, message):
    path = tmp_path / "gt.txt"
    path.write_text(line + "\n")
    with pytest.raises(InputError, match=message):
        read_mot_frames(path, frames=3)


def image(number, **changes):
    flags = dict.fromkeys(("has_labeled_person", "has_labeled_pitch", "has_labeled_camera"), True)
    size = {"width": 1921, "height": 1081}
    name = {"image_id": f"31{number:06d}", "file_name": f"{number:06d}.jpg"}
    return name | size | flags | changes


def annotation(number, **changes):
    return {
        "image_id": f"31{number:06d}",
        "track_id": 3,
        "supercategory": "object",
        "attributes": {"role": "player", "team": "left", "jersey": "14"},
        "bbox_image": {"x": 10, "y": 20, "w": 30, "h": 60},
        "bbox_pitch": {"x_bottom_middle": -29.0, "y_bottom_middle": -13.0},
    } | changes


def gsr(folder, annotations, images=None):
    content = {
        "info": {"game_id": "11"},
        "images": images or [image(1)],
        "annotations": annotations,
    }
    return written(folder, content, "Labels-GameState.json")


def test_a_soccernet_person_has_a_box_a_place_a_team_and_a_number(tmp_path):
    frames = read_gsr(gsr(tmp_path, [annotation(1)]))
    objects = frames.objects
    np.testing.assert_allclose(objects.xyxy, [[10, 20, 40, 80]])
    # SoccerNet's y runs towards the near touchline, ours away from it.
    np.testing.assert_allclose(objects.metres, [[-29, 13]])
    assert (objects.class_id[0], objects.team[0], objects.jersey[0]) == (2, "left", "14")
    assert frames.match == ("11",)


def test_only_fully_labelled_images_of_soccernet_count(tmp_path):
    images = [image(3), image(2, has_labeled_pitch=False), image(1)]
    frames = read_gsr(gsr(tmp_path, [annotation(number) for number in (1, 2, 3)], images))
    assert frames.name == ("000001.jpg", "000003.jpg")
    assert frames.number.tolist() == [0, 2]
    assert frames.objects.frame.tolist() == [0, 1]


def test_lines_on_the_ground_are_taken_over_and_goals_are_not(tmp_path):
    lines = {
        "Middle line": [{"x": 0.5, "y": 0.0}, {"x": 0.5, "y": 1.0}],
        "Goal left crossbar": [{"x": 0.1, "y": 0.1}],
        "Side line top": [],
    }
    pitch = {"image_id": "31000001", "supercategory": "pitch", "lines": lines}
    frames = read_gsr(gsr(tmp_path, [pitch]))
    assert set(frames.pitch.lines[0]) == {"Middle line"}
    np.testing.assert_allclose(frames.pitch.lines[0]["Middle line"], [[960, 0], [960, 1080]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attributes": {"role": "coach"}}, "annotation 0: role is one of ball.* got 'coach'"),
        ({"attributes": None}, "annotation 0: attributes: an object is needed; got null"),
        ({"track_id": None}, "annotation 0: track_id is a number; got null"),
        ({"bbox_image": {"x": 1}}, "annotation 0: bbox_image: y is missing"),
        ({"bbox_pitch": {"x_bottom_middle": 1}}, "bbox_pitch: y_bottom_middle is missing"),
    ],
)
def test_a_wrong_field_of_soccernet_is_refused_by_annotation(tmp_path, change, message):
    with pytest.raises(InputError, match=rf"Labels-GameState\.json: .*{message}"):
        read_gsr(gsr(tmp_path, [annotation(1, **change)]))


def test_an_answer_to_soccernet_is_read_by_the_images_of_the_labels(tmp_path):
    labels = gsr(tmp_path, [annotation(1)], [image(1), image(2, has_labeled_camera=False)])
    answer = written(
        tmp_path, {"predictions": [annotation(1, confidence=0.5), annotation(2)]}, "answer.json"
    )
    frames = read_gsr_predictions(answer, labels)
    assert frames.objects.confidence.tolist() == [0.5]
    assert len(frames) == 1


def test_an_answer_to_fewer_frames_than_are_labelled_is_refused_by_frame():
    truth, found = labelled([], [], frames=3), labelled([], [], frames=2)
    with pytest.raises(InputError, match=r"frame 2 .* is missing"):
        aligned(truth, found)


def test_an_answer_to_a_longer_video_is_refused():
    truth, found = labelled([], [], frames=2), labelled([], [], frames=3)
    with pytest.raises(InputError, match="frame 2 is beyond the last one"):
        aligned(truth, found)


def test_answers_between_labelled_frames_are_left_out():
    box = [[0, 0, 5, 5]]
    truth = labelled([0], box, frames=3).where(np.array([0, 2]))
    found = aligned(truth, labelled([0, 1, 2], box * 3, frames=3))
    assert found.objects.frame.tolist() == [0, 1]
    assert len(found) == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["images", "annotations", "categories", "id", "bbox", "attributes"]),
            inner,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("read", [read_coco, read_gsr])
@given(content=json_values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_json_is_read_or_refused(tmp_path, read, content):
    path = written(tmp_path, content)
    try:
        frames = read(path)
    except InputError:
        return
    assert len(frames.objects.xyxy) == len(frames.objects)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\xff"])
def test_a_file_that_is_no_json_object_is_refused_by_name(tmp_path, text):
    path = tmp_path / "labels.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"labels\.json"):
        read_coco(path)


NAMES = ("08fd33_0_6", "08fd33_0_31", "55c9d1_1_6", "video_3_90", "video_3_95")


@pytest.mark.parametrize(("kind", "count", "matches"), [("made", 5, 3), *beside(("real", 339, 13))])
def test_all_labels_are_read_of_all_matches(tmp_path, kind, count, matches):
    everybody = "\n".join(f"{each} 0.5 0.{each + 3} 0.1 0.2" for each in range(4))
    made = yolo(tmp_path, dict.fromkeys(NAMES, everybody))
    frames = read_yolo(made if kind == "made" else SHARED / "data" / "players")
    assert (len(frames), len(set(frames.match))) == (count, matches)
    assert set(frames.objects.class_id.tolist()) == {0, 1, 2, 3}


@pytest.mark.parametrize(("kind", "count"), [("made", 5), *beside(("real", 410))])
def test_all_pitch_labels_are_read(tmp_path, kind, count):
    points = " ".join(["0 0.5 0.5 1 1", *["0.25 0.5 2"] * 20, *["0 0 0"] * 12])
    made = yolo(tmp_path, dict.fromkeys(NAMES, points))
    frames = read_yolo_pitch(made if kind == "made" else SHARED / "data" / "pitch")
    assert len(frames) == count
    assert np.isfinite(frames.pitch.keypoints).all(axis=2).any(axis=1).mean() > 0.9
