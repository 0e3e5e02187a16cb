from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from touchline.tracking import kalman
from touchline.tracking.association import assign, costs

MODEL = kalman.MotionModel()


def priced(tracks, detections):
    tracks, detections = (np.array(boxes, dtype=np.float64) for boxes in (tracks, detections))
    state = MODEL.predict(MODEL.start(tracks), 0.04)
    return costs(state, detections, MODEL.variance(detections))


@given(arrays(np.float64, (3, 3), elements=st.sampled_from([0.1, 0.5, 0.9, np.inf])))
def test_the_assignment_has_most_pairs_and_then_least_cost(cost):
    rows, columns = assign(cost)
    picked = cost[rows, columns]
    assert np.all(np.isfinite(picked))
    options = [
        (-np.isfinite(line).sum(), line[np.isfinite(line)].sum())
        for line in (cost[range(3), list(order)] for order in permutations(range(3)))
    ]
    most, least = min(options)
    assert len(picked) == -most
    np.testing.assert_allclose(picked.sum(), least)


def test_nothing_to_assign_gives_no_pairs():
    for shape in ((0, 3), (3, 0), (0, 0)):
        rows, columns = assign(np.empty(shape))
        assert len(rows) == len(columns) == 0


def test_the_nearer_detection_costs_less():
    cost = priced([[100, 100, 20, 60]], [[101, 100, 20, 60], [106, 100, 20, 60]])
    assert cost[0, 0] < cost[0, 1] < np.inf


def test_a_detection_out_of_reach_is_impossible():
    assert np.isinf(priced([[100, 100, 20, 60]], [[250, 100, 20, 60]])).all()


def test_a_person_twice_as_high_is_someone_else():
    assert np.isinf(priced([[100, 100, 20, 60]], [[100, 100, 50, 130]])).all()


def test_small_boxes_that_do_not_overlap_can_still_be_the_same():
    assert np.isfinite(priced([[100, 100, 6, 16]], [[107, 100, 6, 16]])).all()
