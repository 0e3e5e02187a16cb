import cv2
import numpy as np
import pytest
import supervision as sv

from tests.pitch.cameras import keypoints
from tests.pitch.painted import (
    BEHIND_GOAL,
    MAIN,
    MIDDLE,
    PITCH,
    SIZE,
    VERTICES,
    camera_at,
    in_view,
    painted,
)
from touchline.geometry import project_points
from touchline.pitch.finder import FIRST_WAIT, PitchFinder
from touchline.pitch.projection import image_units, inverse, pitch_units

NOTHING = keypoints(np.zeros((32, 2)), np.zeros(32, bool))


def points(view, *, chosen=None, size=SIZE):
    """What a network would see: pixels of the vertices in view, or of some of them."""
    camera = camera_at(view)
    shown = in_view(camera)
    if chosen is not None:
        shown &= np.isin(np.arange(32), chosen)
    pixels = project_points(camera.project(VERTICES, PITCH.width), inverse(image_units(size)))
    return keypoints(np.nan_to_num(pixels), shown)


def off(look, view) -> float:
    """By how many widths a look is off at the vertices in view, at most."""
    camera = camera_at(view)
    seen = VERTICES[in_view(camera)]
    there = project_points(project_points(seen, pitch_units()), look.projection)
    return float(np.linalg.norm(there - camera.project(seen, PITCH.width), axis=1).max())


@pytest.mark.parametrize("view", [MAIN, MIDDLE, BEHIND_GOAL])
def test_named_points_on_paint_give_the_pitch(view):
    look = PitchFinder().look(painted(view), points(view))
    assert look is not None
    assert off(look, view) < 0.003
    assert look.knows_end
    assert np.array_equal(look.seen > 0, in_view(camera_at(view)))


def test_points_without_paint_give_nothing():
    grass = np.full((SIZE[1], SIZE[0], 3), (50, 120, 50), np.uint8)
    assert PitchFinder().look(grass, points(MAIN)) is None


def test_points_of_another_view_than_the_paint_give_no_wrong_pitch():
    look = PitchFinder().look(painted(BEHIND_GOAL), points(MAIN))
    assert look is None or off(look, BEHIND_GOAL) < 0.01 or not look.knows_end


@pytest.mark.parametrize("chosen", [[24, 25, 26], [17, 18, 22, 23], [13, 14, 17, 21, 24]])
def test_three_to_five_points_are_rescued_by_the_paint(chosen):
    some = points(MAIN, chosen=chosen)
    assume = int((some.keypoint_confidence > 0).sum())
    look = PitchFinder().look(painted(MAIN), some)
    assert look is not None or assume < 3
    assert look is None or off(look, MAIN) < 0.01


def test_without_points_the_lines_are_searched_and_the_end_is_not_told():
    look = PitchFinder().look(painted(BEHIND_GOAL), NOTHING)
    assert look is not None
    assert not look.knows_end
    ground = project_points(project_points(VERTICES, pitch_units()), look.projection)
    truth = [sign * VERTICES for sign in (1, -1)]
    image = [camera_at(BEHIND_GOAL).project(each, PITCH.width) for each in truth]
    shown = in_view(camera_at(BEHIND_GOAL))
    assert min(np.nanmedian(np.abs(each - ground)[shown]) for each in image) < 0.005


def test_a_camera_that_was_found_is_followed_without_points_and_keeps_its_end():
    finder = PitchFinder()
    assert finder.look(painted(MAIN), points(MAIN)) is not None
    place, target, focal = MAIN
    panned = (place, (target[0] - 2.0, *target[1:]), focal)
    before, after = (camera_at(each).plain() for each in (MAIN, panned))
    units = image_units(SIZE)
    finder.move(inverse(units) @ after @ inverse(before) @ units)
    look = finder.look(painted(panned), NOTHING)
    assert look is not None
    assert look.knows_end
    assert off(look, panned) < 0.004


def test_after_a_cut_nothing_of_the_last_shot_is_left():
    finder = PitchFinder()
    finder.look(painted(MAIN), points(MAIN))
    finder.begin_shot()
    look = finder.look(np.zeros((SIZE[1], SIZE[0], 3), np.uint8), NOTHING)
    assert look is None


def test_a_search_that_finds_nothing_waits_longer_and_longer(monkeypatch):
    searched = []
    finder = PitchFinder()
    nothing = np.zeros((90, 160, 3), np.uint8)
    for turn in range(80):
        monkeypatch.setattr(
            "touchline.pitch.finder.search", lambda *_, turn=turn: searched.append(turn)
        )
        finder.look(nothing, NOTHING)
    gaps = np.diff(searched)
    assert searched[0] == 0
    assert gaps[0] >= FIRST_WAIT
    assert np.all(np.diff(gaps) > 0)


def test_a_picture_squashed_to_a_square_is_looked_at_as_it_was():
    square = cv2.resize(painted(MAIN), (SIZE[0], SIZE[0]), interpolation=cv2.INTER_AREA)
    seen = points(MAIN)
    tall = seen.xy * np.array([1, SIZE[0] / SIZE[1]], np.float32)
    squashed = sv.KeyPoints(xy=tall, keypoint_confidence=seen.keypoint_confidence)
    look = PitchFinder().look(square, squashed)
    assert look is not None
    assert look.camera is None
    assert off(look.stretched(SIZE[1] / SIZE[0]), MAIN) < 0.003


def test_how_well_a_pitch_is_known_goes_with_the_paint_there_is():
    half = painted(MAIN).copy()
    half[:, :500] = (60, 110, 60)
    whole, part = (PitchFinder().look(each, points(MAIN)) for each in (painted(MAIN), half))
    assert whole is not None
    assert part is not None
    assert np.trace(part.covariance) > np.trace(whole.covariance)
