from dataclasses import replace

import numpy as np
import pytest

from tests.verification.worlds import ball, man, shown
from touchline.frame import Source
from touchline.verification.settle import CONFIRM, KEEP_BALL, NO_BALL, settle
from touchline.verification.vote import TrackRecords
from touchline.verification.window import WindowTable


def settled(window, verified, tracks=None):
    """Ids that stay in each frame, where a verifier is as sure as ``verified`` of each object."""
    table = replace(WindowTable.of(window), verified=np.array(verified, np.float64))
    frames = settle(table, tracks or TrackRecords())
    return [frame.objects.tracker_id.tolist() for frame in frames]


def gap(x=100):
    return man(2, x, source=Source.INTERPOLATED)


def test_a_person_stays_with_its_track_whatever_this_look_showed():
    assert settled([shown(0, [man(2, 100)])], [0.01]) == [[2]]
    tracks = TrackRecords()
    tracks[2].is_person = False
    assert settled([shown(0, [man(2, 100)])], [0.99], tracks) == [[]]


@pytest.mark.parametrize(("sure", "stays"), [(KEEP_BALL - 0.01, []), (KEEP_BALL + 0.01, [1])])
def test_a_ball_stays_from_a_probability_of_one_quarter(sure, stays):
    assert settled([shown(0, [ball(200)])], [sure]) == [stays]


@pytest.mark.parametrize(("sure", "stays"), [(CONFIRM, [2]), (CONFIRM - 0.01, []), (np.nan, [])])
def test_a_gap_stays_only_where_a_look_confirmed_it(sure, stays):
    assert settled([shown(0, [gap()])], [sure]) == [stays]


def test_a_frame_between_two_looks_follows_both_of_them():
    window = [shown(0, [man(2, 100)]), shown(1, [gap()], looked=False), shown(2, [gap()])]
    assert settled(window, [0.9, np.nan, 0.9]) == [[2], [2], [2]]
    assert settled(window, [0.9, np.nan, 0.1]) == [[2], [], []]


def test_a_window_without_a_look_follows_the_last_one():
    tracks, window = TrackRecords(), [shown(1, [gap()], looked=False)]
    assert settled([shown(0, [gap()])], [0.1], tracks) == [[]]
    assert settled(window, [np.nan], tracks) == [[]]
    assert settled([shown(2, [gap()])], [0.9], tracks) == [[2]]
    assert settled(window, [np.nan], tracks) == [[2]]


def test_what_stays_carries_the_probability_of_its_look():
    window = [shown(0, [man(2, 100), man(3, 300)])]
    table = replace(WindowTable.of(window), verified=np.array([0.25, np.nan]))
    (frame,) = settle(table, TrackRecords())
    assert frame.objects.extra["verified"].dtype == np.float32
    assert frame.objects.verified[0] == 0.25
    assert np.isnan(frame.objects.verified[1])


def test_a_ball_that_was_filled_in_stays_unless_a_look_denies_it():
    window = [shown(0, [ball(200, source=Source.INTERPOLATED)])]
    assert settled(window, [NO_BALL + 0.01]) == [[1]]
    assert settled(window, [NO_BALL - 0.01]) == [[]]
    assert settled(window, [np.nan]) == [[]]


@pytest.mark.parametrize(("right", "stays"), [(0.3, []), (0.7, [1])])
def test_a_detector_that_says_how_often_it_is_right_counts_as_much_as_the_verifier(right, stays):
    table = WindowTable.of([shown(0, [ball(200)])])
    objects = table.objects.with_columns(probability=np.array([right], np.float32))
    table = replace(table, objects=objects, verified=np.array([0.3]))
    (frame,) = settle(table, TrackRecords())
    assert frame.objects.tracker_id.tolist() == stays
