from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from tests.teams.painted import BLUE, ORANGE, RED, WHITE, Figure, painted, two_teams
from touchline.frame import NO_TEAM, ClassId, Objects
from touchline.pipeline.stages import run_stage
from touchline.teams import Teams

FPS = 25


def film(stage: Teams, figures: Sequence[Figure], *, seconds: range) -> Iterator[Objects]:
    """The last frame of each second, in which everybody is looked at twice."""
    for second in seconds:
        frames = [painted(figures, index=FPS * second + step) for step in (0, 13)]
        yield run_stage(stage, frames)[-1]


def everybody(*, near: bool = True) -> list[Figure]:
    """Six of each team; the first of them and the first of the others side by side, or not."""
    figures = two_teams()[:12]
    foot = figures[0].foot
    figures[6] = replace(figures[6], foot=(foot[0], foot[1] + 110) if near else (1200.0, foot[1]))
    return figures


def swapped(figures: list[Figure]) -> list[Figure]:
    """Each of the two tracks goes on with the other's man."""
    red, blue = figures[0], figures[6]
    others = replace(red, shirt=blue.shirt, shorts=blue.shorts), *figures[1:6]
    return [*others, replace(blue, shirt=red.shirt, shorts=red.shorts), *figures[7:]]


@pytest.fixture
def stage() -> Teams:
    stage = Teams()
    stage.number_by(count(1000).__next__)
    return stage


def test_two_tracks_that_swap_their_men_exchange_their_ids(stage: Teams) -> None:
    figures = everybody()
    before = [*film(stage, figures, seconds=range(4))][-1]
    after = [*film(stage, swapped(figures), seconds=range(4, 8))][-1]
    assert after.tracker_id.tolist() == [7, *range(2, 7), 1, *range(8, 13)]
    team = dict(zip(before.tracker_id.tolist(), before.team.tolist(), strict=True))
    assert [team[each] for each in after.tracker_id.tolist()] == after.team.tolist()


def test_the_ids_of_two_who_are_far_apart_are_not_exchanged(stage: Teams) -> None:
    figures = everybody(near=False)
    [*film(stage, figures, seconds=range(4))]
    after = [*film(stage, swapped(figures), seconds=range(4, 8))][-1]
    assert {int(after.tracker_id[0]), int(after.tracker_id[6])} == {1000, 1001}


def test_a_track_that_takes_up_another_man_alone_goes_on_under_an_id_of_his(stage: Teams) -> None:
    figures = everybody()
    before = [*film(stage, figures, seconds=range(4))][-1]
    odd = [replace(figures[0], shirt=BLUE, shorts=BLUE), *figures[1:]]
    after = [*film(stage, odd, seconds=range(4, 8))]
    assert after[-1].tracker_id.tolist() == [1000, *range(2, 13)]
    assert after[-1].team[0] == before.team[6]
    assert stage.revise(after[-1], 7.5).team[0] == before.team[6]
    assert stage.revise(before, 3.5).team[0] == before.team[0]


def test_nobody_changes_his_name_under_one_id(stage: Teams) -> None:
    figures, names = everybody(), {}
    seen = [
        *film(stage, figures, seconds=range(4)),
        *film(stage, swapped(figures), seconds=range(4, 8)),
        *film(stage, figures, seconds=range(8, 12)),
    ]
    for table in seen[1:]:
        for row, each in enumerate(table.tracker_id.tolist()):
            name = int(table.class_id[row]), int(table.team[row])
            assert names.setdefault(each, name) == name
    assert len(names) == 12


def test_where_nobody_gives_ids_the_name_changes_with_the_man() -> None:
    stage, figures = Teams(), everybody()
    before = [*film(stage, figures, seconds=range(4))][-1]
    odd = [replace(figures[0], shirt=BLUE, shorts=BLUE), *figures[1:]]
    after = [*film(stage, odd, seconds=range(4, 12))][-1]
    assert after.tracker_id.tolist() == [*range(1, 13)]
    assert after.team[0] == before.team[6]


def test_after_a_cut_everybody_is_somebody_new(stage: Teams) -> None:
    figures = everybody()
    [*film(stage, figures, seconds=range(4))]
    [*film(stage, swapped(figures), seconds=range(4, 8))]
    cut = painted(figures, index=FPS * 9, shot=1, ids=range(21, 33))
    assert run_stage(stage, [cut])[0].tracker_id.tolist() == [*range(21, 33)]


def test_a_name_that_is_held_against_the_odds_says_how_unlikely_it_is(stage: Teams) -> None:
    figures = everybody()
    before = [*film(stage, figures, seconds=range(4))][-1]
    odd = [replace(figures[0], shirt=BLUE, shorts=BLUE), *figures[1:]]
    doubtful = run_stage(stage, [painted(odd, index=FPS * 4)])[0]
    assert doubtful.team[0] == before.team[0] != NO_TEAM
    assert doubtful.extra["team_confidence"][0] < before.extra["team_confidence"][0]
    assert np.isfinite(doubtful.extra["role_confidence"]).all()


def test_a_player_first_seen_beyond_the_line_gets_his_team_when_he_comes_in(stage: Teams) -> None:
    figures = two_teams(located=True)[:12]
    outside = [replace(figures[0], position=(-30.0, -39.0)), *figures[1:]]
    first = [*film(stage, outside, seconds=range(2))][-1]
    assert (first.off_pitch[0], first.team[0]) == (True, NO_TEAM)
    inside = [*film(stage, figures, seconds=range(2, 8))][-1]
    assert (inside.class_id[0], inside.team[0]) == (ClassId.PLAYER, inside.team[1])


@pytest.mark.parametrize("shirt", [RED, WHITE, ORANGE])
def test_light_that_changes_is_no_other_man(stage: Teams, shirt: tuple[int, int, int]) -> None:
    figures = [replace(each, shirt=shirt) if n < 6 else each for n, each in enumerate(everybody())]
    for second in range(8):
        light = 0.75 + 0.25 * (second % 2)
        frames = [painted(figures, index=FPS * second + step) for step in (0, 13)]
        dimmed = [replace(f, image=(f.image * light).astype(np.uint8)) for f in frames]
        last = run_stage(stage, dimmed)[-1]
    assert last.tracker_id.tolist() == [*range(1, 13)]
