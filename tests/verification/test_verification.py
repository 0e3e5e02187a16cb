"""The whole stage on painted worlds, with verifiers that know the paint."""

from dataclasses import replace

import numpy as np
import pytest

from tests.verification.worlds import (
    HOMOGRAPHY,
    SIZE,
    Oracle,
    Painter,
    Thing,
    ball,
    man,
    shown,
)
from touchline.errors import UsageError
from touchline.frame import ClassId, Source
from touchline.verification import Label, Verification
from touchline.verification.select import BEST_VIEWS

EMPTY = Source.INTERPOLATED


def walk(count=24, *, every=2, start=0, **given):
    """One man walks to the right; the networks look at every second frame."""
    return [
        shown(
            i,
            [man(2, 100 + 2 * i, source=Source.TRACKED if i % every == 0 else EMPTY, **given)],
            looked=i % every == 0,
        )
        for i in range(start, start + count)
    ]


def ids(states):
    return [state.tracker_id.tolist() for state in states]


def test_a_man_on_the_grass_stays_in_every_frame():
    states = Verification(Painter()).process(walk())
    assert ids(states) == [[2]] * 24
    assert {int(s.class_id[0]) for s in states} == {ClassId.PLAYER}


def test_a_track_that_shows_no_person_is_dropped_from_every_frame():
    states = Verification(Painter()).process(walk(shows=Label.BACKGROUND))
    assert ids(states) == [[]] * 24


def test_a_close_up_is_left_to_the_detector():
    painter = Painter()
    tall = {"xyxy": (100.0, 100.0, 200.0, 300.0), "shows": Label.BACKGROUND}
    states = Verification(painter).process([shown(i, [man(2, 100, **tall)]) for i in range(8)])
    assert ids(states) == [[2]] * 8
    assert not painter.looks


def test_the_verifiers_role_is_taken_and_the_detectors_kept():
    states = Verification(Painter(0.97)).process(walk(shows=Label.REFEREE))
    assert {int(s.class_id[0]) for s in states} == {ClassId.REFEREE}
    assert states[0].detected_class_id.tolist() == [ClassId.PLAYER]


def test_one_odd_look_does_not_change_a_role():
    verification = Verification(Painter(), full=True)
    window = walk()
    odd = [man(2, 112, shows=Label.REFEREE)]
    window[6] = shown(6, odd)
    states = verification.process(window)
    assert {int(s.class_id[0]) for s in states} == {ClassId.PLAYER}


def test_a_new_track_gets_a_few_looks_and_a_settled_one_none_in_the_next_second():
    painter = Painter()
    verification = Verification(painter)
    verification.process(walk())
    assert len(painter.looks) == BEST_VIEWS
    verification.process(walk(start=24))
    assert len(painter.looks) == BEST_VIEWS


def test_a_settled_track_is_looked_at_again_after_two_seconds():
    painter = Painter()
    verification = Verification(painter)
    for start in range(0, 96, 24):
        verification.process(walk(start=start))
    assert len(painter.looks) == BEST_VIEWS + 1


@pytest.mark.parametrize(
    "changed",
    [
        {"shows": Label.REFEREE},
        {"xyxy": (100.0, 100.0, 140.0, 200.0)},
    ],
    ids=["another shirt", "another size"],
)
def test_a_track_that_changes_is_looked_at_again(changed):
    painter = Painter()
    verification = Verification(painter)
    verification.process(walk())
    verification.process([shown(24, [man(2, 150, **changed)])])
    assert len(painter.looks) == BEST_VIEWS + 1


def test_the_best_views_are_large_and_uncovered():
    painter = Painter()
    near = [shown(i, [man(2, 100, xyxy=(100, 100, 140, 200))]) for i in range(8)]
    far = [shown(i, [man(2, 100)]) for i in range(8, 12)]
    covered = [
        shown(i, [man(2, 100, xyxy=(100, 90, 140, 205)), man(3, 100, xyxy=(90, 80, 150, 210))])
        for i in range(12, 18)
    ]
    Verification(painter).process(near + far + covered)
    mine = [view for view in painter.looks if view.xyxy[0] == 100]
    assert {view.xyxy[3] - view.xyxy[1] for view in mine} == {100}


def test_full_looks_at_everything_that_was_detected():
    painter = Painter()
    verification = Verification(painter, full=True)
    verification.process(walk())
    assert len(painter.looks) == verification.spent.student == 12
    assert verification.spent.objects == 12


def test_a_false_ball_is_dropped_and_a_ball_stays():
    window = [shown(i, [ball(200)]) for i in range(8)]
    assert ids(Verification(Painter()).process(window)) == [[1]] * 8
    window = [shown(i, [ball(200, shows=Label.GRASS)]) for i in range(8)]
    assert ids(Verification(Painter()).process(window)) == [[]] * 8


