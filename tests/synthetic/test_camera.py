import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.synthetic.camera import Camera, Operator, look_at

SIZE = (1280, 720)
cameras = st.builds(
    look_at,
    st.tuples(st.floats(-40, 40), st.floats(-110, -60), st.floats(8, 40)),
    st.tuples(st.floats(-45, 45), st.floats(-30, 30), st.just(0.0)),
    focal=st.floats(600, 6000),
    size=st.just(SIZE),
    roll=st.floats(-0.04, 0.04),
)


@given(cameras)
def test_rotations_keep_lengths_and_hands(camera: Camera):
    rotation = camera.rotation()
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.isclose(np.linalg.det(rotation), 1)


@given(cameras, st.floats(-52.5, 52.5), st.floats(-34, 34))
def test_the_homography_is_the_projection_of_the_ground(camera: Camera, x: float, y: float):
    pixel, depth = camera.project(np.array([x, y, 0.0]))
    assert depth > 0
    back = camera.to_ground() @ [*pixel, 1.0]
    assert np.allclose(back[:2] / back[2], [x, y], atol=1e-5)


@given(st.floats(-45, 45), st.floats(-30, 30))
def test_what_a_camera_looks_at_is_in_the_middle(x: float, y: float):
    camera = look_at((3, -90, 18), (x, y, 1.0), focal=3000, size=SIZE)
    assert np.allclose(camera.project(np.array([x, y, 1.0]))[0], [640, 360], atol=1e-6)


def test_up_is_up_and_right_is_right_from_the_main_stand():
    camera = look_at((0, -90, 18), (0, 0, 0), focal=3000, size=SIZE)
    points = np.array([[0, 0, 0], [5, 0, 0], [0, 0, 2], [0, 10, 0]], float)
    middle, right, high, far = camera.project(points)[0]
    assert right[0] > middle[0]
    assert high[1] < middle[1]
    assert far[1] < middle[1]


def test_a_positive_roll_turns_the_picture_clockwise():
    level = look_at((0, -90, 18), (0, 0, 0), focal=3000, size=SIZE)
    rolled = look_at((0, -90, 18), (0, 0, 0), focal=3000, size=SIZE, roll=0.03)
    ground = np.array([10.0, 0, 0])
    assert rolled.project(ground)[0][1] < level.project(ground)[0][1]


def test_an_operator_arrives_without_haste():
    start = look_at((0, -90, 18), (-20, 0, 0), focal=3000, size=SIZE)
    wanted = look_at((0, -90, 18), (20, 0, 0), focal=3300, size=SIZE)
    operator = Operator(start, quickness=2.0, seed=0)
    pans = [operator.follow(wanted, 0.04).pan for _ in range(150)]
    assert abs(pans[0] - start.pan) < 0.01
    assert abs(pans[-1] - wanted.pan) < 0.002
    assert math.degrees(np.abs(np.diff(pans)).max()) < 1


@pytest.mark.parametrize("step", [0.04, 1.0, 10.0])
def test_an_operator_arrives_however_rarely_frames_are_taken(step):
    start = look_at((0.0, -90.0, 20.0), (0.0, 0.0, 0.0), focal=2000.0, size=(1280, 720))
    wanted = look_at((0.0, -90.0, 20.0), (30.0, 10.0, 0.0), focal=3000.0, size=(1280, 720))
    operator = Operator(start, quickness=5.0, seed=0)
    for _ in range(round(20 / step)):
        camera = operator.follow(wanted, step)
    assert camera.pan == pytest.approx(wanted.pan, abs=0.01)
    assert camera.focal == pytest.approx(wanted.focal, rel=0.01)
