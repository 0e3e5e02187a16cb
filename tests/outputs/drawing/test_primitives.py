import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.outputs.drawing.primitives import (
    disc,
    pill,
    ring,
    stain,
    text_mask,
    text_width,
    write_text,
)


def black(width=40, height=30):
    return np.zeros((height, width, 3), np.uint8)


def test_full_coverage_gives_the_colour_itself():
    image = black()
    stain(image, np.full((5, 6), 255, np.uint8), (3, 4), (10, 20, 30))
    assert (image[4:9, 3:9] == (10, 20, 30)).all()
    assert image.sum() == 5 * 6 * 60


def test_half_opacity_lets_half_of_the_picture_through():
    image = np.full((8, 8, 3), 100, np.uint8)
    stain(image, np.full((8, 8), 255, np.uint8), (0, 0), (200, 200, 200), opacity=0.5)
    assert np.abs(image.astype(int) - 150).max() <= 1


@given(st.integers(-60, 60), st.integers(-60, 60))
def test_what_falls_outside_is_cut_off(x, y):
    image = black()
    stain(image, np.full((10, 10), 255, np.uint8), (x, y), (255, 255, 255))
    width = max(0, min(x + 10, 40) - max(x, 0))
    height = max(0, min(y + 10, 30) - max(y, 0))
    assert (image[:, :, 0] == 255).sum() == width * height


def test_a_pill_has_round_corners_and_a_full_middle():
    mask = pill(30, 12, 6)
    assert mask.shape == (12, 30)
    assert mask[0, 0] < 40
    assert mask[6, 15] == 255


@pytest.mark.parametrize("radius", [2.0, 5.0, 11.5])
def test_a_disc_is_round_and_lies_where_it_should(radius):
    image = black()
    disc(image, (20.5, 15.5), radius, (255, 255, 255))
    covered = image[:, :, 0] / 255
    rows, columns = np.indices(covered.shape)
    assert covered.sum() == pytest.approx(np.pi * radius**2, rel=0.25)
    assert (columns * covered).sum() / covered.sum() == pytest.approx(20, abs=0.25)
    assert (rows * covered).sum() / covered.sum() == pytest.approx(15, abs=0.25)


def test_a_ring_is_empty_inside():
    image = black()
    ring(image, (20.5, 15.5), 10, (255, 255, 255), stroke=2)
    assert image[15, 20].sum() == 0
    assert image[15, 10].sum() > 0


def test_text_is_as_wide_as_it_says_and_longer_text_is_wider():
    assert text_mask("frame 12", 11).shape[1] == text_width("frame 12", 11)
    assert text_width("100", 9) > text_width("10", 9)


def test_capitals_start_at_the_corner_that_was_given():
    image = black(60, 40)
    write_text(image, "H", (10, 10), (255, 255, 255), capital=16)
    rows = np.flatnonzero(image[:, :, 0].max(1) > 128)
    assert rows[0] == pytest.approx(10, abs=2)
    assert rows[-1] == pytest.approx(25, abs=2)


def test_empty_text_is_nothing():
    image = black()
    write_text(image, "", (10, 10), (255, 255, 255), capital=9)
    assert image.sum() == 0