def test_one_bad_look_does_not_lose_the_ball():
    blurred = [ball(200, shows=Label.GRASS)]
    window = [shown(i, blurred if i == 4 else [ball(200)]) for i in range(9)]
    assert ids(Verification(Painter(0.8)).process(window)) == [[1]] * 9


@pytest.mark.parametrize(("painted", "stays"), [(True, [1]), (False, [])])
def test_a_ball_in_a_gap_stays_where_a_look_confirms_it(painted, stays):
    window = [shown(i, [ball(200)]) for i in range(9)]
    gap = [ball(200, source=EMPTY)]
    window[4] = shown(4, gap, painted=gap if painted else [])
    states = Verification(Painter()).process(window)
    assert ids(states)[4] == stays


def test_a_gap_stays_where_a_look_confirms_it_with_the_verifiers_confidence():
    window = walk()
    window[8] = shown(8, [man(2, 116, source=EMPTY, confidence=0.3)])
    states = Verification(Painter(0.9)).process(window)
    assert ids(states) == [[2]] * 24
    assert states[8].confidence[0] == pytest.approx(0.94, abs=0.001)
    assert states[8].source.tolist() == [EMPTY.value]


def test_a_gap_over_bare_grass_goes_and_takes_the_frames_beside_it_along():
    window = walk()
    window[8] = shown(8, [man(2, 116, source=EMPTY)], painted=[])
    states = Verification(Painter()).process(window)
    assert [len(each) for each in ids(states)][6:11] == [1, 0, 0, 0, 1]


def test_a_gap_at_the_end_of_a_window_counts_in_the_next_one():
    verification = Verification(Painter())
    window = walk(23)
    window[22] = shown(22, [man(2, 144, source=EMPTY)], painted=[])
    verification.process(window)
    following = verification.process(walk(5, start=23))
    assert [len(each) for each in ids(following)] == [0, 1, 1, 1, 1]


def test_frames_without_a_pitch_get_no_filled_gap():
    painter = Painter()
    far = [man(2, 100, xyxy=(100, 20, 260, 340))]  # a close-up: nearly as high as the picture
    gap = [man(2, 100, xyxy=(100, 20, 260, 340), source=EMPTY)]
    window = [shown(i, gap if i == 3 else far, homography=None) for i in range(8)]
    states = Verification(painter).process(window)
    assert [len(each) for each in ids(states)] == [1, 1, 1, 0, 1, 1, 1, 1]


def test_a_lawn_seen_from_behind_the_goal_is_a_pitch_in_view():
    gap = [man(2, 100, source=EMPTY)]
    window = [shown(i, gap if i == 3 else [man(2, 100)], homography=None) for i in range(8)]
    assert ids(Verification(Painter()).process(window)) == [[2]] * 8


def holes(verification, *, painted=True):
    """Ten seconds in which the detector sees something in every third second only."""
    states = []
    for second in range(10):
        window = []
        for i in range(second * 25, second * 25 + 25):
            there = [man(2, 60 + i)]
            seen = there if second % 3 == 0 else []
            truly = there if painted or seen else []
            window.append(shown(i, seen, looked=i % 2 == 0 or bool(seen), painted=truly))
        states += verification.process(window)
    return states


def test_a_clip_full_of_holes_is_filled_with_what_the_verifier_confirms():
    states = holes(Verification(Painter()))
    added = [
        (i, state.xyxy[0])
        for i, state in enumerate(states)
        if len(state) and state.source[0] == Source.PROPOSED.value
    ]
    assert len(added) > 60
    for i, xyxy in added:
        assert xyxy == pytest.approx((60 + i, 150, 80 + i, 200), abs=10)


def test_nothing_is_proposed_where_the_verifier_sees_grass():
    states = holes(Verification(Painter()), painted=False)
    assert all(Source.PROPOSED.value not in state.source for state in states)


def test_a_track_is_not_carried_on_in_a_clip_that_is_well_covered():
    window = [shown(i, [man(2, 100), man(3, 300)]) for i in range(12)]
    window += [shown(i, [man(3, 300)], painted=[man(2, 100), man(3, 300)]) for i in range(12, 20)]
    states = Verification(Painter()).process(window)
    assert ids(states[12:]) == [[3]] * 8


def test_a_frame_without_any_detection_gets_what_was_there_within_a_second():
    window = [shown(i, [man(2, 100)] if i < 100 else [], painted=[man(2, 100)]) for i in range(150)]
    states = Verification(Painter(), min_coverage=0).process(window)
    assert [len(each) for each in ids(states)] == [1] * 125 + [0] * 25


def test_nothing_is_proposed_where_the_pitch_is_not_known():
    window = [shown(i, [man(2, 100)] if i < 12 else [], homography=None) for i in range(50)]
    states = Verification(Painter()).process(window)
    assert sum(len(each) for each in ids(states)) == 12


