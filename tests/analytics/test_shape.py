import numpy as np
import pytest

from tests.analytics.worlds import walk
from touchline.analytics import heat_map, line_heights, own_goals, shape
from touchline.analytics.sightings import joined
from touchline.errors import UsageError
from touchline.frame import ClassId

FOUR_FOUR_TWO = np.array(
    [
        *((-30, y) for y in (-20, -7, 7, 20)),
        *((-10, y) for y in (-20, -7, 7, 20)),
        *((10, y) for y in (-5, 5)),
    ],
    float,
)


def test_a_team_has_a_middle_a_length_a_width_and_a_hull():
    found = shape(FOUR_FOUR_TWO)
    assert (found.people, found.length, found.width) == (10, 40.0, 40.0)
    assert (found.x, found.y) == pytest.approx((-14.0, 0.0))
    assert found.area == pytest.approx(20 * 40 + 20 * (40 + 10) / 2)


def test_a_team_that_is_half_in_the_picture_has_no_extent():
    found = shape(FOUR_FOUR_TWO[:7])
    assert found.people == 7
    assert (found.x, found.length, found.area) == (None, None, None)


def test_a_team_on_one_line_has_no_area():
    assert shape(np.stack([np.arange(9.0), np.zeros(9)], axis=1)).area == 0.0


def test_lines_are_as_far_from_the_own_goal_as_they_stand():
    assert line_heights(FOUR_FOUR_TWO, own_goal=-52.5) == pytest.approx((22.5, 42.5, 62.5))
    assert line_heights(FOUR_FOUR_TWO, own_goal=52.5) == pytest.approx((42.5, 62.5, 82.5))
    assert line_heights(FOUR_FOUR_TWO[:7], own_goal=52.5) is None


def test_keepers_tell_which_goal_is_whose():
    left = walk(lambda t: (-48.0, 0.0), kind=ClassId.GOALKEEPER, team=1)
    right = walk(lambda t: (47.0, 0.0), number=2, kind=ClassId.GOALKEEPER, team=0)
    assert own_goals(left) == {1: -52.5, 0: 52.5}
    assert own_goals(joined([left, right])) == {1: -52.5, 0: 52.5}


def test_keepers_who_contradict_each_other_or_stand_far_out_tell_nothing():
    one = walk(lambda t: (-48.0, 0.0), kind=ClassId.GOALKEEPER, team=1)
    other = walk(lambda t: (-47.0, 0.0), number=2, kind=ClassId.GOALKEEPER, team=0)
    far_out = walk(lambda t: (-5.0, 0.0), kind=ClassId.GOALKEEPER, team=1)
    assert own_goals(joined([one, other])) == {}
    assert own_goals(far_out) == {}


def test_a_heat_map_counts_seconds_where_they_were_spent():
    places = np.array([[-52.0, -33.5], [0.2, 0.2], [0.2, 0.2], [np.nan, 0.0], [60.0, 0.0]])
    found = heat_map(places, np.full(5, 0.04))
    assert found.shape == (68, 105)
    assert found[0, 0] == pytest.approx(0.04)
    assert found[34, 52] == pytest.approx(0.08)
    assert found.sum() == pytest.approx(0.12)


def test_a_heat_map_refuses_what_it_cannot_count():
    with pytest.raises(UsageError, match="cell"):
        heat_map(np.zeros((1, 2)), np.ones(1), cell=0.0)
    with pytest.raises(UsageError, match="one for each of 2 places"):
        heat_map(np.zeros((2, 2)), np.ones(1))
