import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.detection.decode import DecodedBoxes
from touchline.detection.nms import (
    BALL_IOU,
    INSIDE,
    MAX_BOXES,
    PEOPLE_IOU,
    shares_inside,
    suppress,
    suppress_each,
)
from touchline.frame import ClassId
from touchline.geometry import pairwise_iou


def boxes(*rows):
    """Rows of (xyxy, score, class)."""
    return DecodedBoxes(
        np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[1] for row in rows], np.float32),
        np.array([row[2] for row in rows], np.int64),
        np.array([np.eye(4)[row[2]] for row in rows], np.float32).reshape(-1, 4),
    )


def random_boxes(seed, n, size=200):
    rng = np.random.default_rng(seed)
    corner, side = rng.random((n, 2)) * size, rng.random((n, 2)) * 60 + 1
    xyxy = np.concatenate([corner, corner + side], 1).astype(np.float32)
    class_scores = rng.random((n, 4)).astype(np.float32)
    return DecodedBoxes(xyxy, rng.random(n).astype(np.float32), rng.integers(0, 4, n), class_scores)


def plain_suppress(given):
    """Which boxes stay, said as plainly as possible."""
    kept = []
    for i in sorted(range(len(given)), key=lambda i: -given.scores[i]):
        is_ball = given.class_id[i] == 0
        rivals = [k for k in kept if (given.class_id[k] == 0) == is_ball]
        limit = BALL_IOU if is_ball else PEOPLE_IOU
        overlaps = pairwise_iou(given.xyxy[[i]], given.xyxy[rivals])[0]
        shares = shares_inside(given.xyxy[rivals], given.xyxy[[i]])[:, 0]
        if all(overlap <= limit for overlap in overlaps) and all(s <= INSIDE for s in shares):
            kept.append(i)
    return kept


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 60))
def test_the_fast_way_agrees_with_the_plain_one(seed, n):
    found = random_boxes(seed, n)
    np.testing.assert_array_equal(suppress(found).xyxy, found.xyxy[plain_suppress(found)])


def test_one_person_is_one_box_of_the_best_class():
    kept = suppress(
        boxes(
            ([10, 10, 30, 60], 0.6, 2),
            ([11, 10, 31, 61], 0.8, 1),
            ([10, 11, 30, 59], 0.5, 3),
        )
    )
    assert kept.class_id.tolist() == [1]


def test_a_torso_is_a_part_of_its_person_and_not_another():
    kept = suppress(boxes(([10, 10, 40, 90], 0.9, 2), ([12, 12, 38, 50], 0.7, 2)))
    assert kept.xyxy.tolist() == [[10, 10, 40, 90]]


def test_somebody_half_hidden_behind_another_stays():
    kept = suppress(boxes(([10, 10, 40, 90], 0.9, 2), ([5, 2, 33, 60], 0.7, 2)))
    assert len(kept) == 2


def test_a_ball_at_the_feet_of_a_player_stays():
    kept = suppress(boxes(([10, 10, 30, 60], 0.9, 2), ([12, 12, 28, 58], 0.4, 0)))
    assert kept.class_id.tolist() == [2, 0]


def test_the_best_come_first_and_never_more_than_300():
    kept = suppress(random_boxes(0, 900, size=20_000))
    assert len(kept) == MAX_BOXES
    assert (np.diff(kept.scores) <= 0).all()


def test_no_boxes_stay_no_boxes():
    assert len(suppress(boxes())) == 0


@pytest.mark.parametrize(
    ("other", "expected"), [((2, 2, 8, 8), 1), ((5, 0, 15, 10), 0.5), ((10, 0, 20, 10), 0)]
)
def test_the_share_inside_is_that_of_the_other_box(other, expected):
    found = shares_inside(np.array([[0, 0, 10, 10]], np.float32), np.array([other], np.float32))
    assert found[0, 0] == pytest.approx(expected)


def test_an_empty_box_lies_in_nothing():
    assert shares_inside(np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32))[0, 0] == 0


def test_what_a_box_suppresses_has_a_say_in_its_class_scores() -> None:
    kept = suppress(
        boxes(
            ((0, 0, 100, 200), 0.9, ClassId.PLAYER),
            ((2, 0, 102, 200), 0.6, ClassId.REFEREE),
            ((500, 0, 600, 200), 0.5, ClassId.REFEREE),
        )
    )
    assert kept.class_scores == pytest.approx(np.array([[0, 0, 0.6, 0.4], [0, 0, 0, 1]]), abs=1e-6)


def test_boxes_of_unknown_things_suppress_only_their_own_class_by_overlap():
    whole, near, inside = (0, 0, 100, 100), (2, 2, 102, 102), (40, 40, 60, 60)
    given = boxes((near, 0.6, 0), (whole, 0.9, 0), (inside, 0.5, 0), (whole, 0.8, 3))
    kept = suppress_each(given)
    np.testing.assert_allclose(kept.scores, [0.9, 0.8, 0.5], rtol=1e-6)
    assert kept.class_id.tolist() == [0, 3, 0]
