import numpy as np
import pytest

from touchline.geometry import centre_form
from touchline.tracking.steadying import missed_shift


def crowd(count, seed=0):
    """People in centre form about a picture, 50 to 70 pixels high."""
    random = np.random.default_rng(seed)
    high = random.uniform(50, 70, count)
    x, y = random.uniform(0, 1200, count), random.uniform(100, 700, count)
    return centre_form(np.stack([x, y, x + high / 2.5, y + high], axis=1))


@pytest.mark.parametrize("shift", [(40.0, 3.0), (-90.0, 0.0)])
def test_a_shift_of_the_whole_crowd_is_found(shift):
    tracks = crowd(14)
    seen = tracks + np.array([*shift, 0, 0]) + np.random.default_rng(1).normal(0, 2, tracks.shape)
    np.testing.assert_allclose(missed_shift(tracks, seen[2:]), shift, atol=2)


def test_a_crowd_that_is_where_it_should_be_is_left_there():
    tracks = crowd(14)
    assert missed_shift(tracks, tracks + 3.0).tolist() == [0, 0]


def test_those_who_run_each_his_own_way_are_no_shift():
    tracks = crowd(14)
    away = np.random.default_rng(2).uniform(-120, 120, tracks.shape) * [1, 1, 0, 0]
    assert missed_shift(tracks, tracks + away).tolist() == [0, 0]


def test_another_crowd_is_no_shift():
    assert missed_shift(crowd(12, seed=3), crowd(12, seed=4)).tolist() == [0, 0]


def test_a_few_people_tell_nothing():
    tracks = crowd(4)
    assert missed_shift(tracks, tracks + np.array([60, 0, 0, 0])).tolist() == [0, 0]
    assert missed_shift(tracks[:0], tracks).tolist() == [0, 0]
