import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from touchline.geometry import (
    areas,
    centre_form,
    corner_form,
    entry_jacobians,
    jacobians,
    local_scales,
    pairwise_intersection,
    pairwise_iou,
    plain,
    point_jacobians,
    project_points,
    through,
    warp_boxes,
    warp_points,
)

coordinates = st.floats(0, 2000)
points = arrays(np.float64, (5, 2), elements=coordinates)


@st.composite
def boxes(draw, count=4):
    low = draw(arrays(np.float64, (count, 2), elements=coordinates))
    size = draw(arrays(np.float64, (count, 2), elements=st.floats(1, 300)))
    return np.concatenate([low, low + size], axis=1)


@st.composite
def motions(draw):
    """Homographies as a camera makes them from frame to frame."""
    turn, tilt = draw(st.floats(-0.05, 0.05)), draw(st.floats(-1e-5, 1e-5))
    zoom, shift = draw(st.floats(0.9, 1.1)), draw(st.floats(-50, 50))
    sine, cosine = np.sin(turn) * zoom, np.cos(turn) * zoom
    return np.array([[cosine, -sine, shift], [sine, cosine, -shift], [tilt, tilt, 1.0]])


@given(boxes())
def test_centre_form_and_back_changes_nothing(xyxy):
    np.testing.assert_allclose(corner_form(centre_form(xyxy)), xyxy, atol=1e-9)


@given(boxes(), boxes())
def test_overlap_is_a_share_and_symmetric(first, second):
    iou = pairwise_iou(first, second)
    assert np.all((iou >= 0) & (iou <= 1 + 1e-12))
    np.testing.assert_allclose(iou, pairwise_iou(second, first).T)


@given(boxes())
def test_a_box_overlaps_itself_fully(xyxy):
    np.testing.assert_allclose(np.diag(pairwise_iou(xyxy, xyxy)), 1)


def test_half_a_box_moved_away_overlaps_by_a_third():
    iou = pairwise_iou(np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 15, 10]]))
    np.testing.assert_allclose(iou, 1 / 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("other", "expected"),
    [((0, 0, 10, 10), 1), ((10, 0, 20, 10), 0), ((5, 0, 15, 10), 1 / 3), ((3, 3, 3, 3), 0)],
)
def test_overlaps_are_those_of_geometry_in_either_width(other, expected, dtype):
    found = pairwise_iou(np.array([[0, 0, 10, 10]], dtype), np.array([other], dtype))
    assert found.dtype == dtype
    assert found[0, 0] == pytest.approx(expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_two_empty_boxes_do_not_overlap(dtype):
    assert pairwise_iou(np.zeros((1, 4), dtype), np.zeros((1, 4), dtype))[0, 0] == 0


def test_no_boxes_have_no_overlaps():
    assert pairwise_iou(np.zeros((0, 4)), np.zeros((3, 4))).shape == (0, 3)


@given(boxes())
def test_a_box_shares_its_whole_area_with_itself(xyxy):
    np.testing.assert_allclose(np.diag(pairwise_intersection(xyxy, xyxy)), areas(xyxy))


def test_a_box_turned_inside_out_is_empty():
    assert areas(np.array([[10.0, 10, 0, 0], [0, 0, 2, 3]])).tolist() == [0, 6]


@given(points, motions())
def test_points_go_the_same_way_however_they_are_sent(place, motion):
    moved = warp_points(place, motion)
    np.testing.assert_allclose(plain(through(place, motion)), moved)
    np.testing.assert_allclose(project_points(place, motion), moved)
    np.testing.assert_allclose(project_points(place, np.stack([motion] * 2)), [moved, moved])


def test_a_point_on_or_behind_infinity_is_nowhere():
    homography = np.array([[1.0, 0, 0], [0, 1, 0], [0, 1, 0]])
    sent = project_points([[4.0, 2.0], [4.0, 0.0], [4.0, -2.0]], homography)
    np.testing.assert_array_equal(sent, [[2, 1], [np.nan] * 2, [np.nan] * 2])


def test_a_camera_sends_points_of_space_one_or_many():
    camera = np.array([[100.0, 0, 0, 5], [0, 100, 0, 6], [0, 0, 1, 2]])
    assert plain(through(np.array([1.0, 2, 3]), camera)).tolist() == [21, 41.2]
    assert through(np.ones((4, 5, 3)), camera).shape == (4, 5, 3)


@given(points, motions())
def test_a_warp_and_its_inverse_bring_points_home(place, motion):
    there = warp_points(place, motion)
    np.testing.assert_allclose(warp_points(there, np.linalg.inv(motion)), place, atol=1e-6)


@given(points, motions())
def test_the_derivative_is_that_of_small_differences(place, motion):
    step = 1e-3
    for axis in range(2):
        ahead, behind = place.copy(), place.copy()
        ahead[:, axis] += step
        behind[:, axis] -= step
        slope = (warp_points(ahead, motion) - warp_points(behind, motion)) / (2 * step)
        np.testing.assert_allclose(jacobians(place, motion)[:, :, axis], slope, atol=1e-5)


@given(points, motions())
def test_the_derivative_may_be_told_where_the_points_went(place, motion):
    told = point_jacobians(through(place, motion), motion)
    np.testing.assert_allclose(told, jacobians(place, motion))


@given(arrays(np.float64, (5, 2), elements=st.floats(-1, 1)), motions())
def test_the_derivative_by_the_entries_is_that_of_small_differences(place, motion):
    step = 1e-6
    found = entry_jacobians(place, motion)
    for entry in range(9):
        nudge = step * np.eye(9)[entry].reshape(3, 3)
        slope = (warp_points(place, motion + nudge) - warp_points(place, motion - nudge)) / step / 2
        np.testing.assert_allclose(found[:, :, entry], slope, rtol=1e-4, atol=1e-4)


@given(boxes(), motions())
def test_one_homography_for_each_box_is_the_same_as_one_for_all(xyxy, motion):
    each = np.repeat(motion[None], len(xyxy), axis=0)
    np.testing.assert_allclose(warp_boxes(xyxy, each), warp_boxes(xyxy, motion))


@given(boxes(), st.floats(0.5, 2), coordinates)
def test_zoom_and_pan_move_corners_exactly(xyxy, zoom, shift):
    motion = np.array([[zoom, 0, shift], [0, zoom, -shift], [0, 0, 1.0]])
    moved = xyxy * zoom + np.array([shift, -shift, shift, -shift])
    np.testing.assert_allclose(warp_boxes(xyxy, motion), moved, atol=1e-6)
    np.testing.assert_allclose(local_scales(xyxy[:, :2], motion), zoom)
