import cv2
import numpy as np
import pytest

from tests.pitch.painted import BEHIND_GOAL, MAIN, MARKINGS, MIDDLE, SIZE, camera_at, painted
from touchline.pitch.alignment import seen_markings
from touchline.pitch.paint import NOWHERE, WIDTH, find_paint


@pytest.mark.parametrize("view", [MAIN, MIDDLE, BEHIND_GOAL])
def test_the_lines_of_an_empty_pitch_are_what_is_found(view):
    paint = find_paint(painted(view))
    seen = seen_markings(camera_at(view), MARKINGS, paint.height)
    off, _ = paint.across(seen.pixels, seen.normal, 4.0)
    # Lines that are a pixel wide or less, far off, may be missed.
    wide = seen.length > np.median(seen.length)
    assert np.isfinite(off[wide]).mean() > 0.9
    assert np.nanmedian(np.abs(off)) < 0.4
    distance = np.linalg.norm(paint.points[:, None] - seen.pixels[None], axis=2).min(axis=1)
    assert np.median(distance) < 8  # half of what lies between two points of the markings


def test_a_point_beside_a_line_knows_how_far_beside():
    paint = find_paint(painted(MIDDLE))
    seen = seen_markings(camera_at(MIDDLE), MARKINGS, paint.height)
    halfway = np.abs(MARKINGS.points[seen.rows, 0]) < 1e-9
    way = np.stack([np.cos(seen.normal), np.sin(seen.normal)], axis=1)
    for aside in (-9.0, -3.0, 3.0, 9.0):
        points = (seen.pixels + aside * way)[halfway]
        off, number = paint.across(points, seen.normal[halfway], 12.0)
        found = np.isfinite(off)
        assert found.mean() > 0.8
        assert np.median(off[found]) == pytest.approx(aside, abs=0.5)
        ridge = paint.points[number[found]] - seen.pixels[halfway][found]
        assert np.median(np.abs((ridge * way[halfway][found]).sum(axis=1))) < 0.5


def test_nothing_is_found_beyond_the_reach_nor_across_a_line_that_runs_otherwise():
    paint = find_paint(painted(MIDDLE))
    seen = seen_markings(camera_at(MIDDLE), MARKINGS, paint.height)
    halfway = np.abs(MARKINGS.points[seen.rows, 0]) < 1e-9
    way = np.stack([np.cos(seen.normal), np.sin(seen.normal)], axis=1)[halfway]
    points, normal = seen.pixels[halfway], seen.normal[halfway]
    beyond, _ = paint.across(points + 20 * way, normal, 6.0)
    across, _ = paint.across(points, normal + np.pi / 2, 6.0)
    assert np.isfinite(beyond).mean() < 0.1
    assert np.isfinite(across).mean() < 0.2


def test_distances_for_many_points_are_right_to_within_a_cell():
    paint = find_paint(painted(MAIN))
    some = slice(None, None, 50)
    assert np.all(paint.roughly(paint.points[some], paint.normal[some]) <= 4.0)
    away = np.full((1, 2), 2.0)
    alike = np.abs((paint.normal - 0.3 + np.pi / 2) % np.pi - np.pi / 2) < np.pi / 16
    true = np.linalg.norm(paint.points[alike] - away, axis=1).min() if alike.any() else NOWHERE
    assert paint.roughly(away, np.array([0.3]))[0] <= true + 8.0


def test_lines_off_the_grass_are_no_paint():
    road = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    for x in range(100, SIZE[0], 200):
        cv2.line(road, (x, 0), (x + 150, SIZE[1]), (250, 250, 250), 4)
    assert len(find_paint(road)) == 0


@pytest.mark.parametrize("level", [0, 255])
def test_a_plain_picture_has_no_paint(level):
    paint = find_paint(np.full((SIZE[1], SIZE[0], 3), level, np.uint8))
    assert len(paint) == 0
    off, _ = paint.across(np.array([[50.0, 50.0]]), np.array([0.0]), 12.0)
    assert np.isnan(off).all()
    assert paint.roughly(np.array([[50.0, 50.0]]), np.array([0.0]))[0] == np.float32(NOWHERE)


@pytest.mark.parametrize("width", [320, 854, 1920, 3072])
def test_pictures_of_any_width_are_held_to_one(width):
    size = (width, round(width * SIZE[1] / SIZE[0]))
    paint = find_paint(cv2.resize(painted(MAIN), size, interpolation=cv2.INTER_AREA))
    assert paint.height == pytest.approx(WIDTH * SIZE[1] / SIZE[0], abs=2)
    assert len(paint) > 300
    assert np.all((paint.points >= 0) & (paint.points <= [WIDTH, paint.height]))
