import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.tables import labelled
from touchline.evaluation.labels import OTHER
from touchline.evaluation.metrics import EVERYBODY, role_f1, who
from touchline.evaluation.metrics.pairing import first_come
from touchline.evaluation.metrics.who import best_naming
from touchline.evaluation.people import frame_intervals, sum_people

KEEPER, PLAYER, REFEREE = 1, 2, 3


def boxes(*places):
    """People 10 wide and 20 high, so far to the right."""
    return [[x, 0, x + 10, 20] for x in places]


def standing(classes, *, frame=None, **columns):
    """People who stand apart, in one frame unless told: the class of each, a place of its own."""
    places = boxes(*(30 * n for n in range(len(classes))))
    frame = frame or [0] * len(classes)
    return labelled(frame, places, frames=max(frame) + 1, class_id=list(classes), **columns)


def test_roles_are_counted_by_what_people_were_found_as():
    truth = standing([KEEPER, PLAYER, PLAYER, PLAYER, REFEREE, REFEREE])
    found = standing([PLAYER, PLAYER, PLAYER, REFEREE, REFEREE])  # and one referee is missed
    counts = who(truth, found).roles.sum(axis=0)
    assert counts.tolist() == [[0, 1, 0, 0], [0, 2, 1, 0], [0, 0, 1, 1]]
    # 2 TP / (2 TP + FP + FN) of those who were found.
    assert role_f1(counts).tolist() == pytest.approx([0, 4 / 6, 2 / 3])
    figures = sum_people([who(truth, found)])
    assert figures["people found"] == pytest.approx(5 / 6)
    assert figures["role F1"] == pytest.approx((0 + 2 / 3 + 2 / 3) / 3)


def test_a_role_that_nobody_is_labelled_as_has_no_figure_and_is_not_in_the_mean():
    figures = sum_people([who(standing([PLAYER, PLAYER]), standing([PLAYER, KEEPER]))])
    assert np.isnan(figures["F1 goalkeeper"])
    assert figures["role F1"] == figures["F1 player"] == pytest.approx(2 / 3)


def test_whoever_is_found_as_none_of_the_game_is_not_found():
    assert who(standing([PLAYER]), standing([OTHER])).roles.sum(axis=0)[1].tolist() == [0, 0, 0, 1]


def test_labels_that_are_not_asked_for_count_neither_way():
    truth = standing([PLAYER, PLAYER, OTHER], ignored=[False, True, False])
    figures = sum_people([who(truth, standing([PLAYER, REFEREE, REFEREE]))])
    assert (figures["people found"], figures["F1 player"]) == (1, 1)


def test_a_label_takes_the_found_person_it_overlaps_most_of_those_left():
    truth = labelled([0, 0], boxes(0, 2)).objects
    found = labelled([0, 0], boxes(3, 1)).objects
    # The first takes the second (1 of 10 off); what is left is 1 off the second label.
    assert [rows.tolist() for rows in first_come(truth, found)] == [[0, 1], [1, 0]]
    # One who is as near to both is the first one's.
    alone = found.where(np.array([1]))
    assert [rows.tolist() for rows in first_come(truth, alone)] == [[0], [0]]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), max_size=8),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), max_size=8),
)
def test_nobody_is_taken_twice_and_all_that_are_taken_overlap_by_half(mine, theirs):
    truth, found = (
        labelled([f for f, _ in each], boxes(*(x for _, x in each)), frames=3).objects
        for each in (mine, theirs)
    )
    rows, others = first_come(truth, found)
    assert len(set(rows.tolist())) == len(rows)
    assert len(set(others.tolist())) == len(others)
    assert (truth.frame[rows] == found.frame[others]).all()
    # Half of two boxes 10 wide that are 3 apart: 7 / 13.
    assert (abs(truth.xyxy[rows, 0] - found.xyxy[others, 0]) <= 3).all()
    left = set(range(len(found))) - set(others.tolist())
    for row in set(range(len(truth))) - set(rows.tolist()):
        near = abs(found.xyxy[:, 0] - truth.xyxy[row, 0]) <= 3
        assert not left & set(np.flatnonzero(near & (found.frame == truth.frame[row])).tolist())


def test_outfield_players_are_on_the_right_side_by_the_naming_that_fits_best():
    classes = [PLAYER] * 5 + [KEEPER, REFEREE]
    truth = standing(classes, team=["left", "left", "left", "right", "right", "left", ""])
    # Two of the left and one of the right are together, one is alone, of one nothing is told.
    found = standing(classes, team=["1", "1", "0", "0", "", "0", ""])
    part = who(truth, found)
    assert part.sides.tolist() == [[3, 4, 5]]
    figures = sum_people([part])
    assert figures["team accuracy"] == pytest.approx(3 / 4)
    assert figures["players with a team"] == pytest.approx(4 / 5)


