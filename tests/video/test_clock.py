import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.video.clock import Clock

MS = Fraction(1, 1000)


def times(stamps, time_base=MS):
    clock = Clock(0.04, time_base)
    return [clock.tick(stamp) for stamp in stamps]


def test_time_starts_at_the_first_frame():
    assert times([8000, 8040, 8120]) == pytest.approx([0, 0.04, 0.12])


def test_missing_stamps_advance_by_the_average_rate():
    assert times([0, None, None, 200]) == pytest.approx([0, 0.04, 0.08, 0.2])
    assert times([None, None, None], time_base=None) == pytest.approx([0, 0.04, 0.08])


def test_a_repeated_stamp_is_moved_and_the_true_times_are_reached_again():
    assert times([0, 40, 40, 80, 120]) == pytest.approx([0, 0.04, 0.06, 0.08, 0.12])


def test_at_the_seam_of_two_recordings_time_goes_on():
    assert times([0, 5000, 5040, 0, 40, 80]) == pytest.approx([0, 5, 5.04, 5.08, 5.12, 5.16])


@given(st.lists(st.none() | st.integers(-(10**9), 10**9), min_size=1, max_size=60))
def test_times_start_at_zero_and_always_grow(stamps):
    found = times(stamps)
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert all(before < after for before, after in itertools.pairwise(found))
