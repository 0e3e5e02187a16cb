"""Points, homography, lines and boxes of single frames.

Quirks of the validator tested here, each by a test that fails without it: a point counts from 25 px
on from every earlier one that counts, in list order; the image's right and lower edge are outside;
(0, y) is a point; x is scaled by W/7000 along the 12000 side; RANSAC's tolerance is 12 px or 1 % of
the width; the error is the mean over all points, outliers too; 4 points are needed; the distance to
lines has both axes divided by the size of the image and ends at the segment's ends; 0.5 without
points and 0 without lines, asked in this order; the polygon is in centimetres, its edge inside;
only boxes that are large enough and below the top band count, footballs at any size; scales are
capped at 1.5 and 1 with fewer than two of either; vertices 11, 12, 19 and 20 stand at the goal
box's width.
"""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.scorevision.scoring.answers import HEIGHT, WIDTH, person, seen
from touchline.scorevision.scoring import segments
from touchline.scorevision.scoring.frame_fit import (
    counted_centres,
    fit_template,
    inside_share,
    judge_points,
    logistic,
    on_line_score,
    scale_ratio,
)
from touchline.scorevision.scoring.objects import read_boxes
from touchline.scorevision.scoring.template import VERTICES, scaled_vertices

EVERY = np.ones(32, np.bool_)
LINE = np.array([[0.0, 0.0, 640.0, 0.0]])


def valid(*points: tuple[float, float]) -> list[bool]:
    keypoints = np.zeros((1, 32, 2))
    keypoints[0, : len(points)] = points
    found = judge_points(keypoints, WIDTH, HEIGHT).valid[0, : len(points)]
    return [bool(counts) for counts in found]


def on_line(*points: tuple[float, float]) -> float:
    at = np.array(points, np.float64).reshape(-1, 2)
    return on_line_score(at, LINE, width=WIDTH, height=HEIGHT)


def test_the_template_has_the_validators_vertices() -> None:
    assert len(VERTICES) == 32
    assert VERTICES[[0, 5, 29, 24]].tolist() == [[0, 0], [0, 7000], [12000, 7000], [12000, 0]]
    assert VERTICES[[10, 11, 18, 19], 1].tolist() == [2584, 4416, 2584, 4416]
    assert VERTICES[[8, 21, 30, 31], 0].tolist() == [1100, 10900, 5085, 6915]


def test_the_template_is_scaled_by_the_wrong_sides() -> None:
    assert scaled_vertices(700, 1200)[29].tolist() == [1200, 700]
    assert scaled_vertices(WIDTH, HEIGHT)[29].tolist() == pytest.approx([2194.29, 420], abs=0.01)


def test_points_nearer_than_25_pixels_to_an_earlier_one_do_not_count() -> None:
    assert valid((100, 100), (115, 120), (124.99, 100)) == [True, True, False]
    assert valid((100, 100), (124.99, 100), (125, 100)) == [True, False, True]


def test_a_dropped_point_drops_no_other() -> None:
    assert valid((100, 100), (120, 100), (140, 100), (160, 100)) == [True, False, True, False]
    assert valid((-5, 100), (5, 100)) == [False, True]


def test_the_edges_at_0_are_inside_and_those_at_the_size_are_not() -> None:
    assert valid((0, 50), (300, 0), (WIDTH, 300), (600, HEIGHT)) == [True, True, False, False]
    assert valid((WIDTH - 0.01, 300), (600, HEIGHT - 0.01), (-0.01, 5)) == [True, True, False]


def test_absent_points_do_not_crowd_each_other_or_count() -> None:
    assert valid((0, 0), (10, 0), (0, 0)) == [False, True, False]


def test_stability_forgets_the_size_of_the_image() -> None:
    keypoints = np.zeros((1, 32, 2))
    keypoints[0, :3] = [(-5, 100), (5, 100), (WIDTH + 50, 100)]
    points = judge_points(keypoints, WIDTH, HEIGHT)
    assert points.valid[0, :3].tolist() == [False, True, False]
    assert points.unbounded[0, :3].tolist() == [True, False, True]