def test_each_clip_counts_once_in_team_accuracy():
    def clip(labels, teams):
        classes = [PLAYER] * len(teams)
        return who(standing(classes, team=list(labels)), standing(classes, team=list(teams)))

    parts = [clip("aabb", "0011"), clip("ab", "10"), clip("ab", "00")]
    assert sum_people(parts)["team accuracy"] == pytest.approx((1 + 1 + 0.5) / 3)
    untold = clip("ab", ["", ""])
    assert sum_people([*parts, untold])["team accuracy"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert np.isnan(sum_people([untold])["team accuracy"])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "0", "1"])), max_size=12))
def test_the_naming_is_the_best_of_both(people):
    labelled_team, found = (np.array([each[n] for each in people], np.str_) for n in (0, 1))
    namings = [dict(zip("ab", names, strict=True)) for names in itertools.permutations("01")]
    by_hand = max(sum(naming[a] == b for a, b in people) for naming in namings)
    assert best_naming(labelled_team, found).sum() == by_hand


def test_a_track_is_on_the_right_side_if_most_of_its_boxes_are():
    frame = [0, 0, 1, 1, 2, 2]
    places = boxes(0, 50) * 3
    truth = labelled(frame, places, frames=3, team=["a", "b"] * 3)
    # Track 1 changes its side once in three frames; track 2 is right in one of three.
    found = labelled(
        frame, places, frames=3, team=["0", "1", "0", "0", "1", "0"], tracker_id=[1, 2] * 3
    )
    part = who(truth, found)
    assert part.tracks.tolist() == [1, 2]
    assert part.sides.tolist() == [[2, 2, 2], [1, 2, 2], [0, 2, 2]]


def test_a_person_counts_the_different_ids_of_all_frames():
    frame = [0, 0, 1, 1, 2, 2, 3]
    places = [*boxes(0, 50) * 3, *boxes(90)]
    truth = labelled(frame, places, frames=4, tracker_id=[1, 2, 1, 2, 1, 2, 3])
    # The first has 5, 6 and 5 again; the second 8 and none; the third is not found.
    found = labelled(frame[:6], places[:6], frames=4, tracker_id=[5, 8, 6, -1, 5, 8])
    part = who(truth, found)
    assert part.ids.tolist() == [2, 1]
    assert sum_people([part])["ids per person"] == pytest.approx(1.5)


def test_hota_of_a_role_takes_the_role_for_granted():
    columns = {"frame": [0, 0, 1, 1], "tracker_id": [1, 2, 1, 2]}
    truth = standing([PLAYER, REFEREE, PLAYER, REFEREE], **columns)
    found = standing([PLAYER, PLAYER, PLAYER, REFEREE], **columns)
    figures = sum_people([who(truth, found)])
    assert figures["HOTA"] == pytest.approx(1)
    # Players: 2 hits, 1 false. Referees: 1 hit, 1 missed, and half of the track is there.
    assert figures["HOTA player"] == pytest.approx(((2 / 3) * 1) ** 0.5)
    assert figures["HOTA referee"] == pytest.approx(((1 / 2) * (1 / 2)) ** 0.5)
    assert np.isnan(figures["HOTA goalkeeper"])


def test_labels_without_ids_say_nothing_of_tracks():
    part = who(standing([PLAYER]), standing([PLAYER], tracker_id=[4]))
    assert part.hota == {}
    figures = sum_people([part])
    assert np.isnan([figures["HOTA"], figures["HOTA player"], figures["ids per person"]]).all()
    assert EVERYBODY in who(standing([PLAYER], tracker_id=[1]), standing([PLAYER])).hota


def test_frames_are_drawn_with_the_names_that_all_of_them_gave():
    frame = [0, 0, 1, 1]
    truth = labelled(frame, boxes(0, 50) * 2, frames=2, team=list("abab"))
    found = labelled(frame, boxes(0, 50) * 2, frames=2, team=["0", "1", "0", "0"])
    interval = frame_intervals([who(truth, found)], 100)["team accuracy"]
    assert (interval.low, interval.high) == pytest.approx((0.5, 1))


def test_a_single_frame_has_no_interval():
    assert frame_intervals([who(standing([PLAYER]), standing([PLAYER]))], 10) == {}
