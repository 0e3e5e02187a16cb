import numpy as np
import pytest

from tests.pitch.painted import BEHIND_GOAL, MAIN, MARKINGS, MIDDLE, camera_at, painted
from touchline.pitch.agreement import LIMITS, LineFit, agreement
from touchline.pitch.paint import find_paint
from touchline.pitch.straight import find_straight


def agreed(view, camera):
    paint = find_paint(painted(view))
    return agreement(camera, MARKINGS, paint, find_straight(paint).members)


@pytest.mark.parametrize("view", [MAIN, MIDDLE, BEHIND_GOAL])
def test_the_camera_that_painted_a_pitch_is_confirmed_whoever_proposed_it(view):
    found = agreed(view, camera_at(view))
    assert found.precision > 0.85
    assert all(found.confirms(by) for by in ("points", "few", "followed"))


def test_the_pitch_turned_by_half_a_turn_agrees_as_well():
    here, turned = (agreed(MAIN, each) for each in (camera_at(MAIN), camera_at(MAIN).turned()))
    assert turned.precision == pytest.approx(here.precision, abs=0.01)
    assert turned.recall == pytest.approx(here.recall, abs=0.01)


@pytest.mark.parametrize("metres", [1.5, 3.0, 10.0])
def test_a_pitch_beside_the_paint_agrees_badly(metres):
    aside = np.zeros(12)
    aside[4] = metres
    right, wrong = agreed(MAIN, camera_at(MAIN)), agreed(MAIN, camera_at(MAIN).stepped(aside))
    assert wrong.precision < 0.75 * right.precision
    assert not wrong.confirms("lines")


def test_the_camera_of_another_view_is_refused():
    found = agreed(MAIN, camera_at(BEHIND_GOAL))
    assert not any(found.confirms(by) for by in LIMITS)


def test_without_paint_nothing_is_confirmed():
    paint = find_paint(np.zeros((720, 1280, 3), np.uint8))
    found = agreement(camera_at(MAIN), MARKINGS, paint, find_straight(paint).members)
    assert found == LineFit()
    assert not any(found.confirms(by) for by in LIMITS)


def test_lines_that_nobody_else_speaks_for_must_agree_best():
    least = [each for limits in LIMITS.values() for each in limits]
    assert all(each.precision == max(k.precision for k in least) for each in LIMITS["lines"])
    assert all(each.lines == max(k.lines for k in least) for each in LIMITS["lines"])


def test_a_wide_view_is_confirmed_where_all_the_paint_there_is_belongs_to_it():
    thin = LineFit(precision=0.25, recall=0.95, long_recall=1.0, lines=6, length=1.2)
    assert thin.confirms("points")
    assert not any(thin.confirms(by) for by in ("few", "lines"))
    assert not LineFit(precision=0.25, recall=0.2, long_recall=0.3, lines=6, length=1.2).confirms(
        "points"
    )
