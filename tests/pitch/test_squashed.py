import numpy as np
import pytest

from tests.pitch.cameras import keypoints
from touchline.pitch.squashed import unsquashed

POINTS = keypoints(np.full((32, 2), 320.0), np.ones(32, bool))


def test_a_square_picture_gets_the_shape_of_a_broadcast_and_its_points_with_it():
    image, points, stretch = unsquashed(np.zeros((640, 640, 3), np.uint8), POINTS)
    assert image.shape == (360, 640, 3)
    assert stretch == 360 / 640
    assert np.all(points.xy == [320, 180])


@pytest.mark.parametrize("shape", [(720, 1280), (854, 480), (480, 640), (600, 640)])
def test_a_picture_of_another_shape_stays(shape):
    given = np.zeros((*shape, 3), np.uint8)
    image, points, stretch = unsquashed(given, POINTS)
    assert image is given
    assert points is POINTS
    assert stretch == 1
