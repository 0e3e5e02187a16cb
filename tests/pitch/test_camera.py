import numpy as np
import pytest
from hypothesis import given

from tests.pitch.cameras import SIZE, Camera, cameras
from touchline.pitch.camera import focal_length, skew
from touchline.pitch.projection import image_units, pitch_units


def in_units(camera):
    return image_units(SIZE) @ camera.to_pixels @ np.linalg.inv(pitch_units())


@given(cameras)
def test_a_camera_has_no_skew_and_its_own_focal_length(camera):
    matrix = in_units(camera)
    assert np.abs(skew(matrix)).max() < 1e-6
    assert focal_length(matrix) == pytest.approx(camera.focal, rel=1e-4)


def test_a_slanted_view_has_skew():
    turned = in_units(Camera((0, -60, 20), (35, 0), 1.0))
    slant = np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1]])
    assert np.linalg.norm(skew(slant @ turned)) > 0.1


def test_many_views_at_once_give_what_each_gives():
    stack = np.random.default_rng(0).normal(size=(5, 3, 3))
    assert np.allclose(skew(stack), [skew(one) for one in stack])
