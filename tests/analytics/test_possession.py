import numpy as np
import pytest

from tests.analytics.worlds import BALL, passing
from touchline.analytics import joined_possession, motions, passes, possession
from touchline.analytics.sightings import joined
from touchline.frame import NO_ID


def held(parts):
    seen = joined(parts)
    return possession(seen, motions(seen))


def test_who_stands_by_the_ball_has_it_and_nobody_while_it_is_on_its_way():
    found = held(passing())
    assert found.frame.tolist() == list(range(125))
    assert {*found.owner[:45]} == {1}
    assert {*found.owner[55:70]} == {NO_ID}
    assert {*found.owner[80:]} == {2}
    assert found.is_said[[20, 60, 100]].all()


def test_a_pass_says_from_whom_to_whom_when_and_how_far():
    (only,) = passes(held(passing()))
    assert (only.passer, only.receiver, only.team) == (1, 2, 0)
    assert only.start == pytest.approx(2.0, abs=0.2)
    assert only.end == pytest.approx(3.0, abs=0.2)
    assert only.metres == pytest.approx(15.0, abs=1.5)
    assert only.confidence > 0.7


def test_a_ball_that_goes_to_an_opponent_is_no_pass():
    assert passes(held(passing(other_team=1))) == []


def test_without_teams_there_are_no_passes():
    parts = passing()
    for each in parts:
        each.team[:] = -1
    assert passes(held(parts)) == []


def test_nothing_is_said_of_a_ball_that_nobody_sees():
    *people, ball = passing()
    found = held([*people, ball[:25]])
    assert found.is_said[:20].all()
    assert not found.is_said[90:].any()


def test_a_ball_that_flies_past_somebody_is_not_his():
    *people, ball = passing()
    ball.place[:] = np.stack([-12 + 12 * ball.time, np.full(len(ball), 0.5)], axis=1)
    found = held([*people, ball])
    assert 1 not in found.owner[found.is_said]


def test_a_referee_never_has_the_ball():
    first, *others = passing()
    first.class_id[:] = 3
    assert 1 not in held([first, *others]).owner


def test_a_pass_whose_start_was_not_seen_has_no_length():
    *people, ball = passing()
    ball.place[20:60] = np.nan
    for each in passes(held([*people, ball]), least=0.0):
        assert each.metres is None


def test_a_pass_does_not_lead_over_a_cut():
    parts = passing()
    for each in parts:
        each.shot[each.time > 2.5] = 1
    assert passes(held(parts)) == []


def test_no_sightings_are_no_frames():
    found = held([each[:0] for each in passing()])
    assert len(found.frame) == 0
    assert passes(joined_possession([found, found])) == []


def test_the_ball_alone_is_nobodys():
    found = held([each for each in passing() if each.tracker_id[0] == BALL])
    assert {*found.owner} == {NO_ID}
