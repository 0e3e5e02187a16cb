import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.tables import labelled
from touchline.evaluation.labels import by_match
from touchline.evaluation.metrics import (
    average_precision,
    count_balls,
    detection,
    joined,
    match_class,
    mean_ap,
)

CASES = json.loads(Path(__file__).with_name("boxes_cases.json").read_text())


def rows_of(case):
    truth, found = case["truth"], case["found"]
    return (
        labelled(
            [row[0] for row in truth],
            [row[1:5] for row in truth],
            frames=case["frames"],
            ignored=[bool(row[5]) for row in truth],
        ),
        labelled(
            [row[0] for row in found],
            [row[1:5] for row in found],
            frames=case["frames"],
            confidence=[row[5] for row in found],
        ),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_average_precision_is_that_of_pycocotools(case):
    score = detection(*rows_of(case), classes=[2])[2]
    np.testing.assert_allclose(score.by_iou, case["by_iou"], atol=1e-6)
    np.testing.assert_allclose(score.recall, case["recall"], atol=1e-6)


def test_the_cases_hold_every_quirk():
    """Each rule of the protocol changes at least one stored number."""
    names = {case["name"] for case in CASES}
    assert {"equal scores", "labels that are not asked for", "over a hundred boxes"} <= names
    most = max(np.bincount([row[0] for row in case["found"]], minlength=1).max() for case in CASES)
    assert most > 100
    assert any(row[5] for case in CASES for row in case["truth"])


boxes = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 300), st.integers(5, 60)), min_size=1, max_size=8
)


@given(boxes)
def test_the_labels_themselves_have_a_precision_of_one(rows):
    corners = [[x, 40 * i, x + side, 40 * i + 30] for i, (_, x, side) in enumerate(rows)]
    truth = labelled([row[0] for row in rows], corners, frames=3)
    score = detection(truth, truth, classes=[2])[2]
    assert score.ap == pytest.approx(1)
    assert score.labelled == len(rows)


@given(boxes, boxes)
def test_precision_stays_between_nothing_and_one(rows, others):
    truth, found = (
        labelled(
            [row[0] for row in each],
            [[x, 0, x + side, 30] for _, x, side in each],
            frames=3,
            confidence=[side / 60 for _, _, side in each],
        )
        for each in (rows, others)
    )
    score = detection(truth, found, classes=[2])[2]
    assert ((score.by_iou >= 0) & (score.by_iou <= 1 + 1e-12)).all()
    assert (np.diff(score.by_iou) <= 1e-12).all()


def test_the_parts_of_two_matches_give_the_whole():
    case = next(case for case in CASES if case["name"] == "noisy")
    truth, found = rows_of(case)
    match = ("a",) * 5 + ("b",) * 3
    object.__setattr__(truth, "match", match)
    parts = [match_class(t, f, 2) for _, t, f in by_match(truth, found)]
    assert len(parts) == 2
    whole = average_precision(joined(parts))
    np.testing.assert_allclose(whole.by_iou, case["by_iou"], atol=1e-6)


def test_a_class_without_labels_has_no_precision_and_no_part_in_the_mean():
    truth = labelled([0], [[0, 0, 10, 30]])
    scores = detection(truth, truth)
    assert np.isnan(scores[1].ap)
    assert mean_ap(scores.values()) == pytest.approx(1)
    assert np.isnan(mean_ap([scores[1]]))


def test_a_box_of_another_class_finds_nothing():
    truth = labelled([0], [[0, 0, 10, 30]])
    found = labelled([0], [[0, 0, 10, 30]], class_id=[3])
    assert detection(truth, found)[2].ap == 0


def ball(x, confidence=1.0, ignored=False):
    return [x, 0, x + 10, 10], confidence, ignored


def balls(*each):
    return labelled(
        [0] * len(each),
        [box for box, _, _ in each],
        class_id=[0] * len(each),
        confidence=[confidence for _, confidence, _ in each],
        ignored=[ignored for _, _, ignored in each],
    )


@pytest.mark.parametrize(("x", "found"), [(0, 1), (15, 1), (15.5, 0), (-15, 1), (200, 0)])
def test_a_ball_is_found_within_fifteen_pixels(x, found):
    count = count_balls(balls(ball(0)), balls(ball(x)), [0.5])[0]
    assert (count.found, count.false, count.labelled) == (found, 1 - found, 1)


def test_a_second_box_at_the_same_ball_is_imagined():
    count = count_balls(balls(ball(0)), balls(ball(1), ball(2, 0.7)), [0.5])[0]
    assert (count.recall, count.false_per_frame) == (1, 1)


def test_a_ball_below_the_threshold_does_not_count():
    low, high = count_balls(balls(ball(0)), balls(ball(0, 0.3)), [0.2, 0.4])
    assert (low.recall, high.recall) == (1, 0)
    assert (low.false, high.false) == (0, 0)


def test_a_hidden_ball_counts_neither_way():
    count = count_balls(balls(ball(0, 1.0, True)), balls(ball(3)), [0.5])[0]
    assert (count.found, count.false, count.labelled) == (0, 0, 0)
    assert np.isnan(count.recall)
