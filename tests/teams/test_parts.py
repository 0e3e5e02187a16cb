"""A match that several have seen, each a part of it."""

from dataclasses import replace

import numpy as np

from tests.teams.painted import two_teams
from tests.teams.test_stage import film, said
from touchline.frame import NO_TEAM
from touchline.teams import Part, Teams


def test_teams_have_one_number_in_all_parts_whoever_numbered_them_there() -> None:
    figures = two_teams(located=True)[:12]
    turned = [*figures[6:], *figures[:6]]
    first, second = Teams(), Teams()
    begun = said(first, film(figures))
    gone_on = said(second, film(turned, start=200))
    whole = Teams()
    whole.take_parts(
        [
            Part(first.memory, lambda own: own, 0.0, 5.0),
            Part(second.memory, lambda own: own + 100, 5.0, np.inf),
        ]
    )
    early = whole.revise(begun, 0.0).team
    renamed = replace(gone_on, tracker_id=gone_on.tracker_id + 100)
    late = whole.revise(renamed, 9.0).team
    assert {*early.tolist()} == {0, 1}
    assert late.tolist() == [*early[6:], *early[:6]]


def test_what_lies_outside_of_a_part_is_left_to_the_other() -> None:
    stage = Teams()
    seen = said(stage, film(two_teams(located=True)[:12]))
    whole = Teams()
    whole.take_parts([Part(stage.memory, lambda own: own, 50.0, 60.0)])
    assert (whole.revise(seen, 0.0).team == NO_TEAM).all()
