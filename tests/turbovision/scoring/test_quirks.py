"""Rules of the score, each with a value that follows from its formula by hand."""

import hashlib
import math
from dataclasses import replace

import pytest

from touchline.errors import UsageError
from touchline.turbovision.scoring import (
    Asked,
    Contender,
    Element,
    Instance,
    Likeness,
    Served,
    TimedAction,
    action_pillars,
    action_score,
    are_alike,
    count_pillar,
    drift_between,
    history_sample,
    in_form_of,
    iou_pillar,
    iou_threshold,
    keypoint_frames,
    keypoints_pillar,
    overlap,
    palette_pillar,
    pay,
    private_shares,
    ranked_pillars,
    read_answer,
    read_team,
    read_truth,
    relative_gap,
    role_pillar,
    slow_time,
    smoothness_pillar,
    template_picture,
    weighted_action_score,
    winner_of,
    without_first_zeros,
)

OBJECTS = ["ball", "player"]
TRUTH = {0: [Instance((0, 0, 100, 100), "player"), Instance((300, 0, 400, 100), "player")]}


def box(*corners: object, **more: object) -> dict[str, object]:
    return {**dict(zip(("x1", "y1", "x2", "y2"), corners, strict=True)), "cls_id": 1, **more}


def answered(*boxes: dict[str, object], frame: object = 0) -> dict[str, object]:
    return {"frames": [{"frame_id": frame, "boxes": list(boxes)}]}


def read(*boxes: dict[str, object], frame: object = 0):
    return read_answer(answered(*boxes, frame=frame), objects=OBJECTS)


def test_the_template_is_the_picture_of_the_recipe() -> None:
    digest = hashlib.sha256(template_picture().tobytes()).hexdigest()
    assert digest == "5ea20d1e981cc0db7115093e2ec1271c7a06b2de665d55a151dc6bf4443057e5"


def test_coordinates_are_truncated_and_what_is_no_number_is_dropped() -> None:
    shapes = read(box(1.9, "12", -0.5, 3), box("12.5", 0, 1, 1), box(None, 0, 1, 1))[0]
    assert [shape.bbox for shape in shapes] == [(1, 12, 0, 3)]


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ({"conf": None}, 1),
        ({"conf": math.nan}, 1),
        ({"conf": "0.5"}, 0.5),
        ({"conf": 0.2, "score": 0.9}, 0.9),
    ],
)
def test_a_confidence_that_is_none_ranks_first(said: dict[str, object], score: float) -> None:
    assert read(box(0, 0, 1, 1, **said))[0][0].score == score


@pytest.mark.parametrize(
    ("given", "team"),
    [(0, "white"), (2, "black"), (" Team-1 ", "white"), ("red", "red"), (True, None), (1.0, None)],
)
def test_teams_are_read_in_many_spellings(given: object, team: str | None) -> None:
    assert read_team(given) == team


def test_a_cluster_wins_over_a_team_even_where_it_is_null() -> None:
    assert read(box(0, 0, 1, 1, team_id=1, cluster_id=None))[0][0].team is None


def test_a_frame_number_that_is_a_float_is_frame_0() -> None:
    row = {"bbox": [0, 0, 1, 1], "class": "player", "frame_idx": 2.0}
    assert list(read_truth({"annotations": [row, {**row, "frame_idx": "3"}, "x"]})) == [0, 3]


def test_the_id_of_a_frame_as_text_matches_nothing() -> None:
    whole = [box(0, 0, 100, 100), box(300, 0, 400, 100)]
    assert iou_pillar(read(*whole), TRUTH) == 1
    assert iou_pillar(read(*whole, frame="0"), TRUTH) == 0


def test_ids_without_an_order_break_the_validator() -> None:
    with pytest.raises(UsageError, match="int, str"):
        smoothness_pillar({"1": [], 2: []})


