import itertools
from collections import Counter

import numpy as np
import pytest

from touchline.synthetic import EventfulMatch, SyntheticMatch
from touchline.synthetic.incidents import EventfulPlay
from touchline.synthetic.play import HALF_LENGTH, HALF_WIDTH, Moment


@pytest.fixture(scope="module")
def minutes() -> list[Moment]:
    play = EventfulPlay(np.random.default_rng(5))
    return [play.step(0.04) for _ in range(9000)]


def is_out(moment: Moment) -> bool:
    return bool((np.abs(moment.ball[:2]) > [HALF_LENGTH, HALF_WIDTH]).any())


def test_people_shoot_clear_pass_and_put_the_ball_out_of_play(minutes: list[Moment]) -> None:
    kicks = Counter(
        now.kick
        for before, now in itertools.pairwise(minutes)
        if before.owner is not None and now.owner is None
    )
    assert set(kicks) == {"pass", "shot", "clearance"}
    assert kicks["pass"] > kicks["shot"] > 3
    assert sum(is_out(b) and not is_out(a) for a, b in itertools.pairwise(minutes)) > 3


def test_nothing_was_kicked_while_somebody_has_the_ball(minutes: list[Moment]) -> None:
    assert all(moment.kick is None for moment in minutes if moment.owner is not None)


def test_a_shot_flies_at_the_goal_that_is_not_ones_own(minutes: list[Moment]) -> None:
    for before, now in itertools.pairwise(minutes):
        if now.kick == "shot" and before.owner is not None:
            assert np.sign(now.ball_velocity[0]) == (1 if before.owner < 11 else -1)


def test_nobody_has_a_ball_that_is_out_of_play(minutes: list[Moment]) -> None:
    out = [moment for moment in minutes if np.abs(moment.ball[1]) > HALF_WIDTH + 1.5]
    assert out
    assert all(moment.owner is None for moment in out)


def test_the_truth_of_a_clip_says_what_was_kicked_and_others_are_as_they_were() -> None:
    size, seconds = (128, 64), 0.2
    usual = [truth for _, truth in SyntheticMatch(3, seconds=seconds, size=size, close_up=None)]
    eventful = [truth for _, truth in EventfulMatch(3, seconds=seconds, size=size, close_up=None)]
    assert len(usual) == len(eventful) == 5
    assert {truth.kick for truth in (*usual, *eventful)} <= {None, "pass", "shot", "clearance"}
