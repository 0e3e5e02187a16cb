from dataclasses import replace

import numpy as np
import pytest
import supervision as sv
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.outputs.drawing.test_projection import cameras
from tests.outputs.factory import camera, match, objects, pitch
from touchline.frame import ClassId, FrameState, Source, no_pitch
from touchline.outputs.drawing import draw

SIZE = (640, 360)
GRASS = (40, 120, 60)


def grass(size=SIZE):
    return np.full((size[1], size[0], 3), GRASS, np.uint8)


def changed(before, after):
    return (before != after).any(axis=2)


def with_pitch(state, size=SIZE):
    return replace(state, pitch=pitch(camera(size), (13, 300.0, 100.0)))


def test_the_picture_that_was_given_stays_as_it_is():
    image = grass()
    out = draw(image, with_pitch(match()))
    assert (image == GRASS).all()
    assert out.shape == image.shape
    assert out.dtype == np.uint8
    assert changed(image, out).any()


def test_the_same_state_gives_the_same_picture():
    assert np.array_equal(draw(grass(), with_pitch(match())), draw(grass(), with_pitch(match())))


def test_lines_are_drawn_only_where_the_pitch_is_known():
    state = FrameState(0, 0.0, 0, sv.Detections.empty(), no_pitch())
    without = draw(grass(), state)
    known = draw(grass(), replace(state, pitch=pitch(camera(SIZE))))
    upper = slice(0, 200)
    assert not changed(grass(), without)[upper].any()
    assert changed(grass(), known)[upper].any()


def test_a_box_of_a_frame_that_was_not_looked_at_is_dashed():
    def box(source):
        one = objects(([300, 60, 360, 180], ClassId.PLAYER, 0.9), source=source)
        return changed(grass(), draw(grass(), FrameState(0, 0.0, 0, one, no_pitch())))[60:62]

    assert 0 < box(Source.INTERPOLATED).sum() < 0.8 * box(Source.DETECTED).sum()


def test_a_projected_keypoint_is_hollow_and_a_detected_one_is_full():
    seen = pitch(None, (13, 300.0, 100.0))
    guessed = replace(seen, sources=tuple(s and Source.PROJECTED for s in seen.sources))
    state = FrameState(0, 0.0, 0, sv.Detections.empty(), seen)
    assert (draw(grass((1920, 1080)), state)[100, 300] == 255).all()
    assert (draw(grass((1920, 1080)), replace(state, pitch=guessed))[100, 300] == GRASS).all()


def test_the_trail_is_drawn_where_the_ball_was():
    state = FrameState(0, 0.0, 0, sv.Detections.empty(), no_pitch())
    places = np.array([[100.0, 100.0], [150.0, 100.0], [200.0, 100.0]])
    difference = changed(draw(grass(), state), draw(grass(), state, trail=places))
    rows, columns = np.nonzero(difference)
    assert abs(rows.mean() - 100) < 2
    assert 90 <= columns.min() <= columns.max() <= 210


@pytest.mark.parametrize("size", [(64, 36), (33, 47), (320, 180), (1920, 1080)])
def test_any_size_can_be_drawn_on(size):
    assert draw(grass(size), with_pitch(match(), size)).shape == (size[1], size[0], 3)


@settings(deadline=None, max_examples=25)
@given(
    arrays(np.float32, (5, 4), elements=st.floats(-3000, 3000, width=32)),
    arrays(np.float32, (5, 2), elements=st.floats(allow_nan=True, width=32)),
    cameras,
)
def test_no_box_position_or_camera_breaks_it(xyxy, position, truth):
    boxes = sv.Detections(
        xyxy=xyxy,
        class_id=np.array([0, 1, 2, 3, 2]),
        confidence=np.ones(5, np.float32),
        tracker_id=np.arange(5),
        data={"source": np.array(["detected"] * 5), "position": position},
    )
    draw(grass((320, 180)), FrameState(0, 0.0, 0, boxes, pitch(np.linalg.inv(truth))))