def test_iou_is_the_mean_of_two_thresholds() -> None:
    # IoU 0.4 and 1: two pairs at .3, one at .5.
    assert iou_pillar(read(box(0, 0, 100, 40), box(300, 0, 400, 100)), TRUTH) == 0.75


def test_a_filled_box_is_a_pixel_wider_and_higher() -> None:
    square = Instance((0, 0, 9, 9), "", polygon=((0, 0), (9, 0), (9, 9), (0, 9)))
    assert overlap(square, Instance((0, 0, 9, 4), "")) == 0.5
    assert overlap(Instance((0, 0, 9, 9), ""), Instance((0, 0, 9, 4), "")) == pytest.approx(4 / 9)


def test_palette_pays_one_team_for_all_where_the_truth_has_none() -> None:
    whole = [box(0, 0, 100, 100, team_id=1), box(300, 0, 400, 100, team_id=1)]
    assert palette_pillar(read(*whole), TRUTH) == 1


@pytest.mark.parametrize(
    ("ratio", "least"), [(0.0001, 0.3), (0.01, 0.5), (0.03, 0.5), (0.25, 0.7), (0.9, 0.7)]
)
def test_the_threshold_grows_with_the_box(ratio: float, least: float) -> None:
    assert iou_threshold((0, 0, round(ratio * 10_000), 1), size=(100, 100)) == pytest.approx(least)


def test_an_empty_answer_has_no_false_positives() -> None:
    found = ranked_pillars({}, TRUTH)
    assert (found.map50, found.false_positive) == (0, 1)


def test_a_false_box_that_ranks_last_costs_no_map() -> None:
    sure = [box(0, 0, 100, 100, conf=0.9), box(300, 0, 400, 100, conf=0.9)]
    found = ranked_pillars(read(*sure, box(500, 0, 600, 100, conf=0.1)), TRUTH)
    assert (found.map50, found.precision, found.false_positive) == (1, pytest.approx(2 / 3), 0.9)


def test_what_lies_outside_the_window_is_perfectly_smooth() -> None:
    moving = {n: [Instance((2000 + 50 * n, 0, 2040 + 50 * n, 9), "player")] for n in range(3)}
    assert smoothness_pillar(moving) == 1


def test_fewer_than_two_transitions_are_not_smooth() -> None:
    assert smoothness_pillar({n: [Instance((0, 0, 9, 9), "player")] for n in range(2)}) == 0


def test_frames_without_points_break_the_keypoint_score() -> None:
    with pytest.raises(UsageError, match="null"):
        keypoint_frames([{"frame_id": 0, "keypoints": None}], {})
    with pytest.raises(UsageError, match="records nothing"):
        keypoints_pillar([])


PAID = {"map50": 0.6, "false_positive": 0.4}
SIGNS = Element(id="a/Detect-x", objects=("ball", "player"), pillars=PAID, theta=0.24, fps=25)


def test_an_empty_answer_is_paid_above_theta() -> None:
    paid = pay(answered(), Asked(truth=TRUTH), element=SIGNS, served=Served())
    assert paid.score == pytest.approx(0.16)


@pytest.mark.parametrize(("latency", "score"), [(2000, 0.16), (2001, 0.0)])
def test_the_latency_is_divided_by_ten_thousand(latency: float, score: float) -> None:
    served = Served(latency_ms=latency)
    paid = pay(answered(), Asked(truth=TRUTH), element=SIGNS, served=served)
    assert paid.score == pytest.approx(score)


def test_a_false_action_costs_its_whole_weight() -> None:
    truth = [TimedAction(100, "pass"), TimedAction(200, "shot")]
    shot, false = TimedAction(225, "shot"), TimedAction(10, "pass")
    assert action_score([shot], truth) == pytest.approx(4.7 * 0.75 / 5.7)
    assert action_score([shot, false], truth) == pytest.approx((4.7 * 0.75 - 1) / 5.7)


