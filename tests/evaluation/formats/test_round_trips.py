"""What is exported comes back through our readers as it was, to a thousandth."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import touchline as tl
from tests.outputs.runs import CLIP, state
from touchline.evaluation.formats import read_coco, read_cvat, read_gsr, read_mot_frames
from touchline.evaluation.labels import OTHER, LabelledFrames
from touchline.frame import FrameState, Objects
from touchline.outputs import FORMATS

BOX = (1.0, 2.0, 3.0, 4.0)
sides = st.tuples(
    *(st.floats(0, 1200, width=32) for _ in range(2)), *(st.floats(0.5, 80) for _ in range(2))
)
person = st.fixed_dictionaries(
    {
        "box": sides.map(lambda s: (s[0], s[1], s[0] + s[2], s[1] + s[3])),
        "class_id": st.sampled_from([1, 2, 3]),
        "confidence": st.floats(0.001, 1),
        "team": st.sampled_from([-1, 0, 1]),
        "position": st.sampled_from([(np.nan, np.nan), (-52.125, 33.5), (0.0, 0.0)]),
        "off_pitch": st.booleans(),
    }
)
tracks = st.dictionaries(st.integers(1, 30), person, max_size=4).map(
    lambda found: [{**each, "id": number} for number, each in found.items()]
)
frames = st.lists(tracks, min_size=1, max_size=5).map(
    lambda rows: [state(index, each) for index, each in enumerate(rows)]
)


def written(form: str, states: list[FrameState]) -> LabelledFrames:
    read = {"mot": read_mot_frames, "coco": read_coco, "gsr": read_gsr, "cvat": read_cvat}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FORMATS[form].file
        with FORMATS[form].writer(path, CLIP) as out:
            for each in states:
                out.write(each)
        return read[form](path)


def columns(states: list[FrameState]) -> dict[str, np.ndarray]:
    """What the frames say, by frame and id."""
    parts = [(each.index, Objects.from_supervision(each.objects)) for each in states]
    frame = np.concatenate([np.full(len(objects), index) for index, objects in parts])
    whole = {
        "frame": frame,
        "tracker_id": np.concatenate([objects.tracker_id for _, objects in parts]),
        "xyxy": np.concatenate([objects.xyxy for _, objects in parts]),
        "confidence": np.concatenate([objects.confidence for _, objects in parts]),
        "metres": np.concatenate([objects.position for _, objects in parts]),
        "class_id": np.concatenate(
            [np.where(objects.off_pitch, OTHER, objects.class_id) for _, objects in parts]
        ),
        "team": np.concatenate(
            [np.where(objects.team < 0, "", objects.team.astype(str)) for _, objects in parts]
        ),
    }
    order = np.lexsort((whole["tracker_id"], frame))
    return {name: column[order] for name, column in whole.items()}


def assert_same(read: LabelledFrames, states: list[FrameState], *names: str) -> None:
    order = np.lexsort((read.objects.tracker_id, read.objects.frame))
    for name, column in columns(states).items():
        if name not in names:
            continue
        back = getattr(read.objects, name)[order]
        if column.dtype.kind == "f":
            assert np.allclose(back, column, rtol=0, atol=0.0011, equal_nan=True), name
        else:
            assert back.tolist() == column.tolist(), name


@settings(max_examples=30, deadline=None)
@given(frames)
def test_coco_and_gsr_lose_nothing_of_an_object(states: list[FrameState]) -> None:
    for form in ("coco", "gsr"):
        read = written(form, states)
        assert len(read) == len(states)
        assert_same(read, states, *columns(states))


@settings(max_examples=30, deadline=None)
@given(frames)
def test_cvat_loses_places_and_confidences_alone(states: list[FrameState]) -> None:
    read = written("cvat", states)
    assert len(read) == len(states)
    assert_same(read, states, "frame", "tracker_id", "xyxy", "class_id", "team")


@settings(max_examples=30, deadline=None)
@given(frames)
def test_mot_keeps_tracks(states: list[FrameState]) -> None:
    assert_same(written("mot", states), states, "frame", "tracker_id", "xyxy", "confidence")


def test_mot_says_of_a_track_what_most_of_its_frames_say() -> None:
    def row(number: int) -> dict[str, object]:
        keeps = {"box": BOX, "id": 4, "class_id": 1, "team": int(number > 0)}
        return keeps if number < 3 else {**keeps, "class_id": 2}

    read = written("mot", [state(number, [row(number)]) for number in range(4)])
    assert read.objects.class_id.tolist() == [1] * 4
    assert read.objects.team.tolist() == ["1"] * 4


@pytest.mark.parametrize("form", ["coco", "gsr", "cvat"])
def test_boxes_without_a_track_and_the_ball_come_back_too(form: str) -> None:
    rows = [{"box": BOX}, {"box": (5.0, 5.0, 9.0, 9.0)}, {"box": BOX, "class_id": 0, "id": 2}]
    states = [state(0, rows), state(1, []), state(2, rows[:1]), state(3, [])]
    read = written(form, states)
    assert len(read) == 4
    assert sorted(read.objects.frame.tolist()) == [0, 0, 0, 2]
    assert sorted(read.objects.tracker_id.tolist()) == [-1, -1, -1, 2]
    assert sorted(read.objects.class_id.tolist()) == [0, 2, 2, 2]


def test_frames_of_a_part_keep_their_numbers_in_coco() -> None:
    assert written("coco", [state(60, []), state(61, [])]).number.tolist() == [60, 61]


CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><job><size>4</size><original_size><width>64</width>
<height>36</height></original_size></job></meta>
<track id="0" label="{label}"><box frame="{frame}" outside="0" keyframe="1" xtl="{left}" ytl="2"
 xbr="9" ybr="8"><attribute name="role">Referee</attribute><attribute name="jersey">10</attribute>
</box><box frame="2" outside="1" xtl="1" ytl="2" xbr="9" ybr="8"/></track></annotations>"""


def test_a_file_of_cvat_itself_is_read(tmp_path: Path) -> None:
    path = tmp_path / "annotations.xml"
    path.write_text(CVAT.format(label="person", frame=1, left=1))
    read = read_cvat(path)
    assert (len(read), read.objects.frame.tolist()) == (4, [1])
    assert (read.objects.class_id.tolist(), read.objects.jersey.tolist()) == ([3], ["10"])
    assert read.pitch is not None
    assert read.pitch.size[0].tolist() == [64, 36]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": "horse"}, "label or role is one of ball"),
        ({"frame": "one"}, "frame is a whole number; got 'one'"),
        ({"left": "wide"}, "are numbers"),
        ({"left": "nan"}, "a box is finite"),
        ({"left": "10"}, "no size negative"),
        ({"left": "<"}, "not XML"),
    ],
)
def test_what_is_wrong_with_a_file_of_cvat_is_named(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    path = tmp_path / "annotations.xml"
    path.write_text(CVAT.format(**{"label": "ball", "frame": 1, "left": 1} | change))
    with pytest.raises(tl.InputError, match=words):
        read_cvat(path)
    with pytest.raises(tl.InputError, match="cannot be read"):
        read_cvat(tmp_path / "none.xml")
