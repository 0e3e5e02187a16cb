"""What is said of a ball that goes from one to the next, in worlds of a few metres a second."""

import numpy as np
import pytest

from touchline.analytics import Event, Possession, event_table, events
from touchline.analytics.events import WORTH
from touchline.arrays import Float64
from touchline.frame import NO_ID, NO_TEAM

GOALS = {0: {0: -52.5, 1: 52.5}}
PASSER, MATE, OPPONENT = 7, 8, 30
TEAMS = {PASSER: 0, MATE: 0, OPPONENT: 1, NO_ID: NO_TEAM}


def held(*parts: tuple[int, Float64], sure: float = 0.98, teams: float = 1.0) -> Possession:
    """Who has the ball in each 25th of a second, and where it is: (who, places (n, 2)) in turn."""
    owner = np.concatenate([np.full(len(places), who) for who, places in parts])
    n = len(owner)
    return Possession(
        frame=np.arange(n),
        time=np.arange(n) / 25,
        shot=np.zeros(n, np.int64),
        owner=owner,
        confidence=np.full(n, sure),
        team=np.array([TEAMS[who] for who in owner.tolist()]),
        team_confidence=np.where(owner == NO_ID, 0.0, teams),
        ball=np.concatenate([places for _, places in parts]),
    )


def rests(place: tuple[float, float], frames: int = 20) -> Float64:
    return np.tile(place, (frames, 1)).astype(float)


def rolls(begin: tuple[float, float], end: tuple[float, float], seconds: float = 1.0) -> Float64:
    """Straight, a little slower all the time."""
    share = np.linspace(0, 1, round(seconds * 25) + 1)[1:, None]
    return np.array(begin) + (np.array(end) - np.array(begin)) * (1.1 * share - 0.1 * share**2)


def flies(begin: tuple[float, float], end: tuple[float, float], seconds: float = 1.0) -> Float64:
    """As it seems on the ground: pushed away from the camera, the more the higher it is."""
    share = np.linspace(0, 1, round(seconds * 25) + 1)[1:, None]
    straight = np.array(begin) + (np.array(end) - np.array(begin)) * share
    height = 9.81 / 2 * seconds**2 * share * (1 - share)
    return straight + height * [0.0, 6.0]


def said(found: list[Event]) -> list[tuple[str, int, int]]:
    return [(each.action, each.tracker_id, each.frame) for each in found]


def test_a_ball_that_rolls_to_a_mate_is_a_pass_and_a_receipt() -> None:
    world = held((PASSER, rests((0, 0))), (NO_ID, rolls((0, 0), (14, 3))), (MATE, rests((14, 3))))
    found = events(world, GOALS)
    assert said(found) == [("pass", PASSER, 19), ("pass_received", MATE, 45)]
    assert all(0.8 < each.confidence < 1 for each in found)
    assert {each.team for each in found} == {0}


def test_an_opponent_who_takes_it_on_its_way_intercepts() -> None:
    world = held(
        (PASSER, rests((0, 0))), (NO_ID, rolls((0, 0), (12, 0))), (OPPONENT, rests((12, 0)))
    )
    assert said(events(world, GOALS)) == [("pass", PASSER, 19), ("interception", OPPONENT, 45)]


def test_a_ball_that_an_opponent_picks_up_later_or_slowly_was_perhaps_lost_to_nobody() -> None:
    late = held(
        (PASSER, rests((0, 0))),
        (NO_ID, rolls((0, 0), (24, 0), seconds=2.0)),
        (OPPONENT, rests((24, 0))),
    )
    assert [each.action for each in events(late, GOALS)] == ["pass"]
    slow = held((PASSER, rests((0, 0))), (NO_ID, rolls((0, 0), (2, 0))), (OPPONENT, rests((2, 0))))
    assert [each.action for each in events(slow, GOALS)] == ["pass"]


def test_a_high_ball_to_an_opponent_may_have_been_cleared_so_nothing_is_said() -> None:
    world = held(
        (PASSER, rests((-30, 0))),
        (NO_ID, flies((-30, 0), (10, 5), seconds=1.6)),
        (OPPONENT, rests((10, 5))),
    )
    assert events(world, GOALS) == []


