import numpy as np
import pytest
import supervision as sv
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.worlds import STILL, ball, pan, person, seen
from touchline.errors import UsageError
from touchline.frame import Objects
from touchline.geometry import warp_boxes
from touchline.tracking import MotionModel, PlayerTracker, Tracks

SIZE = (1280, 720)


def table(detections):
    return None if detections is None else Objects.from_supervision(detections)


def followed(frames, *, motions=None, fps=25.0, **options):
    """All answers to the detections of each frame (None = not looked at)."""
    tracks, answers = Tracks(fps, SIZE, **options), []
    for index, detections in enumerate(frames):
        answers += tracks.push(table(detections), STILL if motions is None else motions[index])
    return answers + tracks.flush()


def game(count, *, stride=1, ball_too=True):
    """Two players and a ball on straight lines, seen in every stride-th frame."""
    frames = []
    for step in range(count):
        boxes = [person(300 + 3 * step, 300), person(800 - 2 * step, 400, 80)]
        classes = [2, 3]
        if ball_too:
            boxes.append(ball(500 + 6 * step, 350))
            classes.append(0)
        frames.append(seen(boxes, class_id=classes) if step % stride == 0 else None)
    return frames


def by_id(frame):
    return dict(zip(frame.tracker_id.tolist(), frame.xyxy, strict=True))


def sources(frame, track):
    return frame.source[frame.tracker_id == track].tolist()


def test_there_is_one_answer_for_each_frame():
    for count in (0, 1, 10, 60):
        assert len(followed(game(count))) == count


@pytest.mark.parametrize("delay", [0.0, 0.2, 1.0])
def test_an_answer_waits_no_longer_than_the_delay(delay):
    tracks = Tracks(25, SIZE, delay=delay)
    waiting = 0
    for frame in game(60):
        waiting += 1 - len(tracks.push(table(frame), STILL))
        assert waiting <= round(delay * 25)


@pytest.mark.parametrize("stride", [2, 3, 5])
def test_frames_not_looked_at_are_filled_where_the_players_were(stride):
    answers = followed(game(61, stride=stride))
    for step, answer in enumerate(answers):
        boxes = by_id(answer)
        np.testing.assert_allclose(boxes[2], person(300 + 3 * step, 300), atol=0.6)
        np.testing.assert_allclose(boxes[3], person(800 - 2 * step, 400, 80), atol=0.6)
        looked = step % stride == 0
        assert sources(answer, 2) == (["interpolated"] if not looked else sources(answer, 2))
        assert ("interpolated" in sources(answer, 2)) == (not looked)


@settings(max_examples=15, deadline=None)
@given(st.floats(-30, 30), st.floats(0.98, 1.02), st.integers(2, 4))
def test_the_filled_boxes_of_a_static_world_are_right_under_a_moving_camera(shift, zoom, stride):
    motion = pan(shift, -shift / 5, zoom)
    boxes, frames, truth = np.array([person(600, 300), person(700, 380)]), [], []
    for step in range(25):
        frames.append(seen(boxes) if step % stride == 0 else None)
        truth.append(boxes)
        boxes = warp_boxes(boxes, motion)
    answers = followed(frames, motions=[np.eye(3)] + [motion] * 24)
    last = 24 - 24 % stride
    for answer, expected in zip(answers[: last + 1], truth, strict=False):
        assert sorted(answer.tracker_id.tolist()) == [2, 3]
        order = np.argsort(answer.tracker_id)
        np.testing.assert_allclose(answer.xyxy[order], expected, atol=0.05, rtol=1e-4)


def test_a_short_miss_is_filled_and_a_long_one_is_not():
    frames = [
        seen([person(300 + 2 * step, 300)] if step < 20 or step >= 20 + gap else [])
        for gap in (12,)
        for step in range(60)
    ]
    assert all(len(answer) == 1 for answer in followed(frames))
    long = [seen([person(300, 300)] if step < 20 or step >= 50 else []) for step in range(70)]
    missing = [len(answer) == 0 for answer in followed(long)]
    assert missing == [20 <= step < 50 for step in range(70)]


def test_a_filled_box_is_less_sure_than_its_ends():
    frames = [seen([person(300, 300)] if step % 10 == 0 else []) for step in range(31)]
    answers = followed(frames)
    assert answers[5].confidence[0] < answers[1].confidence[0] < answers[0].confidence[0]


def test_nothing_is_invented_before_the_first_and_after_the_last_detection():
    frames = [seen([person(300, 300)] if 10 <= step < 20 else []) for step in range(40)]
    present = [len(answer) == 1 for answer in followed(frames)]
    assert present == [10 <= step < 20 for step in range(40)]


def test_the_ball_has_the_first_id_and_is_filled_too():
    answers = followed(game(41, stride=2), first_id=7)
    for step, answer in enumerate(answers):
        np.testing.assert_allclose(by_id(answer)[7], ball(500 + 6 * step, 350), atol=0.5)
        assert sources(answer, 7) == ["detected" if step % 2 == 0 else "interpolated"]
        assert answer.class_id[answer.tracker_id == 7].tolist() == [0]


def test_there_is_one_ball_at_most():
    random = np.random.default_rng(4)
    frames = []
    for step in range(50):
        places = [[500 + 6 * step, 350], *random.uniform(0, 700, (3, 2)).tolist()]
        boxes = [ball(x, y) for x, y in places]
        frames.append(seen(boxes, class_id=0, confidence=[0.6, 0.3, 0.3, 0.3]))
    answers = followed(frames)
    assert all(len(answer) == 1 for answer in answers)
    for step, answer in enumerate(answers):
        np.testing.assert_allclose(answer.xyxy[0], ball(500 + 6 * step, 350), atol=0.01)