def test_the_expert_decides_where_detector_and_student_disagree():
    def classes(expert):
        verification = Verification(Painter(0.6), expert=expert)
        states = verification.process(walk(120, shows=Label.REFEREE))
        return {int(s.class_id[0]) for s in states}

    assert classes(None) == {ClassId.PLAYER}
    assert classes(Oracle(Label.REFEREE, 0.97)) == {ClassId.REFEREE}


def test_the_expert_does_not_overturn_detector_and_student_together():
    expert = Oracle(Label.REFEREE, 0.97)
    states = Verification(Painter(0.99), expert=expert, full=True).process(walk())
    assert {int(s.class_id[0]) for s in states} == {ClassId.PLAYER}


def test_the_expert_sees_three_per_cent_at_most():
    expert = Oracle(Label.PLAYER)
    verification = Verification(Painter(0.4), expert=expert)
    for start in range(0, 500, 25):
        verification.process(
            [shown(i, [man(k, 20 * k) for k in range(2, 22)]) for i in range(start, start + 25)]
        )
    assert 0 < len(expert.looks) <= 0.03 * verification.spent.objects
    assert verification.spent.expert == len(expert.looks)


def test_both_look_at_everything_when_no_shortcut_is_taken():
    expert, painter = Oracle(Label.PLAYER), Painter()
    Verification(painter, expert=expert, full=True).process(walk())
    assert (len(expert.looks), len(painter.looks)) == (12, 12)


def test_a_cut_ends_what_is_known_of_a_track():
    painter = Painter()
    verification = Verification(painter)
    verification.process(walk())
    verification.process([shown(30 + i, [man(2, 100)], shot=1) for i in range(8)])
    assert len(painter.looks) == 2 * BEST_VIEWS


def test_a_second_clip_knows_nothing_of_the_first():
    painter = Painter()
    for _ in range(2):
        Verification(painter).process(walk())
    assert len(painter.looks) == 2 * BEST_VIEWS


def test_a_window_over_a_cut_is_refused():
    with pytest.raises(UsageError, match="one shot"):
        Verification(Painter()).process([shown(0, []), shown(1, [], shot=1)])


def test_no_frames_and_no_objects_are_answered_with_nothing():
    verification = Verification(Painter())
    assert verification.process([]) == []
    (state,) = verification.process([shown(0, [])])
    assert len(state) == 0


def test_columns_of_others_go_through_whatever_they_are_called():
    columns = {"place": [7], "weight": [0.5], "probability": [0.1], "looked": [False]}
    given = {name: np.array(column) for name, column in columns.items()}
    window = [replace(each, objects=each.objects.with_columns(**given)) for each in walk()]
    states = Verification(Painter()).process(window)
    assert ids(states) == [[2]] * 24
    for state in states:
        assert {name: state.extra[name].tolist() for name in columns} == columns
    assert states[0].verified[0] > 0.9


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_coverage_out_of_range_is_refused(value):
    with pytest.raises(UsageError, match="min_coverage"):
        Verification(Painter(), min_coverage=value)


@pytest.mark.parametrize(
    "xyxy",
    [
        (10.0, 10.0, 10.0, 60.0),
        (-90.0, 10.0, -60.0, 60.0),
        (60.0, 60.0, 30.0, 10.0),
    ],
    ids=["no area", "outside", "reversed"],
)
def test_a_box_that_shows_nothing_is_dropped_and_nothing_else(xyxy):
    things = [man(3, 300)]
    broken = Thing(2, xyxy)
    window = [shown(i, things) for i in range(6)]
    window = [
        replace(shown(i, [*things, broken], painted=things), image=each.image)
        for i, each in enumerate(window)
    ]
    assert ids(Verification(Painter()).process(window)) == [[3]] * 6


def test_five_thousand_objects_in_a_frame_are_answered():
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, (SIZE[0] - 20, SIZE[1] - 50), (5000, 2))
    things = [Thing(k + 2, (x, y, x + 20, y + 50)) for k, (x, y) in enumerate(corners.tolist())]
    (state,) = Verification(Oracle(Label.PLAYER)).process([shown(0, things, painted=[])])
    assert len(state) == 5000


def test_boxes_are_shown_in_the_pixels_of_a_reduced_picture():
    painter = Painter()
    full = shown(0, [man(2, 100)])
    assert full.image is not None
    half = replace(full, image=np.ascontiguousarray(full.image[::2, ::2]), scale=0.5)
    Verification(painter).process([half])
    assert painter.looks[0].xyxy.tolist() == [50, 75, 60, 100]


def test_the_homography_of_the_tests_puts_the_centre_spot_in_the_middle():
    assert (HOMOGRAPHY @ (320, 180, 1)).tolist() == pytest.approx([0, 0, 1])
