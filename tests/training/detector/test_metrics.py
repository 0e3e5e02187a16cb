from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.detector.data import BALL, GOALKEEPER, PLAYER
from training.detector.metrics import (
    Scored,
    average_precision,
    balls_found,
    centre_distance,
    class_precision,
    count_balls,
    iou_matrix,
    match,
)


def scored(*rows: tuple[int, float, list[float]]) -> Scored:
    boxes = np.array([box for *_, box in rows], np.float32).reshape(-1, 4)
    scores = np.array([score for _, score, _ in rows], np.float32)
    return Scored(boxes, scores, np.array([class_id for class_id, *_ in rows], np.int64), WIDTH)


WIDTH = 1250
"""Of the frame: balls are found within 15 pixels."""
LEFT, RIGHT = [0.0, 0.0, 10.0, 10.0], [50.0, 0.0, 60.0, 10.0]


def test_finding_everything_exactly_is_perfect_at_every_overlap():
    truth = [scored((PLAYER, 1, LEFT), (PLAYER, 1, RIGHT))]
    np.testing.assert_allclose(class_precision(truth, truth, PLAYER), 1)


def test_a_box_that_overlaps_by_two_thirds_counts_up_to_there():
    found = [scored((PLAYER, 0.9, [0, 2, 10, 12]))]
    row = class_precision(found, [scored((PLAYER, 1, LEFT))], PLAYER)
    assert row[:4].tolist() == [1, 1, 1, 1]
    assert row[4:].tolist() == [0] * 6


def test_a_second_box_at_the_same_object_is_false():
    boxes = np.array([LEFT, LEFT], np.float32)
    hits = match(boxes, np.array([LEFT], np.float32), iou=0.5)
    assert hits.tolist() == [True, False]


def test_half_of_the_objects_found_gives_half_of_the_recall_points():
    precision = average_precision(np.array([0.9], np.float32), np.array([True]), truths=2)
    assert precision == pytest.approx(51 / 101)


def test_a_false_box_above_a_true_one_halves_the_precision():
    scores, hits = np.array([0.9, 0.8], np.float32), np.array([False, True])
    assert average_precision(scores, hits, truths=1) == pytest.approx(0.5)


def test_a_class_without_labels_has_no_precision():
    assert np.isnan(average_precision(np.zeros(0, np.float32), np.zeros(0, bool), truths=0))


def test_other_classes_do_not_count():
    found = [scored((BALL, 0.9, LEFT))]
    assert class_precision(found, [scored((PLAYER, 1, LEFT))], PLAYER).max() == 0


def test_balls_are_counted_by_the_distance_of_their_centres():
    found = [scored((BALL, 0.9, [4, 0, 14, 10]), (BALL, 0.5, RIGHT)), scored()]
    truth = [scored((BALL, 1, LEFT)), scored((BALL, 1, LEFT))]
    low, high = count_balls(found, truth, 0.3), count_balls(found, truth, 0.6)
    assert (low.recall, low.false_per_frame) == (0.5, 0.5)
    assert (high.recall, high.false_per_frame) == (0.5, 0.0)


def test_a_ball_is_found_within_the_same_share_of_any_width():
    found, truth = scored((BALL, 0.9, [20, 0, 30, 10])), scored((BALL, 1, LEFT))
    counts = [
        count_balls([replace(found, width=width)], [replace(truth, width=width)], 0.5)
        for width in (1250, 1920)
    ]
    assert [count.recall for count in counts] == [0.0, 1.0]
    assert [count.false_per_frame for count in counts] == [1.0, 0.0]


def test_people_count_as_one_class_whatever_their_role():
    found = scored((GOALKEEPER, 0.9, LEFT), (BALL, 0.8, RIGHT)).as_people()
    truth = scored((PLAYER, 1, LEFT), (BALL, 1, RIGHT)).as_people()
    for class_id in (PLAYER, BALL):
        assert class_precision([found], [truth], class_id)[0] == 1


def test_a_second_ball_at_the_same_place_is_false():
    found = [scored((BALL, 0.9, LEFT), (BALL, 0.8, LEFT))]
    count = count_balls(found, [scored((BALL, 1, LEFT))], 0.1)
    assert (count.recall, count.false_per_frame) == (1, 1)


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), max_size=30))
def test_precision_lies_between_none_and_all(rows):
    scores = np.array([score for score, _ in rows], np.float32)
    hits = np.array([hit for _, hit in rows], bool)
    assert 0 <= average_precision(scores, hits, truths=max(int(hits.sum()), 1)) <= 1


def test_boxes_apart_do_not_overlap():
    boxes = np.array([LEFT, RIGHT], np.float32)
    np.testing.assert_allclose(iou_matrix(boxes, boxes), np.eye(2), atol=1e-6)


def test_a_second_ball_at_the_same_place_is_a_false_one():
    truth = np.array([[50, 50, 60, 60]], np.float32)
    found = np.concatenate([truth + 3, truth + 1, truth + 30])
    assert balls_found(found, truth, near=15).tolist() == [True, False, False]
    assert balls_found(found, truth[:0], near=15).tolist() == [False, False, False]


def test_distances_are_between_centres():
    boxes = np.array([[0, 0, 2, 2], [4, 3, 6, 7]], np.float32)
    assert centre_distance(boxes[:1], boxes)[0] == pytest.approx([0, np.hypot(4, 4)])
