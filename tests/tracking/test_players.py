import numpy as np
import pytest
import supervision as sv
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.worlds import pan, person, seen
from touchline.errors import UsageError
from touchline.geometry import warp_boxes
from touchline.tracking import MotionModel, PlayerTracker
from touchline.tracking.appearance import APPEARANCE


def ids(frame):
    return frame.tracker_id.tolist()


def test_ids_start_at_one_in_the_order_given():
    assert ids(PlayerTracker().update(seen([person(100, 200), person(300, 200)]))) == [1, 2]


def test_two_players_who_cross_keep_their_ids():
    tracker = PlayerTracker()
    for step in range(60):
        here, there = person(300 + 5 * step, 300), person(595 - 5 * step, 304)
        found = tracker.update(seen([here, there]))
        assert ids(found) == [1, 2]


def test_a_crossing_in_which_one_is_hidden_keeps_both_ids():
    tracker = PlayerTracker()
    for step in range(60):
        boxes = [person(300 + 5 * step, 300), person(595 - 5 * step, 304)]
        hidden = 26 <= step <= 33
        found = tracker.update(seen(boxes[:1] if hidden else boxes))
        assert ids(found) == ([1] if hidden else [1, 2])


@settings(max_examples=25, deadline=None)
@given(st.floats(-45, 45), st.floats(0.97, 1.03))
def test_a_static_world_keeps_its_ids_under_any_camera(shift, zoom):
    tracker = PlayerTracker()
    boxes = np.array([person(300 + 60 * column, 400) for column in range(6)])
    motion = pan(shift, shift / 4, zoom)
    for _ in range(12):
        assert ids(tracker.update(seen(boxes), motion)) == [1, 2, 3, 4, 5, 6]
        boxes = warp_boxes(boxes, motion)


