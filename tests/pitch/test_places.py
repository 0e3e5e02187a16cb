from dataclasses import replace

import numpy as np
import pytest

from tests.pitch.painted import MAIN, PITCH, SIZE, VERTICES, camera_at, in_view
from touchline.frame import CameraState
from touchline.pitch import as_painted, from_ground, positions, to_ground
from touchline.pitch.view import homography_of


def state_of(bend: float, ground=(105.0, 68.0)) -> CameraState:
    camera = camera_at(MAIN, bend)
    return CameraState(
        focal=camera.focal * SIZE[0],
        rotation=camera.rotation,
        position=camera.centre,
        distortion=bend * camera.focal**2,
        middle=np.array(SIZE) / 2,
        ground=ground,
        knows_end=True,
    )


@pytest.mark.parametrize("bend", [-0.15, 0.0, 0.15])
def test_places_come_back_from_the_image_through_the_lens(bend):
    seen = from_ground(state_of(bend), VERTICES[in_view(camera_at(MAIN, bend))])
    back = from_ground(state_of(bend), to_ground(state_of(bend), seen))
    assert back == pytest.approx(seen, abs=0.01)


@pytest.mark.parametrize("bend", [0.0, 0.1])
def test_a_place_is_seen_where_the_camera_that_was_aligned_has_it(bend):
    camera = camera_at(MAIN, bend)
    shown = VERTICES[in_view(camera)]
    expected = camera.project(shown, PITCH.width) * SIZE[0] + np.array(SIZE) / 2
    assert from_ground(state_of(bend), shown) == pytest.approx(expected, abs=1e-6)


def test_what_lies_above_the_horizon_is_nowhere():
    assert np.isnan(to_ground(state_of(0.0), [[640.0, -5000.0]])).all()
    assert np.isnan(from_ground(state_of(0.0), [[0.0, -200.0]])).all()


def test_boxes_stand_where_the_camera_says_not_where_a_homography_comes_nearest():
    camera, place = camera_at(MAIN, 0.15), np.array([[45.0, 20.0]])
    x, y = from_ground(state_of(0.15), place)[0]
    units = np.array([[1 / SIZE[0], 0, -0.5], [0, 1 / SIZE[0], -SIZE[1] / SIZE[0] / 2], [0, 0, 1]])
    fit = homography_of(camera, SIZE, PITCH.width)
    homography = np.diag([50.0, 50.0, 1.0]) @ np.linalg.inv(fit) @ units
    box = np.array([[x - 5, y - 40, x + 5, y]], np.float32)
    near = positions(homography, box)
    exact = positions(homography, box, camera=state_of(0.15))
    assert exact == pytest.approx(place, abs=0.01)
    assert np.linalg.norm(near - place) > 0.2


def test_lines_of_any_ground_lie_where_the_dimensions_paint_them():
    short = replace(PITCH, length=101.0, width=66.0)
    painted = as_painted(short.vertices(), PITCH, (101.0, 66.0))
    assert painted == pytest.approx(VERTICES, abs=1e-9)
    assert as_painted(VERTICES, PITCH, None) is VERTICES
    beyond = as_painted(np.array([[-52.5, 0.0]]), PITCH, (101.0, 66.0))
    assert beyond == pytest.approx(np.array([[-54.5, 0.0]]))
