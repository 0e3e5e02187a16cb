"""Detections of other people's detectors, and numbers of other people's code."""

import math

import numpy as np
import pytest
import supervision as sv

from touchline import PitchDimensions, PlayerTracker
from touchline.errors import UsageError
from touchline.frame import ClassId
from touchline.tracking.ball import BallPath
from touchline.tracking.tracks import Tracks
from touchline.video import VideoReader


def people(class_id: int | None, **more: object) -> sv.Detections:
    boxes = np.array([[100, 100, 120, 150], [150, 100, 170, 150]], np.float32)
    numbers = None if class_id is None else np.full(2, class_id)
    return sv.Detections(
        xyxy=boxes, class_id=numbers, confidence=np.full(2, 0.9, np.float32), **more
    )


@pytest.mark.parametrize("class_id", [0, 4, 17, -1])
def test_classes_numbered_otherwise_are_refused_with_the_way_to_say_so(class_id: int) -> None:
    with pytest.raises(UsageError, match=r"PlayerTracker\(classes="):
        PlayerTracker().update(people(class_id))


@pytest.mark.parametrize("class_id", [1, 2, 3, None])
def test_our_own_numbers_get_ids(class_id: int | None) -> None:
    assert len(PlayerTracker().update(people(class_id))) == 2


def test_a_mapping_says_what_the_numbers_mean() -> None:
    tracker = PlayerTracker(classes={0: ClassId.PLAYER, 32: ClassId.BALL})
    found = tracker.update(people(0, data={"team": np.array(["a", "b"])}))
    assert found.class_id.tolist() == [2, 2]
    assert found.data["team"].tolist() == ["a", "b"]
    assert len(tracker.update(people(32))) == len(tracker.update(people(5))) == 0


def test_one_ball_alone_is_a_ball() -> None:
    ball = sv.Detections(xyxy=np.array([[10, 10, 18, 18.0]]), class_id=np.zeros(1, int))
    assert len(PlayerTracker().update(ball)) == 0


@pytest.mark.parametrize("box", [[math.nan, 0, 1, 1], [0, 0, math.inf, 1], [5, 0, 1, 1]])
def test_a_box_without_a_place_is_refused(box: list[float]) -> None:
    found = sv.Detections(xyxy=np.zeros((1, 4), np.float32))
    found.xyxy = np.array([box], np.float32)  # supervision itself looks only at the beginning
    with pytest.raises(UsageError, match="box"):
        PlayerTracker().update(found)


@pytest.mark.parametrize(
    "motion", [np.full((3, 3), np.nan), np.zeros((3, 3)), np.eye(4), np.eye(3)[:2], "still", [[1]]]
)
def test_what_is_no_camera_motion_is_refused_and_changes_nothing(motion: object) -> None:
    tracker = PlayerTracker()
    before = tracker.update(people(2)).tracker_id.tolist()
    with pytest.raises(UsageError, match="camera_motion is a homography"):
        tracker.update(people(2), motion)  # type: ignore[arg-type]
    assert tracker.update(people(2), np.eye(3).tolist()).tracker_id.tolist() == before


def test_columns_may_be_lists_and_half_precision() -> None:
    found = people(2)
    found.class_id, found.confidence = [2, 3], np.array([1.0004, 0.9], np.float16)
    assert len(PlayerTracker().update(found)) == 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, True, "25", None])
def test_what_is_no_rate_is_refused(value: object) -> None:
    for make in (
        PlayerTracker,
        lambda fps: Tracks(fps, (640, 360)),
        lambda fps: BallPath(fps, (640, 360)),
        lambda fps: VideoReader("absent.mp4", image_fps=fps),
        lambda fps: PitchDimensions(length=fps),
    ):
        with pytest.raises(UsageError):
            make(value)  # type: ignore[arg-type]