@given(arrays(np.float64, (3, 32, 2), elements=st.floats(0, 200)))
def test_the_points_that_count_are_those_a_plain_loop_keeps(keypoints: np.ndarray) -> None:
    for points, found in zip(keypoints, judge_points(keypoints, 150, 100).valid, strict=True):
        kept: list[int] = []
        for i, (x, y) in enumerate(points):
            there = (x, y) != (0, 0) and 0 <= x < 150 and 0 <= y < 100
            if there and all(np.hypot(*(points[i] - points[j])) >= 25 for j in kept):
                kept.append(i)
        assert np.flatnonzero(found).tolist() == kept


def test_true_points_of_the_template_fit_without_error() -> None:
    points = seen()
    fit = fit_template(points, np.any(points, axis=1), width=WIDTH, height=HEIGHT)
    assert fit is not None
    assert fit.inlier_ratio == 1
    assert fit.reprojection_error < 0.1
    assert fit.score == pytest.approx(100, abs=0.1)


def test_three_points_give_no_homography_and_four_do() -> None:
    points = scaled_vertices(400, 700)
    chosen = np.isin(np.arange(32), (0, 5, 29, 24))
    assert fit_template(points, chosen, width=WIDTH, height=HEIGHT) is not None
    assert fit_template(points, chosen & (points[:, 0] > 0), width=WIDTH, height=HEIGHT) is None


@pytest.mark.parametrize(
    ("width", "off", "fits"), [(1000, 11, True), (1000, 13, False), (4000, 39, True)]
)
def test_an_inlier_may_be_off_by_12_pixels_or_1_percent(width: int, off: int, fits: bool) -> None:
    points = scaled_vertices(width, width)
    points[15, 0] += off
    fit = fit_template(points, EVERY, width=width, height=width)
    assert fit is not None
    assert bool(fit.inlier[15]) is fits
    assert fit.inlier.sum() == 31 + fits


def test_outliers_count_in_the_error() -> None:
    points = scaled_vertices(WIDTH, HEIGHT)
    points[15, 0] += 320
    fit = fit_template(points, EVERY, width=WIDTH, height=HEIGHT)
    assert fit is not None
    assert (fit.inlier_ratio, fit.reprojection_error) == pytest.approx((31 / 32, 10), abs=0.01)
    assert fit.score == pytest.approx((100 * 31 / 32 + 90) / 2, abs=0.01)


def test_the_score_of_the_error_ends_at_0() -> None:
    points = scaled_vertices(WIDTH, HEIGHT)
    points[15, 0] += 32 * 200
    fit = fit_template(points, EVERY, width=WIDTH, height=HEIGHT)
    assert fit is not None
    assert fit.score == pytest.approx(100 * 31 / 32 / 2)


def test_the_distance_to_lines_is_a_share_of_each_side() -> None:
    down, across = on_line((320, 0.02 * HEIGHT)), on_line((640 + 0.02 * WIDTH, 0))
    assert (down, across) == pytest.approx((0.5, 0.5))
    assert on_line((320, 0)) == pytest.approx(1 / (1 + np.exp(-0.02 / 0.0037)))


def test_a_line_is_divided_by_the_sides_as_points_are() -> None:
    down = np.array([[0.0, 0.0, 0.0, 360.0]])
    below = np.array([[0.0, 360 + 0.02 * HEIGHT]])
    assert on_line_score(below, down, width=WIDTH, height=HEIGHT) == pytest.approx(0.5)


def test_the_distance_is_the_mean_of_the_points_before_the_curve() -> None:
    assert on_line((320, 0), (320, 0.04 * HEIGHT)) == pytest.approx(0.5)


def test_the_nearest_of_the_lines_counts() -> None:
    lines = np.array([[0, 600, 640, 600], [0, 0, 640, 0]], np.float64)
    at = np.array([[320.0, 0.02 * HEIGHT]])
    assert on_line_score(at, lines, width=WIDTH, height=HEIGHT) == pytest.approx(0.5)


def test_no_points_are_worth_a_half_even_without_lines() -> None:
    none = np.empty((0, 4))
    assert on_line() == 0.5
    assert on_line_score(np.empty((0, 2)), none, width=9, height=9) == 0.5
    assert on_line_score(np.ones((1, 2)), none, width=9, height=9) == 0.0


