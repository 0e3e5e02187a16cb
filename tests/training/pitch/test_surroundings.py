import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.pitch.frames import TO_WIDTHS, sample
from training.pitch.augment import elsewhere
from training.pitch.geometry import ASPECT
from training.pitch.surroundings import ground_mask, move_boards, spread_grass

SIZE = (320, 180)


def pixel(x, y):
    """Where a place in metres is in the image of SIZE."""
    place = TO_WIDTHS @ [x, y, 1]
    return (place[:2] / place[2] / ASPECT * SIZE).round().astype(int)


@given(x=st.floats(-52, -5), y=st.floats(-20, 33))
@settings(deadline=None)
def test_every_place_on_the_pitch_is_in_its_mask(x, y):
    column, row = pixel(x, y)
    if 0 <= column < SIZE[0] and 0 <= row < SIZE[1]:
        assert ground_mask(TO_WIDTHS, SIZE, 0.5)[row, column] == 255


@pytest.mark.parametrize(("margin", "inside"), [(1.0, False), (6.0, True)])
def test_the_margin_is_in_metres(margin, inside):
    column, row = pixel(-40, 38)
    assert (ground_mask(TO_WIDTHS, SIZE, margin)[row, column] == 255) == inside


def test_a_pitch_partly_behind_the_camera_keeps_its_visible_part():
    near = TO_WIDTHS.copy()
    near[2] += [0, 0.9 * near[2] @ [0, -34, 1] / 34, 0]
    depths = near[2] @ np.array([[-52, -34, 1], [-52, 34, 1]]).T
    assert depths.min() < depths.max()
    mask = ground_mask(near, SIZE, 1.0)
    assert 0 < (mask > 0).mean() < 1


def test_moved_boards_leave_the_pitch_as_it_was():
    frame = sample(size=SIZE)
    frame.image[:] = np.random.default_rng(0).integers(0, 256, frame.image.shape, np.uint8)
    moved = move_boards(frame.image, TO_WIDTHS, backdrop=None, rng=np.random.default_rng(1))
    pitch = ground_mask(TO_WIDTHS, SIZE, 0.0) > 0
    np.testing.assert_array_equal(moved[pitch], frame.image[pitch])
    assert (moved[~pitch] != frame.image[~pitch]).any()


def test_a_backdrop_takes_the_place_of_the_stands():
    frame = sample(size=SIZE)
    red = np.zeros((90, 160, 3), np.uint8)
    red[..., 2] = 255
    moved = move_boards(frame.image, TO_WIDTHS, backdrop=red, rng=np.random.default_rng(1))
    assert moved[2, 160].tolist() == [0, 0, 255]


def test_the_grass_beyond_the_line_looks_like_the_grass_before_it():
    frame = sample(size=SIZE)
    pitch = ground_mask(TO_WIDTHS, SIZE, 0.0)
    frame.image[pitch == 0] = 255
    spread = spread_grass(frame.image, pitch, np.random.default_rng(0))
    blue, green, red = spread[pitch == 0].mean(axis=0)
    assert green > 1.5 * blue
    assert green > 1.5 * red


def test_an_image_with_hardly_any_pitch_is_left_alone():
    away = np.array([[1.0, 0, 5], [0, 1, 5], [0, 0, 1]]) @ TO_WIDTHS
    image = np.asarray(cv2.randu(np.zeros((180, 320, 3), np.uint8), 0, 255))
    moved = move_boards(image, away, backdrop=None, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(moved, image)


def test_a_frame_whose_lines_are_unknown_is_left_alone():
    frame = sample()
    frame.visibility[:] = 0
    assert elsewhere(frame, backdrop=None, rng=np.random.default_rng(0)) is frame
