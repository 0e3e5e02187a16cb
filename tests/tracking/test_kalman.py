import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.worlds import pan
from touchline.tracking import kalman

MODEL = kalman.MotionModel()
BOXES = np.array([[300.0, 200, 20, 60], [50, 400, 30, 90]])


def moving(speed):
    state = MODEL.start(BOXES)
    state[:, kalman.RATE, :2] = speed
    return state


@given(st.floats(0.01, 0.5), st.integers(2, 6), st.floats(-200, 200))
def test_many_small_steps_predict_what_one_large_step_does(seconds, parts, speed):
    large = MODEL.predict(moving(speed), seconds)
    small = moving(speed)
    for _ in range(parts):
        small = MODEL.predict(small, seconds / parts)
    np.testing.assert_allclose(small[:, :2], large[:, :2], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(small[:, 2:], large[:, 2:], rtol=0.35, atol=1e-6)


@given(st.floats(-80, 80), st.floats(0.8, 1.25))
def test_the_camera_there_and_back_changes_nothing(shift, zoom):
    state, there = moving(30.0), pan(shift, -shift, zoom)
    back = MODEL.move_with_camera(MODEL.move_with_camera(state, there), np.linalg.inv(there))
    np.testing.assert_allclose(back, state, atol=1e-8)


def test_a_still_object_is_known_better_with_every_detection():
    state = MODEL.start(BOXES)
    before = state[:, kalman.VAR].copy()
    for _ in range(5):
        state = MODEL.predict(state, 0.04)
        state = MODEL.correct(state, BOXES)
    assert np.all(state[:, kalman.VAR] < before)
    np.testing.assert_allclose(state[:, kalman.VALUE], BOXES)


def test_a_steady_run_is_learnt_as_a_velocity():
    state = MODEL.start(BOXES)
    for step in range(1, 40):
        place = BOXES + np.array([4.0 * step, 0, 0, 0])
        state = MODEL.predict(state, 0.04)
        state = MODEL.correct(state, place)
    np.testing.assert_allclose(state[:, kalman.RATE, 0], 100, rtol=0.1)


def test_an_unseen_runner_slows_down_and_gets_less_certain():
    state = moving(100.0)
    later = MODEL.predict(state, 2.0)
    assert np.all(later[:, kalman.RATE, 0] < 50)
    assert np.all(later[:, kalman.VAR, :2] > 100 * state[:, kalman.VAR, :2])


def test_no_tracks_are_no_trouble():
    none = MODEL.start(np.empty((0, 4)))
    moved = MODEL.move_with_camera(MODEL.predict(none, 0.04), pan(5))
    assert moved.shape == (0, 5, 4)
