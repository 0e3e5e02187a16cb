"""Scene cuts, plausible moves, and how still players keep.

Quirks of the validator tested here, each by a test that fails without it: the scene is cut where at
least half of the players moved more than 20 px, those without a past count as having stayed, and
only class 2 is asked; the frame of a cut belongs to the segment before it; frames are in the order
of numbers here; a move is plausible up to 30 px and counts up to 2 frames apart, within a segment;
1 for a segment of one frame, 0.5 for one without moves; the last of two boxes with one id is where
it was; steps of players up to 2 px and beyond 10 px count 1, between 0.5; tracks step over gaps and
from one box of a frame to another; 0 without a step.
"""

from typing import Any

import numpy as np
import pytest

from tests.scorevision.scoring.answers import frame, person
from touchline.scorevision.scoring.answer import AnswerArrays, read_answer
from touchline.scorevision.scoring.motion import (
    find_cuts,
    moves,
    plausibilities,
    player_consistency,
    segments_of,
)


def answer(*frames: list[dict[str, Any]], numbers: list[int] | None = None) -> AnswerArrays:
    names = range(len(frames)) if numbers is None else numbers
    return read_answer({str(n): frame(None, *f) for n, f in zip(names, frames, strict=True)})


def cuts(*frames: list[dict[str, Any]], numbers: list[int] | None = None) -> list[bool]:
    players = answer(*frames, numbers=numbers).players
    return [bool(cut) for cut in find_cuts(players, moves(players), len(frames))]


def plausible(*frames: list[dict[str, Any]], numbers: list[int] | None = None) -> list[float]:
    given = answer(*frames, numbers=numbers)
    moved = moves(given.players)
    segment = segments_of(find_cuts(given.players, moved, len(frames)))
    return [float(share) for share in plausibilities(given, moved, segment)]


def still(*frames: list[dict[str, Any]], numbers: list[int] | None = None) -> float:
    return player_consistency(answer(*frames, numbers=numbers).players)


def two(x: float, other: float = 600) -> list[dict[str, Any]]:
    return [person(x), person(other, id=2)]


def test_half_of_the_players_moving_over_20_pixels_cut_the_scene() -> None:
    assert cuts(two(100), two(120.5)) == [False, True]
    assert cuts(two(100), two(120)) == [False, False]
    assert cuts(two(100), [*two(150), person(900, id=3)]) == [False, False]


def test_other_classes_do_not_cut_the_scene() -> None:
    assert cuts([person(100, class_id=1)], [person(300, class_id=1)]) == [False, False]
    keepers = [person(900 + i, id=9 + i, class_id=1) for i in range(5)]
    assert cuts([*two(100), *keepers], [*two(150), *keepers]) == [False, True]


def test_a_frame_without_players_cuts_nothing_and_forgets_where_they_were() -> None:
    assert cuts(two(100), [], two(300)) == [False, False, False]


def test_a_cut_is_seen_across_any_gap() -> None:
    assert cuts(two(100), two(200), numbers=[3, 90]) == [False, True]


def test_the_frame_of_a_cut_belongs_to_the_segment_before_it() -> None:
    assert segments_of(np.array([False, True, False, True, True])).tolist() == [0, 0, 1, 1, 2]


def test_frames_follow_each_other_by_number() -> None:
    walk = [two(100 + 10 * n) for n in range(11)]
    assert cuts(*walk, numbers=list(range(11))) == [False] * 11


def test_the_last_of_two_boxes_with_one_id_is_where_it_was() -> None:
    twice = [person(100), person(300)]
    assert moves(answer(twice, [person(301)]).players).tolist()[2] == 1.0
    assert moves(answer([person(301)], twice).players).tolist()[1:] == [201.0, 1.0]


def test_ids_may_be_names() -> None:
    assert moves(answer([person(1, id="a")], [person(4, id="a")]).players).tolist()[1] == 3.0


def test_moves_up_to_30_pixels_are_plausible() -> None:
    crowd = [person(300 * i, id=9 + i) for i in range(3)]
    assert plausible([person(500), *crowd], [person(530), *crowd]) == [1.0]
    assert plausible([person(500), *crowd], [person(530.1), *crowd]) == [0.75]


def test_moves_count_across_two_frames_and_no_more() -> None:
    crowd = [person(300 * i, id=9 + i) for i in range(3)]
    first, second = [person(500), *crowd], [person(540), *crowd]
    assert plausible(first, second, numbers=[4, 6]) == [0.75]
    assert plausible(first, second, numbers=[4, 7]) == [0.5]


def test_a_jump_counts_against_the_segment_that_it_ends() -> None:
    assert plausible(two(100), two(100), two(140, 640), two(140, 640)) == [0.5, 1.0]


def test_the_first_move_of_a_segment_does_not_count() -> None:
    third = person(1200, id=3)
    before, after = [*two(100), third], [*two(300, 900), third]
    # One of three jumps, which is no cut, from the frame of the cut to the first of the segment.
    jumped = [*two(340, 900), third]
    assert plausible(before, after, jumped, jumped) == [pytest.approx(1 / 3), 1.0]


def test_one_frame_is_plausible_and_frames_without_moves_are_half() -> None:
    assert plausible(two(100)) == [1.0]
    assert plausible([], []) == [0.5]
    assert plausible([person(1, class_id=3)], [person(1, class_id=3)]) == [0.5]


@pytest.mark.parametrize(
    ("step", "expected"), [(2, 100), (2.01, 50), (10, 50), (10.01, 100), (500, 100)]
)
def test_slow_steps_count_half_and_far_ones_in_full(step: float, expected: float) -> None:
    assert still([person(100)], [person(100 + step)]) == expected


def test_steps_lead_over_gaps() -> None:
    assert still([person(100)], [], [person(105)], numbers=[1, 5, 70]) == 50.0


def test_steps_lead_from_one_box_of_a_frame_to_the_next() -> None:
    assert still([person(100), person(105)]) == 50.0


def test_every_step_weighs_the_same() -> None:
    assert still(two(100), two(105), [person(110)]) == pytest.approx(100 * 2 / 3)


def test_only_players_step_and_nobody_scores_0() -> None:
    assert still([person(1, class_id=1)], [person(1, class_id=1)]) == 0.0
    assert still() == 0.0


def test_nobody_has_moved_where_nobody_is() -> None:
    assert moves(answer([], []).players).size == 0