def test_a_ball_that_changes_feet_at_once_was_not_kicked() -> None:
    world = held((PASSER, rests((0, 0))), (OPPONENT, rests((0.4, 0))), (MATE, rests((0.8, 0))))
    assert events(world, GOALS) == []


@pytest.mark.parametrize(("side", "goals"), [(1, GOALS), (-1, {0: {0: 52.5, 1: -52.5}})])
def test_a_hard_ball_at_the_goal_is_a_shot_and_no_pass(
    side: int, goals: dict[int, dict[int, float]]
) -> None:
    world = held(
        (PASSER, rests((side * 32.0, 4))),
        (NO_ID, rolls((side * 32.0, 4), (side * 52.0, 1), seconds=0.9)),
        (OPPONENT, rests((side * 52.0, 1))),
    )
    assert said(events(world, goals)) == [("shot", PASSER, 19)]
    assert "shot" not in {each.action for each in events(world, {})}, "whose goal is not known"


def test_a_soft_or_wide_ball_towards_the_goal_line_is_no_shot() -> None:
    for end, seconds in (((52.0, 25.0), 0.9), ((45.0, 1.0), 1.5)):
        world = held(
            (PASSER, rests((32, 4))),
            (NO_ID, rolls((32, 4), end, seconds)),
            (MATE, rests(end)),
        )
        assert "shot" not in {each.action for each in events(world, GOALS)}


def test_a_ball_that_rolls_over_a_line_is_out_of_play_and_who_fetches_it_has_won_nothing() -> None:
    world = held(
        (PASSER, rests((0, 28))),
        (NO_ID, rolls((0, 28), (4, 37), seconds=1.0)),
        (OPPONENT, rests((4, 37))),
    )
    found = said(events(world, GOALS))
    assert [each[:2] for each in found] == [("pass", PASSER), ("ball_out_of_play", PASSER)]
    assert world.ball[found[1][2], 1] == pytest.approx(34.5, abs=0.6)


def test_a_ball_that_lies_on_a_line_is_not_out_of_play_where_its_place_wavers() -> None:
    lying = rests((10, -34), 40)
    lying[20:, 1] -= 0.5
    world = held((PASSER, rests((0, -20))), (NO_ID, lying), (MATE, rests((10, -34))))
    assert "ball_out_of_play" not in {each.action for each in events(world, GOALS)}


def test_a_high_ball_that_seems_beyond_the_far_line_is_not_out_of_play() -> None:
    world = held(
        (PASSER, rests((30, 30))),
        (NO_ID, flies((30, 30), (42, 20), seconds=1.2)),
        (MATE, rests((42, 20))),
    )
    assert (world.ball[:, 1] > 34.5).any()
    assert "ball_out_of_play" not in {each.action for each in events(world, GOALS)}


def test_a_ball_that_is_not_seen_tells_of_passes_but_of_no_shot_and_no_line() -> None:
    nowhere = np.full((25, 2), np.nan)
    world = held((PASSER, rests((32, 4))), (NO_ID, nowhere), (MATE, rests((50, 1))))
    assert [each.action for each in events(world, GOALS)] == ["pass", "pass_received"]


def test_nothing_is_carried_over_a_cut_or_said_without_a_team() -> None:
    world = held((PASSER, rests((0, 0))), (NO_ID, rolls((0, 0), (14, 3))), (MATE, rests((14, 3))))
    world.shot[30:] = 1
    assert events(world, GOALS) == []
    world.shot[:] = 0
    world.team[:] = NO_TEAM
    assert events(world, GOALS) == []


def test_what_is_less_sure_than_it_is_worth_is_not_said() -> None:
    parts = (
        (PASSER, rests((0, 0))),
        (NO_ID, rolls((0, 0), (14, 3))),
        (MATE, rests((14, 3))),
    )
    assert events(held(*parts, sure=0.7, teams=0.4), GOALS) == []
    for each in events(held(*parts, sure=0.9), GOALS):
        assert each.confidence >= WORTH[each.action]


def test_no_frames_have_no_events_and_a_table_has_its_columns() -> None:
    empty = held((PASSER, np.empty((0, 2))))
    assert events(empty, {}) == []
    assert event_table([]).column_names == list(Event.__slots__)
