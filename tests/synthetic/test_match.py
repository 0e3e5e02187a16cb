import itertools

import numpy as np
import pytest
import supervision as sv

from touchline.errors import UsageError
from touchline.frame import ClassId, Frame
from touchline.pitch.dimensions import PitchDimensions
from touchline.synthetic import SyntheticMatch, Truth
from touchline.synthetic.direction import main_camera
from touchline.synthetic.looks import random_look
from touchline.synthetic.play import Play
from touchline.synthetic.turf import Turf

SMALL = (480, 270)


@pytest.fixture(scope="module")
def clip() -> list[tuple[Frame, Truth]]:
    return list(SyntheticMatch(3, seconds=0.8, fps=10, size=SMALL, close_up=(0.5, 0.75)))


def test_a_clip_has_its_length_its_size_and_its_clock(clip):
    assert [frame.index for frame, _ in clip] == list(range(8))
    assert [frame.time for frame, _ in clip] == pytest.approx([i / 10 for i in range(8)])
    assert all(frame.image.shape == (270, 480, 3) for frame, _ in clip)
    assert all(frame.image.dtype == np.uint8 for frame, _ in clip)


def test_the_close_up_is_a_shot_of_its_own(clip):
    assert [truth.shot for _, truth in clip] == [0, 0, 0, 0, 1, 1, 2, 2]
    tallest = [np.ptp(truth.objects.xyxy[:, [1, 3]], axis=1).max() for _, truth in clip]
    assert min(tallest[4:6]) > 2.5 * max(tallest[:4] + tallest[6:])


def test_without_a_close_up_there_is_one_shot():
    match = SyntheticMatch(3, seconds=0.4, fps=5, size=SMALL, close_up=None)
    assert {truth.shot for _, truth in match} == {0}


def test_the_same_seed_gives_the_same_clip(clip):
    again = SyntheticMatch(3, seconds=0.8, fps=10, size=SMALL, close_up=(0.5, 0.75))
    for _ in range(2):
        for (frame, truth), (other, expected) in zip(
            itertools.islice(again, 3), clip[:3], strict=True
        ):
            assert np.array_equal(frame.image, other.image)
            assert np.array_equal(truth.objects.xyxy, expected.objects.xyxy)


def test_another_seed_gives_another_clip(clip):
    frame, _ = next(iter(SyntheticMatch(4, seconds=0.8, fps=10, size=SMALL)))
    assert not np.array_equal(frame.image, clip[0][0].image)


def test_frames_are_painted_only_when_asked_for():
    frames = iter(SyntheticMatch(3, seconds=36000, size=SMALL))
    assert next(frames)[0].index == 0
    assert next(frames)[0].index == 1


def test_objects_carry_class_id_person_and_visible_share(clip):
    for _, truth in clip:
        objects = truth.objects
        assert len(set(objects.tracker_id.tolist())) == len(objects)
        assert ((objects.data["visible"] >= 0) & (objects.data["visible"] <= 1)).all()
        assert (objects.class_id[objects.tracker_id == 0] == ClassId.BALL).all()
        assert (objects.class_id[np.isin(objects.tracker_id, [1, 12])] == ClassId.GOALKEEPER).all()
        assert (objects.class_id[objects.tracker_id > 22] == ClassId.REFEREE).all()


def test_boxes_stay_inside_the_picture(clip):
    for _, truth in clip:
        assert (truth.objects.xyxy >= 0).all()
        assert (truth.objects.xyxy <= [480, 270, 480, 270]).all()


def test_the_homography_and_the_keypoints_agree(clip):
    vertices = PitchDimensions().vertices()
    for _, truth in clip:
        present = truth.keypoints.keypoint_confidence[0] == 1
        points = np.column_stack([truth.keypoints.xy[0], np.ones(32)])
        metres = points @ truth.homography.T
        metres = metres[:, :2] / metres[:, 2:]
        assert np.allclose(metres[present], vertices[present], atol=0.02)
        assert (truth.keypoints.xy[0][~present] == 0).all()


def test_a_frame_drawn_at_random_repeats_with_its_generator():
    first, second = (
        SyntheticMatch.random_frame(np.random.default_rng(5), size=SMALL) for _ in range(2)
    )
    assert np.array_equal(first[0].image, second[0].image)
    assert isinstance(first[1].objects, sv.Detections)
    assert isinstance(first[1].keypoints, sv.KeyPoints)


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0}, {"fps": -1}, {"size": (63, 64)}, {"close_up": (0.8, 0.2)}],
)
def test_what_cannot_be_filmed_is_refused(wrong):
    with pytest.raises(UsageError):
        SyntheticMatch(**wrong)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_painted_lines_meet_at_the_keypoints(seed: int):
    # Only the ground is painted, so that nobody stands on a point.
    rng = np.random.default_rng(seed)
    moment = Play(rng).step(0.04)
    camera = main_camera((1280, 720), rng)(moment)
    image = np.zeros((720, 1280, 3), np.uint8)
    turf = Turf(random_look(rng), PitchDimensions())
    turf.draw(image, camera)
    points, _ = camera.project(np.column_stack([PitchDimensions().vertices(), np.zeros(32)]))
    inside = ((points > 8) & (points < [1272, 712])).all(axis=1)
    assert inside.sum() >= 4
    for x, y in points[inside]:
        around = image[int(y) - 8 : int(y) + 9, int(x) - 8 : int(x) + 9].max(axis=2).astype(int)
        at = image[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].max(axis=2).astype(int)
        assert at.max() > np.median(around) + 0.4 * (around.max() - np.median(around))
