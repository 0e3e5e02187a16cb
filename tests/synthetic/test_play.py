from itertools import pairwise

import numpy as np
import pytest

from touchline.synthetic.looks import KEEPERS, N_PEOPLE
from touchline.synthetic.play import ACCELERATION, TOP_SPEED, Moment, Play


@pytest.fixture(scope="module")
def minute() -> list[Moment]:
    play = Play(np.random.default_rng(4))
    return [play.step(0.04) for _ in range(1500)]


def test_nobody_is_faster_than_a_sprinter(minute: list[Moment]):
    speeds = [np.linalg.norm(moment.velocity, axis=1).max() for moment in minute]
    assert max(speeds) <= TOP_SPEED + 1e-9


def test_people_have_inertia(minute: list[Moment]):
    changes = [np.linalg.norm(b.velocity - a.velocity, axis=1).max() for a, b in pairwise(minute)]
    assert max(changes) <= ACCELERATION * np.sqrt(2) * 0.04 + 1e-9


def test_the_ball_changes_feet(minute: list[Moment]):
    owners = {moment.owner for moment in minute}
    assert None in owners
    assert len(owners) > 8


def test_both_teams_get_the_ball(minute: list[Moment]):
    assert {moment.owner // 11 for moment in minute if moment.owner is not None} == {0, 1}


def test_keepers_stay_at_their_goals(minute: list[Moment]):
    for keeper, goal in zip(KEEPERS, (-52.5, 52.5), strict=True):
        assert max(abs(moment.position[keeper, 0] - goal) for moment in minute) < 14


def test_assistants_stay_beside_the_pitch(minute: list[Moment]):
    assistants = np.array([moment.position[N_PEOPLE - 2 :, 1] for moment in minute])
    assert (np.abs(assistants) > 33.5).all()
    assert (np.abs(assistants) < 37).all()


def test_two_people_are_never_in_one_place(minute: list[Moment]):
    for moment in minute[100::50]:
        gaps = np.linalg.norm(moment.position[:, None] - moment.position[None], axis=2)
        assert gaps[~np.eye(N_PEOPLE, dtype=bool)].min() > 0.15


def test_the_same_chance_gives_the_same_play():
    first, second = (Play(np.random.default_rng(9)) for _ in range(2))
    for _ in range(50):
        a, b = first.step(0.04), second.step(0.04)
    assert np.array_equal(a.position, b.position)
    assert np.array_equal(a.ball, b.ball)


def test_a_moment_does_not_change_when_play_goes_on():
    play = Play(np.random.default_rng(1))
    moment = play.step(0.04)
    before = moment.position.copy()
    play.step(0.04)
    assert np.array_equal(moment.position, before)
