import numpy as np
import pytest

from tests.tracking.worlds import STILL, ball, pan, person, seen
from touchline.errors import UsageError
from touchline.frame import Objects
from touchline.tracking import Tracks
from touchline.tracking.adapters import AdaptedTracker

PAN = pan(3.0)


class ByPlace:
    """Ids by the left edge of a box, in hundreds; below 100 px it does not track."""

    def __init__(self):
        self.asked = []

    def update(self, detections, camera_motion=None):
        self.asked.append(camera_motion)
        detections.tracker_id = (detections.xyxy[:, 0] // 100).astype(int) * 1000 - 1
        return detections[::-1]


def table(*boxes, **given):
    return Objects.from_supervision(seen(boxes, **given))


def test_ids_become_ours_in_the_order_of_their_coming_and_stay():
    tracker = AdaptedTracker(ByPlace(), first_id=7)
    first = tracker.track(table(person(350, 200)), None, frames=1)
    both = tracker.track(table(person(360, 200), person(560, 200)), None, frames=2)
    assert first.tracker_id.tolist() == [7]
    assert dict(zip(both.xyxy[:, 0] > 400, both.tracker_id, strict=True)) == {False: 7, True: 8}
    assert tracker.next_id == 9


def test_balls_are_not_shown_and_who_is_not_tracked_is_left_out():
    tracker = AdaptedTracker(ByPlace(), first_id=1)
    objects = table(person(350, 200), person(50, 200), ball(400, 200), class_id=[2, 2, 0])
    answer = tracker.track(objects, None, frames=1)
    assert answer.tracker_id.tolist() == [1]
    assert answer.detected_class_id.tolist() == [2]


def test_it_hears_of_the_camera_if_it_asks():
    tracker = ByPlace()
    AdaptedTracker(tracker, first_id=1).track(table(person(350, 200)), PAN, frames=1)
    assert np.array_equal(tracker.asked[0], PAN)


def test_in_its_place_it_fills_frames_and_takes_ids_after_the_ball():
    tracks = Tracks(25, (1280, 720), first_id=10, new_tracker=lambda fps: ByPlace())
    answers = []
    for index in range(9):
        boxes = [person(350 + index, 200), ball(500, 300)]
        looked = table(*boxes, class_id=[3, 0]) if index % 2 == 0 else None
        answers += tracks.push(looked, STILL)
    answers += tracks.flush()
    assert {int(each.tracker_id[0]) for each in answers} == {11}
    assert {int(each.class_id[0]) for each in answers} == {3}
    assert tracks.next_id == 12


def test_what_cannot_update_is_refused():
    with pytest.raises(UsageError, match=r"update\(detections\); list has not"):
        AdaptedTracker([], first_id=1)