def test_ids_count_on_from_shot_to_shot():
    first = Tracks(25, SIZE)
    assert first.next_id == 2
    first.push(table(game(1)[0]), STILL)
    assert first.next_id == 4
    again = followed(game(3), first_id=first.next_id)
    assert {*again[0].tracker_id.tolist()} == {4, 5, 6}


def test_votes_cast_later_still_count():
    frames = [seen([person(300 + step, 300)], class_id=3 if step < 4 else 2) for step in range(40)]
    assert all(answer.class_id.tolist() == [2] for answer in followed(frames))


def test_detections_are_smoothed_and_say_so():
    random = np.random.default_rng(2)
    truth = [np.array(person(300 + 2 * step, 300)) for step in range(60)]
    noisy = [box + random.normal(0, 2, 4) for box in truth]
    answers = followed([seen([box]) for box in noisy])
    before = np.std(np.array(noisy) - truth)
    after = np.std(np.array([answer.xyxy[0] for answer in answers]) - truth)
    assert after < 0.65 * before
    assert answers[30].source.tolist() == ["tracked"]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 4))
def test_what_the_caller_does_between_changes_nothing(seed, stride):
    random = np.random.default_rng(seed)
    frames = [
        seen(frame.xyxy + random.normal(0, 1, frame.xyxy.shape), class_id=frame.class_id)
        if frame is not None
        else None
        for frame in game(40, stride=stride)
    ]
    expected = followed(frames)
    tracks, answers = Tracks(25, SIZE), []
    for frame in frames:
        motion = np.eye(3)
        mine = None if frame is None else table(seen(frame.xyxy, class_id=frame.class_id))
        got = tracks.push(mine, motion)
        answers += [_copied(answer) for answer in got]
        _spoil(mine, motion, got)
    answers += tracks.flush()
    for answer, wanted in zip(answers, expected, strict=True):
        np.testing.assert_array_equal(answer.xyxy, wanted.xyxy)
        np.testing.assert_array_equal(answer.tracker_id, wanted.tracker_id)
        np.testing.assert_array_equal(answer.class_id, wanted.class_id)
        np.testing.assert_array_equal(answer.source, wanted.source)


def _copied(answer):
    return answer[np.arange(len(answer))]


def _spoil(detections, motion, answers):
    """Write rubbish over all that went in or came out."""
    motion[:] = 0
    for boxes in [*answers, *([detections] if detections is not None else [])]:
        boxes.xyxy[:] = -1
        boxes.class_id[:] = 3
        if boxes.tracker_id is not None:
            boxes.tracker_id[:] = 0
            boxes.source[:] = "proposed"


def test_frames_without_anyone_have_all_columns():
    answers = followed([sv.Detections.empty(), None, sv.Detections.empty()])
    for answer in answers:
        assert answer.xyxy.shape == (0, 4)
        assert answer.tracker_id.shape == (0,)
        assert set(answer.to_supervision().data) == {"source", "detected_class_id"}


def test_a_player_tracker_of_ones_own_is_used_as_ours():
    def of_my_own(fps):
        return PlayerTracker(fps, smooth=False, model=MotionModel())

    frames = game(40, stride=2)
    expected = followed(frames, first_id=7)
    answers = followed(frames, first_id=7, new_tracker=of_my_own)
    for answer, wanted in zip(answers, expected, strict=True):
        for name, column in wanted.columns().items():
            np.testing.assert_array_equal(answer.columns()[name], column)


@pytest.mark.parametrize("wrong", [{"fps": 0.0}, {"delay": -1.0}, {"size": (0, 720)}])
def test_values_out_of_range_are_refused(wrong):
    values = {"fps": 25.0, "size": SIZE, **wrong}
    with pytest.raises(UsageError):
        Tracks(values.pop("fps"), values.pop("size"), **values)


def test_after_a_pause_all_that_came_before_it_is_complete() -> None:
    tracks = Tracks(25, SIZE)
    given = [len(tracks.push(None, STILL, beat=beat)) for beat in (0.0, 1.0, 2.0, 1502.0, 1503.0)]
    assert given == [0, 0, 0, 3, 0]
    assert len(tracks.flush()) == 2


def test_boxes_between_two_looks_lie_where_their_time_says() -> None:
    tracks = Tracks(25, SIZE, delay=1.0)
    box = np.array([100.0, 100, 140, 200])
    shift = np.array([8.0, 0, 8, 0])
    answers = []
    for beat, look in ((0.0, True), (0.5, False), (3.0, False), (4.0, True)):
        seen = sv.Detections(
            xyxy=(box + shift * beat)[None], confidence=np.array([0.9]), class_id=np.array([2])
        )
        answers += tracks.push(table(seen) if look else None, STILL, beat=beat)
    left = [float(each.xyxy[0, 0]) for each in [*answers, *tracks.flush()]]
    np.testing.assert_allclose(left, [100, 104, 124, 132], atol=0.5)


def test_a_blind_spell_of_half_a_second_is_filled_and_keeps_its_tracks() -> None:
    def frame(step: int) -> sv.Detections:
        if 20 <= step < 32:
            return sv.Detections.empty()
        return seen([person(300 + 5 * step, 300), person(600 - 4 * step, 320)])

    answers = followed([frame(step) for step in range(60)])
    for step, answer in enumerate(answers):
        assert sorted(answer.tracker_id.tolist()) == [2, 3]
        if 20 <= step < 32:
            assert answer.source.tolist() == ["interpolated"] * 2
