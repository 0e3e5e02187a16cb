import numpy as np
import supervision as sv

from tests.tracking.worlds import person, seen
from touchline.frame import Objects
from touchline.tracking.appearance import (
    APPEARANCE,
    LENGTH,
    appearances,
    clear_appearances,
    mixed,
    unlikeness,
    with_appearances,
    without_appearances,
)

GRASS, RED, BLUE, WHITE = (60, 140, 70), (40, 40, 200), (200, 60, 40), (230, 230, 230)


def field(*people):
    """A picture of grass with people (x, y, shirt, shorts), 60 pixels high, and their boxes."""
    image = np.full((400, 600, 3), GRASS, np.uint8)
    for x, y, shirt, shorts in people:
        left, top, right, bottom = (int(side) for side in person(x, y))
        image[top + 8 : top + 30, left + 4 : right - 4] = shirt
        image[top + 30 : bottom, left + 4 : right - 4] = shorts
    return image, np.array([person(x, y) for x, y, *_ in people], np.float64)


def looks(*people):
    return appearances(*field(*people)).astype(np.float64)


def test_two_in_one_kit_look_alike_and_two_sides_do_not():
    kit = looks((100, 200, RED, WHITE), (300, 250, RED, WHITE), (450, 300, BLUE, WHITE))
    unlike = unlikeness(kit, kit)
    assert unlike[0, 1] < 0.05
    assert unlike[0, 2] > 0.8


def test_shirts_and_shorts_are_told_apart():
    red_white, white_red = looks((100, 200, RED, WHITE), (300, 250, WHITE, RED))
    np.testing.assert_allclose(red_white, np.roll(white_red, 3), atol=0.03)


def test_grass_beside_a_person_hardly_counts():
    image, boxes = field((100, 200, RED, WHITE))
    wide = boxes + np.array([-8, 0, 8, 0])
    narrow = appearances(image, boxes).astype(np.float64)
    assert unlikeness(narrow, appearances(image, wide).astype(np.float64))[0, 0] < 0.1


def test_boxes_beyond_the_picture_and_no_boxes_are_fine():
    image, _ = field()
    assert appearances(image, np.zeros((0, 4))).shape == (0, LENGTH)
    assert np.isfinite(
        appearances(image, np.array([[-50.0, -80, -5, -1], [590, 390, 640, 500]]))
    ).all()


def test_whoever_stands_behind_another_shows_no_shirt_of_his_own():
    image, boxes = field((100, 200, RED, WHITE), (106, 210, BLUE, WHITE), (300, 200, RED, WHITE))
    objects = with_appearances(seen(boxes), image)
    assert np.isnan(clear_appearances(objects)).all(axis=1).tolist() == [True, False, False]


def test_nothing_is_known_where_nobody_looked():
    objects = Objects.from_supervision(seen([person(100, 200)]))
    assert np.isnan(clear_appearances(objects)).all()
    assert unlikeness(np.full((1, LENGTH), np.nan), np.zeros((1, LENGTH)))[0, 0] < 0.5


def test_one_odd_look_changes_little_and_a_missing_one_nothing():
    known, odd, none = np.zeros((1, LENGTH)), np.ones((1, LENGTH)), np.full((1, LENGTH), np.nan)
    np.testing.assert_allclose(mixed(known, odd, np.array([40])), 0.1)
    np.testing.assert_allclose(mixed(none, odd, np.array([1])), 1.0)
    np.testing.assert_allclose(mixed(known, none, np.array([40])), 0.0)


def test_what_a_detector_says_stays_when_the_appearance_goes():
    image, boxes = field((100, 200, RED, WHITE))
    given = sv.Detections(xyxy=boxes.astype(np.float32), data={"number": np.array([7])})
    objects = with_appearances(given, image)
    assert set(objects.extra) == {"number", APPEARANCE}
    assert set(without_appearances(objects).extra) == {"number"}