def test_without_camera_motion_the_same_pan_loses_the_ids():
    tracker = PlayerTracker()
    boxes = np.array([person(300 + 60 * column, 400) for column in range(6)])
    for _ in range(12):
        found = tracker.update(seen(boxes))
        boxes = warp_boxes(boxes, pan(45.0))
    assert ids(found) != [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("fps", [3.0, 10.0, 12.5, 25.0, 50.0])
def test_a_runner_keeps_one_id_at_any_frame_rate(fps):
    tracker = PlayerTracker(fps)
    for step in range(int(2 * fps)):
        assert ids(tracker.update(seen([person(100 + 240 * step / fps, 300)]))) == [1]


def test_frames_not_looked_at_can_be_counted_instead():
    slow, counted = PlayerTracker(12.5), PlayerTracker(25)
    for step in range(20):
        boxes = seen([person(100 + 9 * step, 300)])
        np.testing.assert_array_equal(slow.update(boxes).xyxy, counted.update(boxes, frames=2).xyxy)


def test_someone_lost_for_a_second_comes_back_with_the_old_id():
    tracker = PlayerTracker()
    for step in range(60):
        visible = step < 15 or step >= 40
        found = tracker.update(seen([person(200 + 3 * step, 300)] if visible else []))
    assert ids(found) == [1]


def test_someone_lost_for_longer_is_new_and_no_id_is_used_twice():
    tracker = PlayerTracker(patience=0.5)
    for step in range(60):
        found = tracker.update(seen([person(200, 300)] if step % 30 < 10 else []))
        assert ids(found) in ([1], [2], [])
    assert tracker.next_id == 3


def test_an_unsure_detection_continues_a_track_and_begins_none():
    tracker = PlayerTracker()
    tracker.update(seen([person(200, 300)]))
    found = tracker.update(seen([person(202, 300), person(600, 300)], confidence=0.2))
    assert ids(found) == [1]


def test_a_sure_detection_is_never_held_back():
    tracker = PlayerTracker()
    random = np.random.default_rng(0)
    for _ in range(20):
        places = random.uniform(100, 1000, (8, 2))
        found = tracker.update(seen([person(x, y) for x, y in places]))
        assert len(set(ids(found))) == 8


def test_one_odd_frame_does_not_change_a_role():
    tracker = PlayerTracker()
    for step in range(12):
        odd = step in (4, 9)
        found = tracker.update(seen([person(200 + step, 300)], class_id=3 if odd else 2))
        assert found.class_id.tolist() == [2]
        assert found.data["detected_class_id"].tolist() == [3 if odd else 2]


def test_looks_that_cannot_tell_a_role_do_not_outvote_those_that_can():
    tracker = PlayerTracker()
    for step in range(12):
        told = step % 4 == 0
        detections = seen([person(200 + step, 300)], class_id=2 if told else 3)
        detections.data["class_scores"] = np.full((1, 4), 0.5 if told else np.nan)
        found = tracker.update(detections)
        assert found.class_id.tolist() == [2]


def test_a_role_that_was_wrong_at_first_is_put_right():
    tracker = PlayerTracker()
    for step in range(12):
        found = tracker.update(seen([person(200 + step, 300)], class_id=2 if step < 3 else 1))
    assert found.class_id.tolist() == [1]


def test_balls_are_left_out():
    found = PlayerTracker().update(seen([person(200, 300), person(400, 300)], class_id=[0, 2]))
    assert ids(found) == [1]
    assert found.class_id.tolist() == [2]


def test_boxes_without_confidence_or_class_are_sure_players():
    boxes = np.array([person(200, 300)], dtype=np.float32)
    found = PlayerTracker().update(sv.Detections(xyxy=boxes))
    assert found.class_id.tolist() == [2]
    assert found.confidence.tolist() == [1]


def test_smoothed_boxes_say_so_and_shake_less():
    random, tracker = np.random.default_rng(1), PlayerTracker()
    raw, smooth = [], []
    for step in range(80):
        truth = np.array(person(200 + 2 * step, 300))
        noisy = truth + random.normal(0, 2, 4)
        found = tracker.update(seen([noisy]))
        assert found.data["source"].tolist() == ["tracked" if step else "detected"]
        raw.append(noisy - truth)
        smooth.append(found.xyxy[0] - truth)
    assert np.std(smooth[10:]) < 0.75 * np.std(raw[10:])


def test_raw_boxes_come_back_as_they_were():
    tracker = PlayerTracker(smooth=False)
    for step in range(5):
        boxes = seen([person(200.3 + 2 * step, 300)])
        found = tracker.update(boxes)
        np.testing.assert_allclose(found.xyxy, boxes.xyxy, rtol=1e-6)
        assert found.data["source"].tolist() == ["detected"]


def test_empty_frames_are_fine():
    tracker = PlayerTracker()
    assert len(tracker.update(sv.Detections.empty())) == 0
    tracker.update(seen([person(200, 300)]))
    assert len(tracker.update(sv.Detections.empty(), pan(3))) == 0


def run_behind_a_crowd(tracker):
    """Ids of one who runs 240 px a second, hidden from frame 20 to 34."""
    return [
        ids(tracker.update(seen([person(100 + 9.6 * step, 300)] if not 20 <= step < 35 else [])))
        for step in range(50)
    ]


def test_the_motion_model_says_where_a_hidden_runner_is_looked_for():
    assert run_behind_a_crowd(PlayerTracker())[-1] == [1]
    soon_at_rest = MotionModel(relaxation=0.3)
    assert run_behind_a_crowd(PlayerTracker(model=soon_at_rest))[-1] == [2]


class Counted(MotionModel):
    """A motion model with a row of its own: how often a track was corrected."""

    def start(self, boxes):
        return np.concatenate([super().start(boxes), np.zeros((len(boxes), 1, 4))], axis=1)

    def predict(self, state, seconds):
        return np.concatenate([super().predict(state[:, :5], seconds), state[:, 5:]], axis=1)

    def correct(self, state, boxes):
        return np.concatenate([super().correct(state[:, :5], boxes), state[:, 5:] + 1], axis=1)


def test_a_motion_model_of_ones_own_may_remember_more_and_changes_nothing_else():
    given, own = PlayerTracker(model=Counted()), PlayerTracker()
    for step in range(8):
        boxes, motion = seen([person(200 + 3 * step, 300), person(400, 300)]), pan(2.0, 1.0, 1.01)
        found, expected = given.update(boxes, motion), own.update(boxes, motion)
        np.testing.assert_array_equal(found.xyxy, expected.xyxy)
        assert ids(found) == ids(expected)
    assert given._tracks.state[:, 5:].tolist() == [[[7.0] * 4]] * 2


@pytest.mark.parametrize(
    "wrong", [{"fps": 0}, {"patience": -1}, {"low": 0.6, "high": 0.5}, {"high": 1.5}]
)
def test_values_out_of_range_are_refused(wrong):
    with pytest.raises(UsageError):
        PlayerTracker(**wrong)


RED, BLUE = [0.2, 0.6, -0.2, 0.4, 0.0, 0.0], [0.2, -0.1, 0.5, 0.4, 0.0, 0.0]


def in_kits(boxes, kits):
    """Detections that say what they look like, as the pipeline gives them."""
    found = seen(boxes)
    found.data[APPEARANCE] = np.array(kits, np.float32).reshape(-1, 6)
    return found


def test_opponents_who_stop_together_unseen_and_turn_back_are_not_swapped():
    tracker = PlayerTracker()
    for step in range(60):
        # They meet at 400 after a second; nobody sees how each turns round.
        away = 6.0 * abs(25 - step)
        boxes = [person(394 - away, 300), person(406 + away, 300)]
        hidden = 20 <= step < 32
        found = tracker.update(in_kits([] if hidden else boxes, [] if hidden else [RED, BLUE]))
    assert ids(found) == [1, 2]


def test_a_crowd_under_a_pan_that_nobody_measured_keeps_its_ids():
    tracker, places = PlayerTracker(), [(100, 200), (240, 260), (380, 210), (530, 300), (700, 250)]
    places += [(820, 330), (950, 220)]
    for step in range(20):
        pan_so_far = 45.0 * max(0, step - 9)
        found = tracker.update(seen([person(x + pan_so_far, y) for x, y in places]))
        assert ids(found) == [1, 2, 3, 4, 5, 6, 7]
