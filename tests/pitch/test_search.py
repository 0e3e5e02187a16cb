import cv2
import numpy as np

from tests.pitch.painted import BEHIND_GOAL, MAIN, MARKINGS, PITCH, apart, camera_at, painted
from touchline.pitch.paint import find_paint
from touchline.pitch.search import search
from touchline.pitch.straight import find_straight


def searched(image):
    paint = find_paint(image)
    return search(paint, find_straight(paint), MARKINGS, PITCH)


def test_a_pitch_seen_from_behind_the_goal_is_found_by_its_lines_up_to_a_half_turn():
    found = searched(painted(BEHIND_GOAL))
    assert found is not None
    camera, agreed = found
    truth = camera_at(BEHIND_GOAL)
    assert min(apart(truth, each) for each in (camera, camera.turned())) < 0.005
    assert agreed.confirms("lines")


def test_where_lines_are_too_few_there_is_no_search():
    assert searched(np.zeros((720, 1280, 3), np.uint8)) is None


def test_lines_of_another_game_are_not_confirmed():
    grass = np.full((720, 1280, 3), (50, 120, 50), np.uint8)
    for k in range(12):  # a gridiron: many lines across, as far apart as nothing on a pitch
        top, bottom = (420 + 40 * k, 200), (60 + 105 * k, 719)
        cv2.line(grass, top, bottom, (240, 240, 240), 4)
    for y in (220, 400, 640):
        cv2.line(grass, (0, y), (1279, y), (240, 240, 240), 4)
    found = searched(grass)
    assert found is None or not found[1].confirms("lines")


def test_a_main_camera_is_found_too():
    found = searched(painted(MAIN))
    assert found is not None
    truth = camera_at(MAIN)
    assert min(apart(truth, each) for each in (found[0], found[0].turned())) < 0.01