def test_at_the_tolerance_floating_point_decides() -> None:
    assert action_score([TimedAction(250, "pass")], [TimedAction(225, "pass")]) == 0
    assert action_score([TimedAction(250, "shot")], [TimedAction(200, "shot")]) == 0.5


def test_extra_local_boxes_never_lower_the_mean() -> None:
    one, other = box(0, 0, 9, 9), box(50, 0, 90, 9)
    served, local = answered(one)["frames"], answered(one, other)["frames"]
    assert drift_between(served, local).ok
    assert drift_between(local, served).mean_iou == 0.5


def test_of_ten_times_the_second_worst_counts() -> None:
    assert slow_time([*range(10)]) == 8


def test_a_copy_never_overtakes_its_original() -> None:
    recent, history = {f"r{n}": 0.5 for n in range(10)}, {f"h{n}": 0.5 for n in range(10)}
    first = Contender(commit_block=400, recent=recent, history=history)
    copy = Contender(commit_block=500, recent=recent, history=history)
    assert winner_of(2, {1: first, 2: copy}, window_id="w") == 1


def test_what_is_paid_by_rank_and_gap() -> None:
    assert private_shares({1: (0.5, 30), 2: (0.9, 29), 3: (0.7, 40)}, weight=1) == {3: 0.8, 1: 0.15}
    assert [relative_gap(None), relative_gap(0.5), relative_gap(9)] == pytest.approx(
        [0.03, 0.1075, 0.175]
    )
    assert without_first_zeros([0, 0, 0, 0, 0, 0, 0.4]) == [0, 0.4]


def test_a_frame_answered_twice_counts_as_it_was_answered_last() -> None:
    twice = [*answered(box(0, 0, 1, 1))["frames"], *answered()["frames"]]
    assert read_answer({"frames": twice}, objects=OBJECTS) == {0: []}


def test_a_frame_without_an_id_is_frame_minus_1() -> None:
    assert list(read_answer({"frames": [{}]}, objects=OBJECTS)) == [-1]


def test_a_class_outside_the_objects_is_dropped() -> None:
    assert not read(box(0, 0, 1, 1, cls_id=2), box(0, 0, 1, 1, cls_id=-1))[0]
    assert read_answer(answered(box(0, 0, 1, 1)), objects=[]) == {0: []}


@pytest.mark.parametrize("key", ["points", "polygon", "masks"])
def test_a_polygon_has_its_points_under_three_names(key: str) -> None:
    frame = {"frame_id": 0, "polygons": [{"cls_id": 1, key: [[5, 1], [9, 7], [0, 3.9]]}]}
    shape = read_answer({"frames": [frame]}, objects=OBJECTS)[0][0]
    assert (shape.bbox, shape.polygon) == ((0, 1, 9, 7), ((5, 1), (9, 7), (0, 3)))


CORNER = ((0, 0), (100, 0), (100, 5), (5, 5), (5, 100), (0, 100))
BENT = {0: [Instance((0, 0, 100, 100), "player", polygon=CORNER)]}


def test_the_truth_takes_the_form_in_which_the_miner_answered() -> None:
    whole = box(0, 0, 100, 100)
    assert iou_pillar(read(whole), BENT) == 1
    assert ranked_pillars(read(whole), BENT).map50 == 1
    # Another label than that of the truth leaves it as it is.
    assert iou_pillar(read({**whole, "cls_id": 0}), BENT) == 0


def test_a_true_box_becomes_four_corners_for_who_answers_with_polygons() -> None:
    square = [[0, 0], [100, 0], [100, 100], [0, 100]]
    frame = {"frame_id": 0, "polygons": [{"cls_id": 1, "points": square}]}
    mine = read_answer({"frames": [frame]}, objects=OBJECTS)
    assert iou_pillar(mine, {0: [Instance((0, 0, 100, 100), "player")]}) == 1
    box_of_truth = Instance((0, 0, 100, 100), "player")
    assert in_form_of(mine[0], [box_of_truth])[0].polygon == tuple(map(tuple, square))
    assert in_form_of(mine[0], [replace(box_of_truth, label="ball")])[0].polygon is None


