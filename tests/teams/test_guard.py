import numpy as np

from touchline.teams.evidence import Lineup
from touchline.teams.guard import keeper_teams


def moment(time: float, x: list[float]) -> Lineup:
    """Rows 0-2 of team 0, 3-5 of team 1, 6 a keeper; each at x on the long axis."""
    position = np.stack([np.array(x), np.zeros(len(x))], axis=1)
    return Lineup(time, np.arange(len(x)), position, np.full(len(x), True))


TEAMS = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]] * 3 + [[0.0, 0.0]])


def test_a_keeper_belongs_to_those_who_stand_deepest_before_his_goal() -> None:
    there = [moment(t, [40, 35, 30, 33, 28, 20, 51]) for t in range(5)]
    team, sure = keeper_teams(np.array([6]), TEAMS, there)
    assert team.tolist() == [0]
    assert sure[0] > 0.8


def test_the_same_people_at_the_other_goal_are_the_others() -> None:
    there = [moment(t, [-30, -35, -31, -40, -28, -20, -51]) for t in range(5)]
    assert keeper_teams(np.array([6]), TEAMS, there)[0].tolist() == [1]


def test_after_the_break_the_ends_are_changed() -> None:
    before = [moment(t, [40, 35, 30, 33, 28, 20, 51]) for t in range(5)]
    after = [moment(600 + t, [20, 25, 30, 33, 38, 41, 51]) for t in range(3)]
    late = np.concatenate([TEAMS, TEAMS[-1:]])
    later = [Lineup(m.time, np.append(m.rows[:-1], 7), m.position, m.inside) for m in after]
    assert keeper_teams(np.array([6, 7]), late, [*before, *later])[0].tolist() == [0, 1]


def test_where_no_place_is_known_no_side_is_either() -> None:
    nowhere = [moment(0, [np.nan] * 7)]
    team, sure = keeper_teams(np.array([6]), TEAMS, nowhere)
    assert team.tolist() == [-1]
    assert np.isnan(sure[0])
    assert keeper_teams(np.array([6]), TEAMS, [])[0].tolist() == [-1]
