"""Rules of the score, each with a value that follows from its formula by hand."""

import hashlib
import math

import pytest

from touchline.errors import UsageError
from touchline.turbovision.scoring import (
    Asked,
    Contender,
    Element,
    Instance,
    Served,
    TimedAction,
    action_score,
    drift_between,
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
    slow_time,
    smoothness_pillar,
    template_picture,
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
