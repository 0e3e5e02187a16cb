import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.teams import painted
from tests.teams.painted import BLACK, BLUE, GRASS, RED, WHITE
from touchline.arrays import Float64, Image
from touchline.teams.kits import CROP, HISTOGRAM, cut, describe, grass_colour
from touchline.teams.model import load_team_model

GREEN = grass_colour(painted.lawn((128, 72)))


def places(crops: list[Image], grass: Float64 = GREEN) -> Float64:
    whole = [cut(crop, np.array([[0.0, 0.0, crop.shape[1], crop.shape[0]]])) for crop in crops]
    return load_team_model().space.place(describe(np.concatenate(whole), grass)[0])


def test_shirts_of_one_kit_lie_together_and_those_of_another_far_off() -> None:
    red = places([painted.crop(RED, WHITE, seed=seed) for seed in range(6)])
    blue = places([painted.crop(BLUE, WHITE, seed=seed) for seed in range(6)])
    within = np.linalg.norm(red - red.mean(axis=0), axis=1).max()
    between = np.linalg.norm(red.mean(axis=0) - blue.mean(axis=0))
    assert between > 5 * within


def test_shorts_tell_kits_apart_too() -> None:
    plain, other = places([painted.crop(WHITE, WHITE), painted.crop(WHITE, BLACK)])
    again = places([painted.crop(WHITE, WHITE, seed=1)])[0]
    assert np.linalg.norm(plain - other) > 3 * np.linalg.norm(plain - again)


def test_a_quarter_less_light_on_shirt_and_grass_changes_little() -> None:
    bright = painted.crop(RED, WHITE)
    dark = (bright * 0.75).astype(np.uint8)
    other = painted.crop(BLUE, WHITE)
    dusk = grass_colour((painted.lawn((128, 72)) * 0.75).astype(np.uint8))
    shaded = np.linalg.norm(places([bright])[0] - places([dark], dusk)[0])
    assert shaded < 0.4 * np.linalg.norm(places([bright])[0] - places([other])[0])


def test_a_wider_box_with_more_grass_in_it_shows_the_same_kit() -> None:
    tight = painted.crop(RED, WHITE)
    wide = painted.lawn((60, 90), seed=3)
    wide[:, 12:48] = tight
    other = painted.crop(BLUE, WHITE)
    apart = np.linalg.norm(places([tight])[0] - places([wide])[0])
    assert apart < 0.4 * np.linalg.norm(places([tight])[0] - places([other])[0])


def test_the_grass_is_the_most_frequent_green() -> None:
    image = painted.lawn((640, 360))
    image[:100] = (150, 60, 60)
    image[200:260, 100:400] = WHITE
    expected = grass_colour(np.full((72, 128, 3), GRASS, np.uint8))
    assert np.abs(grass_colour(image) - expected).max() < 4


def test_a_picture_without_green_has_its_most_frequent_colour_for_grass() -> None:
    brown = np.full((72, 128, 3), (60, 90, 120), np.uint8)
    lab = grass_colour(brown)
    assert lab[1] > 128
    assert np.isfinite(lab).all()


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_a_histogram_is_a_unit_for_the_shirt_and_seven_tenths_for_the_shorts(
    blue: int, green: int, red: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    crops = rng.integers(0, 256, (2, CROP[1], CROP[0], 3)).astype(np.uint8)
    crops[0] = (blue, green, red)
    found, shirt = describe(crops, GREEN)
    assert found.shape == (2, HISTOGRAM)
    half = HISTOGRAM // 2
    assert (found[:, :half] ** 2).sum(axis=1) == pytest.approx(1.0)
    assert (found[:, half:] ** 2).sum(axis=1) == pytest.approx(0.49)
    assert shirt[0].tolist() == [blue, green, red]


def test_nobody_gives_an_empty_table() -> None:
    found, shirt = describe(np.zeros((0, CROP[1], CROP[0], 3), np.uint8), GREEN)
    assert found.shape == (0, HISTOGRAM)
    assert shirt.shape == (0, 3)


@pytest.mark.parametrize(
    "box", [(-20, -20, 5, 5), (95, 40, 300, 300), (10.4, 10.4, 10.5, 10.6), (200, 200, 300, 300)]
)
def test_a_box_at_the_border_or_beyond_is_cut_all_the_same(box: tuple[float, ...]) -> None:
    image = painted.lawn((100, 50))
    assert cut(image, np.array([box])).shape == (1, CROP[1], CROP[0], 3)