def test_far_points_score_0_without_a_warning() -> None:
    with np.errstate(all="raise"):
        assert logistic(1e9) == pytest.approx(0, abs=1e-300)


@given(
    arrays(np.float64, (5, 2), elements=st.floats(-100, 100)),
    arrays(np.int64, (4, 4), elements=st.integers(-100, 100)),
)
def test_distances_are_those_of_a_plain_loop(points: np.ndarray, lines: np.ndarray) -> None:
    lines[:, 2] += lines[:, 2] == lines[:, 0]
    found = segments.nearest_distances(points, lines.astype(np.float64))
    for (x, y), distance in zip(points, found, strict=True):
        plain = []
        for x1, y1, x2, y2 in lines.tolist():
            t = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2)
            t = min(max(t, 0), 1)
            plain.append(np.hypot(x - x1 - t * (x2 - x1), y - y1 - t * (y2 - y1)))
        assert distance == pytest.approx(min(plain), abs=1e-9)


def test_the_mean_pairwise_distance_is_the_same_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).uniform(0, 100, (23, 2))
    whole = segments.mean_pairwise_distance(points)
    plain = [np.hypot(*(a - b)) for i, a in enumerate(points) for b in points[:i]]
    monkeypatch.setattr(segments, "PAIRS_AT_ONCE", 50)
    assert segments.mean_pairwise_distance(points) == pytest.approx(whole) == np.mean(plain)


def test_the_pitch_asked_is_that_in_centimetres_and_its_edge_is_inside() -> None:
    centres = np.array([[0, 0], [12000, 7000], [12001, 50], [50, 7001], [-1, 50], [50, -1]])
    assert inside_share(centres.astype(np.float64), np.eye(3)) == pytest.approx(2 / 6)
    assert inside_share(np.array([[3000.0, 800.0]]), np.eye(3)) == 1.0


def test_inside_agrees_with_opencvs_polygon() -> None:
    corners = VERTICES[[0, 5, 29, 24]].astype(np.int32)[:, None]
    at = np.random.default_rng(0).uniform(-2000, 14000, (200, 2)).astype(np.float32)
    hits = [cv2.pointPolygonTest(corners, point.tolist(), False) >= 0 for point in at]
    assert inside_share(at.astype(np.float64), np.eye(3)) == pytest.approx(np.mean(hits))


def test_without_boxes_nothing_is_inside() -> None:
    assert inside_share(np.empty((0, 2)), np.eye(3)) == 0.0


@pytest.mark.parametrize(
    ("bbox", "class_id", "counts"),
    [
        ([100, 200, 115, 240], 2, True),
        ([100, 200, 114.99, 240], 2, False),
        ([100, 200, 115, 239.99], 1, False),
        ([100, 200, 104, 204], 0, True),
        ([100, 150, 130, 240], 2, False),
        ([100, 150.01, 130, 240], 3, True),
        ([WIDTH + 1, 100, WIDTH + 40, 240], 2, True),
    ],
)
def test_boxes_count_by_size_and_below_the_top_band(
    bbox: list[float], class_id: int, counts: bool
) -> None:
    boxes = read_boxes([{"bbox": bbox, "class_id": class_id}])
    assert len(counted_centres(boxes, WIDTH)) == counts


def test_the_scale_is_the_ratio_of_mean_pairwise_distances() -> None:
    centres = counted_centres(read_boxes([person(100), person(300), person(500)]), WIDTH)
    points = np.array([[0.0, 0.0], [100.0, 0.0]])
    assert scale_ratio(points, centres) == pytest.approx(100 / (800 / 3))
    assert scale_ratio(points * 100, centres) == 1.5


def test_the_scale_is_1_with_fewer_than_two_of_either() -> None:
    two = np.array([[0.0, 0.0], [900.0, 0.0]])
    assert scale_ratio(two[:1], two) == scale_ratio(two, two[:1]) == 1.0


def test_boxes_that_all_share_a_centre_are_capped_too() -> None:
    assert scale_ratio(np.array([[0.0, 0.0], [9.0, 0.0]]), np.ones((2, 2))) == 1.5
