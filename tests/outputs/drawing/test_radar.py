from dataclasses import replace

import numpy as np
import pytest

from tests.outputs.factory import camera, objects, pitch
from touchline.frame import ClassId, FrameState, no_pitch
from touchline.outputs.drawing.radar import draw_radar
from touchline.outputs.drawing.style import Style
from touchline.pitch.dimensions import PitchDimensions

SIZE = (1280, 720)
STYLE = Style.for_height(SIZE[1])


def standing(x, y):
    one = objects(([10, 10, 30, 60], ClassId.PLAYER, 0.9))
    one.data["position"] = np.array([[x, y]], np.float32)
    return FrameState(0, 0.0, 0, one, no_pitch())


def radar(state):
    image = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    draw_radar(image, state, PitchDimensions(), STYLE)
    return image.astype(int)


def centre_of_change(state):
    nobody = replace(state, objects=objects())
    rows, columns = np.nonzero(np.abs(radar(state) - radar(nobody)).sum(2) > 60)
    return columns.mean(), rows.mean()


def test_the_right_of_the_pitch_is_right_and_the_far_touchline_is_up():
    x0, y0 = centre_of_change(standing(0, 0))
    x1, y1 = centre_of_change(standing(40, 20))
    assert x1 > x0
    assert y1 < y0
    assert (x1 - x0) / (y0 - y1) == pytest.approx(2.0, abs=0.1)


def test_a_position_that_is_unknown_is_not_drawn():
    unknown = standing(np.nan, np.nan)
    assert np.array_equal(radar(unknown), radar(replace(unknown, objects=objects())))


def test_a_position_far_off_the_pitch_stays_in_the_view():
    x, y = centre_of_change(standing(500, -500))
    assert x < SIZE[0] - STYLE.margin
    assert y < SIZE[1] - STYLE.margin


def test_what_the_camera_sees_is_lighter():
    state = replace(standing(0, 0), objects=objects())
    seen = radar(replace(state, pitch=pitch(camera(SIZE)))) - radar(state)
    assert seen.min() >= 0
    assert (seen > 0).any()


def test_a_frame_too_small_for_the_view_is_left_alone():
    image = np.zeros((16, 120, 3), np.uint8)
    draw_radar(image, standing(0, 0), PitchDimensions(), Style.for_height(16))
    assert image.sum() == 0