def test_a_mixed_answer_leaves_the_truth_as_it_is() -> None:
    frame = {
        "frame_id": 0,
        "boxes": [box(0, 0, 100, 100)],
        "polygons": [{"cls_id": 1, "points": [[500, 0], [510, 0], [510, 10]]}],
    }
    assert iou_pillar(read_answer({"frames": [frame]}, objects=OBJECTS), BENT) == 0


def test_count_asks_only_for_the_lower_threshold() -> None:
    assert count_pillar(read(box(0, 0, 100, 40), box(300, 0, 400, 100)), TRUTH) == 1


def test_the_sum_of_overlaps_is_best_before_any_threshold_is_asked() -> None:
    # Both answers overlap the first most; only together with the second is the sum the largest.
    truth = {0: [Instance((0, 0, 100, 100), "player"), Instance((0, 90, 100, 190), "player")]}
    mine = read(box(0, 0, 100, 100), box(0, 20, 100, 120))
    assert iou_pillar(mine, truth) == 0.5


TEAMS = {
    0: [
        Instance((0, 0, 100, 100), "player", "red"),
        Instance((300, 0, 400, 100), "player", "blue"),
    ]
}


@pytest.mark.parametrize(("first", "second", "score"), [(1, 2, 1), (2, 1, 1), (1, 1, 0.5)])
def test_palette_takes_the_better_of_both_ways_round(first: int, second: int, score: float) -> None:
    mine = read(box(0, 0, 100, 100, team_id=first), box(300, 0, 400, 100, team_id=second))
    assert palette_pillar(mine, TEAMS) == score


def test_role_is_half_labels_and_half_palette() -> None:
    mine = read(box(0, 0, 100, 100, team_id=1), box(300, 0, 400, 100, team_id=2, cls_id=0))
    # One of two labels is right; of the players one of one against two: F1 2/3.
    assert role_pillar(mine, TEAMS) == pytest.approx((0.5 + 2 / 3) / 2)


def test_labels_are_in_any_case_for_map_and_letter_by_letter_for_palette() -> None:
    mine = read_answer(answered(box(0, 0, 100, 100)), objects=["", " Player "])
    truth = {0: [Instance((0, 0, 100, 100), "player")]}
    assert ranked_pillars(mine, truth).map50 == 1
    assert palette_pillar(mine, truth) == 0


def test_predictions_on_frames_without_truth_count_nowhere() -> None:
    found = ranked_pillars(read(box(0, 0, 9, 9), frame=7), TRUTH)
    assert (found.false, found.false_positive) == (0, 1)


def test_of_equal_scores_the_earlier_ranks_first() -> None:
    truth = {0: [Instance((0, 0, 100, 100), "player")]}
    found = ranked_pillars(read(box(0, 0, 100, 30), box(0, 0, 100, 100)), truth)
    assert (found.map50, found.found, found.false) == (0.5, 1, 1)


def test_a_prediction_that_misses_its_best_truth_takes_no_other() -> None:
    # It overlaps the large one by .692 of .7; the small one, .684 of .683, is left alone.
    truth = {0: [Instance((0, 0, 600, 400), "player"), Instance((0, 0, 284, 400), "player")]}
    found = ranked_pillars(read(box(0, 0, 415, 400)), truth)
    assert (found.found, found.false) == (0, 1)


def test_a_picture_of_one_pixel_is_taken_for_540_by_960() -> None:
    truth = {0: [Instance((0, 0, 40, 40), "player")]}
    mine = read(box(0, 0, 40, 18))
    assert ranked_pillars(mine, truth, size=(1, 1)) == ranked_pillars(mine, truth)


