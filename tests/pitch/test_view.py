import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pitch.cameras import SIZE, VERTICES, cameras
from tests.pitch.painted import BEHIND_GOAL, MAIN, camera_at
from touchline.geometry import project_points
from touchline.pitch.projection import image_units, pitch_units
from touchline.pitch.view import (
    PARAMETERS,
    PitchCamera,
    camera_from,
    camera_of,
    homography_of,
    project_all,
)

WIDTH = 68.0

steps = st.lists(st.floats(-0.01, 0.01), min_size=PARAMETERS, max_size=PARAMETERS).map(np.array)


def view_of(camera) -> PitchCamera:
    """The same camera as the tests' own, by its homography."""
    return camera_of(image_units(SIZE) @ camera.to_pixels)


@given(cameras)
def test_a_camera_found_in_a_homography_projects_as_it_does(camera):
    view = view_of(camera)
    assert view.focal == pytest.approx(camera.focal, rel=1e-6)
    assert view.centre == pytest.approx(camera.place, abs=1e-4)
    seen = project_points(camera.see(VERTICES), image_units(SIZE))
    front = np.isfinite(seen).all(axis=1)
    assert np.allclose(view.project(VERTICES[front], WIDTH), seen[front], atol=1e-7)


@given(cameras, st.floats(-5, 5), st.floats(-5, 5))
def test_a_lens_that_bends_nothing_gives_the_homography_itself(camera, x, y):
    view = view_of(camera)
    matrix = homography_of(view, SIZE, WIDTH)
    assert matrix is not None
    point = np.array([[x, y]]) + np.array(camera.target)
    through = project_points(project_points(point, pitch_units()), matrix)
    assert np.allclose(view.project(point, WIDTH), through, atol=1e-9)


@given(cameras, st.floats(-0.05, 0.05))
def test_the_homography_of_a_lens_is_near_what_it_shows(camera, bend):
    view = view_of(camera)
    bent = PitchCamera(view.focal, view.rotation, view.centre, bend)
    matrix = homography_of(bent, SIZE, WIDTH)
    assert matrix is not None
    seen = bent.project(VERTICES, WIDTH)
    inside = (np.abs(seen) < [0.5, SIZE[1] / SIZE[0] / 2]).all(axis=1)
    flat = project_points(project_points(VERTICES, pitch_units()), matrix)
    off = np.linalg.norm(seen - flat, axis=1)[inside]
    # A bend moves the picture's corner, .57 from its middle, by .57^3 times as much.
    assert not len(off) or off.max() < max(1e-7, 0.57**3 * abs(bend))


@given(cameras)
def test_the_turned_camera_sees_the_turned_pitch(camera):
    view = view_of(camera)
    there = view.turned().project(-VERTICES, WIDTH)
    assert np.allclose(there, view.project(VERTICES, WIDTH), atol=1e-9, equal_nan=True)
    assert view.turned().turned().centre == pytest.approx(view.centre)


@given(cameras, steps)
def test_a_step_keeps_a_rotation_and_its_size(camera, step):
    view = view_of(camera)
    there = view.stepped(step)
    assert np.allclose(there.rotation @ there.rotation.T, np.eye(3), atol=1e-9)
    assert there.focal == pytest.approx(view.focal * np.exp(step[0]))
    assert there.centre == pytest.approx(view.centre + step[4:7])


def test_many_cameras_at_once_see_what_each_sees():
    views = [camera_at(MAIN), camera_at(BEHIND_GOAL, 0.1), camera_at(MAIN).turned()]
    each = [view.project(VERTICES, WIDTH) for view in views]
    assert np.allclose(project_all(views, VERTICES, WIDTH), each, equal_nan=True)


def test_what_is_behind_a_camera_is_nowhere():
    assert np.isnan(camera_at(MAIN).project(np.array([[0.0, -80.0]]), WIDTH)).all()


def test_a_lens_moves_a_ray_outwards_by_the_cube_of_how_far_out_it_is():
    straight, bent = camera_at(MAIN), camera_at(MAIN, 0.1)
    before, after = (view.project(VERTICES[13:17], WIDTH) for view in (straight, bent))
    square = (before**2).sum(axis=1, keepdims=True)
    assert np.allclose(after, before * (1 + 0.1 * square))


def test_a_wider_ground_moves_the_touchlines_and_a_longer_one_the_ends():
    view = camera_at(MAIN)
    corner, spot, goal = np.array([[0.0, 34.0]]), np.array([[0.0, 0.0]]), np.array([[52.5, 0.0]])
    wide = PitchCamera(view.focal, view.rotation, view.centre, wider=2.0)
    long = PitchCamera(view.focal, view.rotation, view.centre, longer=2.0)
    assert np.allclose(wide.project(corner, WIDTH), view.project(corner + np.array([0, 1]), WIDTH))
    assert np.allclose(long.project(goal, WIDTH), view.project(goal + np.array([1, 0]), WIDTH))
    for same in (
        wide.project(goal, WIDTH) - view.project(goal, WIDTH),
        long.project(spot, WIDTH) - view.project(spot, WIDTH),
    ):
        assert np.allclose(same, 0)


def test_a_pitch_that_is_a_thin_strip_of_the_picture_has_a_homography_through_a_lens_too():
    low = camera_at(((0.0, -125.0, 9.0), (0.0, -30.0, 0.0), 0.9), 0.02)
    assert homography_of(low, SIZE, WIDTH) is not None


def test_a_camera_keeps_its_aim_where_motion_bends_the_perspective_a_little():
    camera = camera_at(MAIN)
    height = SIZE[1] / SIZE[0]
    noise = np.array([[1.0, 0, 0], [0, 1, 0], [0.01, -0.01, 1]])
    found = camera_from(noise @ camera.plain(), camera, height)
    grass = np.array([[25.0, 0.0], [20.0, 10.0], [30.0, -10.0]])
    off = found.project(grass, 68.0) - camera.project(grass, 68.0)
    assert np.linalg.norm(off, axis=1).max() < 0.0015
    turned = camera.stepped(np.array([0.1, 0.01, -0.03, 0.0, *np.zeros(8)]))
    again = camera_from(turned.plain(), camera, height)
    assert again.rotation == pytest.approx(turned.rotation, abs=1e-3)
    assert again.focal == pytest.approx(turned.focal, rel=1e-3)
