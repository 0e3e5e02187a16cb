from dataclasses import replace

import numpy as np
import pytest

from tests.outputs.factory import camera, match, objects, pitch
from touchline.frame import ClassId, FrameState, Objects, no_pitch
from touchline.outputs.drawing.ball import Trail, best_ball

SIZE = (640, 360)


def at(index, x, *, shot=0, homography=None):
    ball = objects(([x - 3, 197, x + 3, 203], ClassId.BALL, 0.9))
    seen = no_pitch() if homography is None else pitch(homography)
    return FrameState(index, index / 25, shot, ball, seen)


def test_the_trail_grows_in_order_and_forgets():
    trail = Trail(seconds=0.1)
    for index in range(10):
        places = trail.follow(at(index, 100 + index), SIZE)
    assert places[:, 0].tolist() == [107, 108, 109]


def test_a_new_shot_starts_a_new_trail():
    trail = Trail()
    trail.follow(at(0, 100), SIZE)
    assert len(trail.follow(at(1, 300, shot=1), SIZE)) == 1


def test_a_frame_without_a_ball_adds_nothing():
    trail = Trail()
    trail.follow(at(0, 100), SIZE)
    empty = replace(at(1, 0), objects=objects())
    assert len(trail.follow(empty, SIZE)) == 1


def test_a_panning_camera_does_not_draw_out_the_trail_of_a_resting_ball():
    before = camera(SIZE)
    pan = np.array([[1.0, 0.0, -25.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    trail = Trail()
    trail.follow(at(0, 300, homography=before), SIZE)
    places = trail.follow(at(1, 325, homography=before @ pan), SIZE)
    assert places == pytest.approx(np.array([[325.0, 200.0], [325.0, 200.0]]), abs=1e-3)


def test_the_most_confident_ball_is_the_ball():
    assert best_ball(Objects.from_supervision(match().objects)) == 2
    assert best_ball(Objects.from_supervision(objects())) is None
