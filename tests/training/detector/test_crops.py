from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.training.detector.frames import drawn_frame
from training.detector.crops import CropSampler, warp_boxes
from training.detector.data import BALL, REFEREE

SIZE = 256
coordinates = st.floats(0, 640)


def frames():
    return [drawn_frame("a_1"), drawn_frame("b_1", seed=1)]


@given(coordinates, coordinates, st.floats(1, 200), st.floats(0.3, 3), st.sampled_from([-1, 1]))
def test_warped_boxes_lie_in_the_crop_and_keep_their_order(x, y, side, scale, flip):
    matrix = np.array([[scale * flip, 0, SIZE / 2], [0, scale, -50]])
    box = np.array([[x, y, x + side, y + side]], np.float32)
    cut, kept = warp_boxes(box, matrix, size=SIZE)
    assert (cut >= 0).all()
    assert (cut <= SIZE).all()
    assert (cut[:, 2:] >= cut[:, :2]).all()
    if kept[0]:
        assert (cut[0, 2:] > cut[0, :2]).all()


def test_a_box_that_is_mostly_outside_is_dropped():
    matrix = np.array([[1.0, 0, 0], [0, 1, 0]])
    boxes = np.array([[-70, 0, 30, 10], [-50, 0, 50, 10]], np.float32)
    _, kept = warp_boxes(boxes, matrix, size=SIZE)
    assert kept.tolist() == [False, True]


def test_a_flip_swaps_left_and_right():
    matrix = np.array([[-1.0, 0, SIZE], [0, 1, 0]])
    cut, _ = warp_boxes(np.array([[10, 20, 30, 40]], np.float32), matrix, size=SIZE)
    assert cut[0].tolist() == [SIZE - 30, 20, SIZE - 10, 40]


def test_the_same_seed_draws_the_same_crops():
    first, second = (CropSampler(frames(), size=SIZE, seed=3) for _ in range(2))
    for _ in range(3):
        a, b = first.draw(), second.draw()
        np.testing.assert_array_equal(a.image, b.image)
        np.testing.assert_array_equal(a.xyxy, b.xyxy)
        np.testing.assert_array_equal(a.class_id, b.class_id)


def test_a_set_without_one_class_can_be_drawn_from():
    frame = drawn_frame("a_1")
    kept = frame.class_id == BALL
    only = replace(frame, xyxy=frame.xyxy[kept], class_id=frame.class_id[kept], kit=frame.kit[kept])
    crops = [CropSampler([only], size=SIZE).draw() for _ in range(5)]
    assert all(set(crop.class_id.tolist()) <= {BALL} for crop in crops)


def test_a_crop_knows_what_its_frame_leaves_unlabelled():
    frame = replace(drawn_frame("a_1"), unlabelled=frozenset({REFEREE}))
    assert CropSampler([frame], size=SIZE).draw().unlabelled == {REFEREE}


def test_frames_without_boxes_give_crops_without_boxes():
    empty = drawn_frame("b_1")
    none = empty.class_id[:0]
    barren = replace(empty, xyxy=empty.xyxy[:0], class_id=none, kit=none, match="barren")
    sampler = CropSampler([drawn_frame("a_1"), barren], size=SIZE)
    drawn = [len(sampler.draw().class_id) for _ in range(60)]
    assert 1 <= drawn.count(0) < 30


def test_people_become_as_tall_as_close_and_distant_cameras_show_them():
    sampler = CropSampler([drawn_frame("a_1")], size=640)
    heights = []
    for _ in range(80):
        crop = sampler.draw()
        whole = crop.xyxy[(crop.class_id != BALL) & (crop.xyxy[:, 3] < 640)]
        heights += (whole[:, 3] - whole[:, 1]).tolist()
    assert min(heights) > 15
    assert max(heights) > 200
    assert np.median(heights) < 120


def test_crops_are_whole_and_their_boxes_lie_inside():
    sampler = CropSampler(frames(), size=SIZE)
    crops = [sampler.draw() for _ in range(20)]
    for crop in crops:
        assert crop.image.shape == (SIZE, SIZE, 3)
        assert crop.image.dtype == np.uint8
        assert len(crop.xyxy) == len(crop.class_id)
        assert ((crop.xyxy >= 0) & (crop.xyxy <= SIZE)).all()
    with_ball = sum(BALL in crop.class_id for crop in crops)
    assert with_ball >= 7
