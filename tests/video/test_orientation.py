import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.video.orientation import Orientation, from_display_matrix

ONE = 1 << 16


def matrix(a, b, c, d):
    values = [a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30]
    return np.array([round(value) for value in values], np.int32)


CLOCKWISE = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
QUARTERS = st.sampled_from([*CLOCKWISE.values(), (-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, 1, 0)])


@pytest.mark.parametrize(("degrees", "turn"), CLOCKWISE.items())
def test_a_quarter_turn_is_what_numpy_calls_one(degrees, turn):
    image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    orientation = from_display_matrix(matrix(*turn))
    assert orientation.rotation == degrees
    np.testing.assert_array_equal(orientation.apply(image), np.rot90(image, -degrees // 90))


def test_a_mirrored_selfie_is_mirrored_back():
    image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    shown = from_display_matrix(matrix(-1, 0, 0, 1)).apply(image)
    np.testing.assert_array_equal(shown, image[:, ::-1])


def test_a_crooked_angle_is_rounded_to_a_quarter_turn():
    tilt = np.deg2rad(80)
    crooked = matrix(np.cos(tilt), np.sin(tilt), -np.sin(tilt), np.cos(tilt))
    assert from_display_matrix(crooked).rotation == 90


def test_nothing_is_copied_where_nothing_is_turned():
    image = np.zeros((4, 6, 3), np.uint8)
    assert Orientation().apply(image) is image


@given(turn=QUARTERS, width=st.integers(2, 9), height=st.integers(2, 9), point=st.data())
def test_each_pixel_goes_where_the_matrix_sends_it(turn, width, height, point):
    x, y = point.draw(st.integers(0, width - 1)), point.draw(st.integers(0, height - 1))
    image = np.zeros((height, width, 3), np.uint8)
    image[y, x] = 255
    orientation = from_display_matrix(matrix(*turn))
    shown = orientation.apply(image)
    assert shown.shape[:2] == orientation.size(width, height)[::-1]
    a, b, c, d = turn
    # The matrix turns about the origin; the display moves the result back into view.
    left = min(0, a * (width - 1)) + min(0, c * (height - 1))
    top = min(0, b * (width - 1)) + min(0, d * (height - 1))
    assert shown[b * x + d * y - top, a * x + c * y - left].min() == 255