def test_negative_corners_count_from_the_other_side() -> None:
    # Nothing is painted of a box from -5 to 5, so that it is still however it moves.
    moving = {n: [Instance((-5, 100 * n, 5, 100 * n + 90), "player")] for n in range(3)}
    assert smoothness_pillar(moving) == 1


def test_frames_in_which_a_group_is_missing_are_passed_over() -> None:
    still = [Instance((0, 0, 9, 9), "player")]
    assert smoothness_pillar({0: still, 3: [], 5: still, 9: still}) == 1


def test_each_team_is_a_group_of_its_own() -> None:
    one, other = Instance((0, 0, 9, 9), "player", "red"), Instance((0, 0, 9, 9), "player")
    assert smoothness_pillar({0: [one], 1: [one], 2: [one, other]}) == 0.5


@pytest.mark.parametrize(
    ("served", "why"),
    [
        (Served(success=False), "failed"),
        (Served(least_frames=2), "at least 2"),
        (Served(least_frames=0, most_frames=0), None),
    ],
)
def test_the_gates_before_anything_is_measured(served: Served, why: str | None) -> None:
    paid = pay(answered(), Asked(truth=TRUTH), element=SIGNS, served=served)
    assert (paid.shut is None) if why is None else (why in str(paid.shut) and paid.score == 0)


def test_one_frame_is_needed_at_least_whatever_the_challenge_says() -> None:
    served = Served(least_frames=0)
    paid = pay({"frames": []}, Asked(truth=TRUTH), element=SIGNS, served=served)
    assert (paid.score, "at least 1" in str(paid.shut)) == (0, True)


def test_a_frame_answered_twice_counts_twice_at_the_gate() -> None:
    twice = {"frames": [*answered()["frames"], *answered()["frames"]]}
    paid = pay(twice, Asked(truth=TRUTH), element=SIGNS, served=Served(most_frames=1))
    assert (paid.score, "at most 1" in str(paid.shut)) == (0, True)


def test_a_useless_answer_is_paid_the_floor_times_beta() -> None:
    floor = Element(
        id="Detect-x", objects=("player",), pillars=PAID, theta=0.9, delta_floor=0.01, beta=2
    )
    paid = pay(answered(), Asked(truth=TRUTH), element=floor, served=Served())
    assert paid.score == pytest.approx(0.02)


def test_the_percentile_counts_where_there_is_one_and_no_rate_is_no_gate() -> None:
    late = Served(latency_ms=1, p95_ms=9_000)
    paid = pay(answered(), Asked(truth=TRUTH), element=SIGNS, served=late)
    assert (paid.score, paid.in_time) == (0, False)
    free = Element(id="Detect-x", objects=("player",), pillars=PAID, fps=0)
    assert pay(answered(), Asked(truth=TRUTH), element=free, served=late).in_time


def test_actions_are_matched_greedily_by_frame() -> None:
    # The first takes the event after it; the second is left with the one far before.
    truth = [TimedAction(100, "shot"), TimedAction(130, "shot")]
    said = [TimedAction(135, "shot"), TimedAction(118, "shot")]
    assert action_score(said, truth) == pytest.approx(((1 - 0.12) + (1 - 0.35)) / 2)


def test_unknown_actions_are_not_seen_at_all() -> None:
    truth = [TimedAction(100, "shot"), TimedAction(100, "header")]
    assert action_score([TimedAction(100, "shot"), TimedAction(9, "nutmeg")], truth) == 1
    assert action_score([], [TimedAction(100, "header")]) == 0


def test_a_confidence_changes_no_score_of_actions() -> None:
    truth = [TimedAction(100, "shot")]
    assert action_score([TimedAction(100, "shot", confidence=0.0)], truth) == 1


def test_pillar_weights_of_actions_sum_to_1_and_an_unknown_one_earns_nothing() -> None:
    weights = {"soccer_action": 2.0, "other": 6.0, "none": 0.0}
    assert action_pillars(0.8, weights) == {"soccer_action": 0.8, "other": 0.0}
    assert weighted_action_score(0.8, weights) == pytest.approx(0.2)
    assert action_pillars(0.8, {}) == {"private_track_score": 0.8}


