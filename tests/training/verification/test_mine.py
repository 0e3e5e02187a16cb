from pathlib import Path

import numpy as np

from tests.training.detector.frames import drawn_frame
from training.detector.data import BALL, PLAYER
from training.detector.metrics import Scored
from training.verification.mine import false_boxes, mined


def found(*boxes: tuple[float, ...], class_id: int) -> Scored:
    count = len(boxes)
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Scored(xyxy, np.ones(count, np.float32), np.full(count, class_id), 640)


def test_a_person_where_nobody_is_labelled_is_a_mistake():
    frame = drawn_frame()
    right, beside = frame.xyxy[0], frame.xyxy[0] + [0, -110, 0, -110]
    xyxy, is_ball = false_boxes(found(right, beside, class_id=PLAYER), frame)
    assert np.array_equal(xyxy, beside[None].astype(np.float32))
    assert not is_ball.any()


def test_a_poor_box_of_a_person_is_neither_right_nor_a_mistake():
    frame = drawn_frame()
    poor = frame.xyxy[0] + [0, 20, 0, 20]
    assert len(false_boxes(found(poor, class_id=PLAYER), frame)[0]) == 0


def test_a_ball_is_a_mistake_when_it_is_far_from_the_labelled_one():
    frame = drawn_frame()
    ball = frame.xyxy[frame.class_id == BALL][0]
    xyxy, is_ball = false_boxes(found(ball + 14 / 2**0.5, ball + 40, class_id=BALL), frame)
    assert np.array_equal(xyxy, ball[None] + 40)
    assert is_ball.all()


def test_a_frame_that_was_not_mined_has_no_mistakes(tmp_path: Path):
    boxes, flags = np.ones((2, 4), np.float32), np.array([True, False])
    np.savez(tmp_path / "mined.npz", **{"abc_1": boxes, "abc_1:ball": flags})
    xyxy, is_ball = mined(tmp_path / "mined.npz", "abc_1")
    assert np.array_equal(xyxy, boxes)
    assert np.array_equal(is_ball, flags)
    assert mined(tmp_path / "mined.npz", "abc_2")[0].shape == (0, 4)