def rows(count: int) -> list[dict[str, object]]:
    return answered(*(box(100 * n, 0, 100 * n + 50, 50) for n in range(count)))["frames"]


@pytest.mark.parametrize(
    ("served", "local", "soft"), [(10, 8, True), (10, 7, False), (8, 10, True), (7, 10, False)]
)
def test_two_objects_that_differ_are_a_soft_drift_and_three_are_not(
    served: int, local: int, soft: bool
) -> None:
    drift = drift_between(rows(served), rows(local))
    assert drift.soft is soft


def test_a_soft_drift_has_the_others_in_their_places() -> None:
    shifted = answered(*(box(100 * n + 3, 0, 100 * n + 53, 50) for n in range(10)))["frames"]
    drift = drift_between(rows(10), shifted)
    assert (drift.ok, drift.soft, drift.missing) == (False, False, 0)


def test_a_served_frame_without_objects_is_wrong_where_the_local_one_has_some() -> None:
    assert drift_between(rows(0), rows(1)).mean_iou == 0
    assert drift_between(rows(0), rows(0)).mean_iou == 1
    assert drift_between([], rows(1)).mean_iou is None


def test_classes_are_told_apart_between_two_answers() -> None:
    other = answered(box(0, 0, 50, 50, cls_id=0))["frames"]
    assert drift_between(rows(1), other).mean_iou == 0


def test_older_challenges_are_those_all_have_in_the_order_of_a_hash() -> None:
    names = [f"c{n}" for n in range(12)]
    first = Contender(commit_block=1, recent={"c0": 1.0}, history=dict.fromkeys(names, 1.0))
    other = Contender(commit_block=2, recent={}, history=dict.fromkeys(names[:-1], 1.0))
    wanted = sorted(names[1:-1], key=lambda n: hashlib.sha256(f"w:{n}".encode()).hexdigest())
    assert history_sample([first, other], window_id="w", size=4) == wanted[:4]


def test_who_differs_in_older_challenges_is_no_copy() -> None:
    recent, history = {f"r{n}": 0.5 for n in range(10)}, {f"h{n}": 0.5 for n in range(10)}
    first = Contender(commit_block=400, recent=recent, history=dict.fromkeys(history, 0.2))
    later = Contender(commit_block=500, recent=recent, history=history)
    assert winner_of(2, {1: first, 2: later}, window_id="w") == 2


def test_who_committed_nobody_knows_when_is_no_original() -> None:
    recent, history = {f"r{n}": 0.5 for n in range(10)}, {f"h{n}": 0.5 for n in range(10)}
    unknown = Contender(commit_block=None, recent=recent, history=history)
    later = Contender(commit_block=500, recent=recent, history=history)
    assert winner_of(2, {1: unknown, 2: later}, window_id="w") == 2
    # Where it is the provisional winner itself, anybody like it whose block is known comes first.
    assert winner_of(1, {1: unknown, 2: later}, window_id="w") == 2


@pytest.mark.parametrize(("common", "apart", "alike"), [(8, 1, True), (8, 2, False), (7, 0, False)])
def test_alike_are_eight_common_challenges_with_one_apart_at_most(
    common: int, apart: int, alike: bool
) -> None:
    mine = {f"c{n}": 0.5 for n in range(common)} | {"zero": 0.0}
    theirs = {f"c{n}": 0.5 + 0.1 * (n < apart) for n in range(common)} | {"zero": 0.5}
    assert are_alike(mine, theirs, Likeness()) is alike


def test_a_gap_of_a_twentieth_is_none() -> None:
    mine, theirs = ({f"c{n}": score for n in range(9)} for score in (0.10, 0.149))
    assert are_alike(mine, theirs, Likeness())
