import itertools

import numpy as np
import pytest

from tests.tracking.worlds import STILL, ball, pan, person, seen
from touchline.frame import Objects
from touchline.tracking import IDENTITY, Identities

METRES = np.diag([0.03, 0.03, 1.0])
"""From pixels to metres: a person of 60 pixels is 1.8 m high."""
RED, BLUE = np.array([0.2, 0.6, -0.2, 0.4, 0.0, 0.0]), np.array([0.2, -0.1, 0.5, 0.4, 0.0, 0.0])


def named(frames, *, looks=None, homography=METRES, motion=STILL, fps=25.0):
    """The answer to each frame: a dict of tracks and the boxes where they are."""
    numbers = itertools.count(100)
    identities, answers = Identities(lambda: next(numbers)), []
    for index, frame in enumerate(frames):
        ahead = {track for later in frames[index : index + 25] for track in later}
        boxes = Objects.from_supervision(seen(list(frame.values())))
        boxes.tracker_id[:] = list(frame)
        answers.append(
            identities.name(
                boxes,
                motion,
                seconds=index / fps,
                homography=homography,
                looks=looks or {},
                ahead=ahead,
            )
        )
    return answers


def away_and_back(first, second, *, gap=50, others=()):
    """Track 1 for two seconds, nobody, then track 2; people who stay are in every frame."""
    stay = {10 + n: person(*place) for n, place in enumerate(others)}
    return [
        *({1: person(*first)} | stay for _ in range(50)),
        *(stay for _ in range(gap)),
        *({2: person(*second)} | stay for _ in range(20)),
    ]


OTHERS = [(150 * n, 700) for n in range(1, 9)]
SIDES = {10 + n: RED if n % 2 else BLUE for n in range(8)}


def test_who_comes_back_near_by_in_the_same_kit_gets_his_id_back_and_it_is_less_sure():
    frames = away_and_back((300, 300), (330, 310), others=OTHERS)
    answers = named(frames, looks={1: RED, 2: RED, **SIDES})
    assert 1 in answers[-1].tracker_id
    assert 2 not in answers[-1].tracker_id
    sure = dict(zip(answers[-1].tracker_id.tolist(), answers[-1].extra[IDENTITY], strict=True))
    assert 0.6 < sure.pop(1) < 1
    assert set(sure.values()) == {1.0}


def test_another_kit_is_somebody_new():
    frames = away_and_back((300, 300), (330, 310), others=OTHERS)
    assert 2 in named(frames, looks={1: RED, 2: BLUE, **SIDES})[-1].tracker_id


def test_nobody_runs_forty_metres_in_two_seconds():
    frames = away_and_back((100, 300), (1400, 310), others=OTHERS)
    assert 2 in named(frames, looks={1: RED, 2: RED, **SIDES})[-1].tracker_id


def test_nobody_is_waited_for_for_ever():
    frames = away_and_back((300, 300), (300, 300), gap=320)
    assert named(frames, looks={1: RED, 2: RED})[-1].tracker_id.tolist() == [2]


def test_two_who_come_back_at_once_are_told_apart_by_their_kits():
    stay = {10 + n: person(*place) for n, place in enumerate(OTHERS)}
    before, after = {1: person(300, 300), 2: person(340, 300)}, {3: person(340, 300)}
    after[4] = person(300, 300)
    frames = [*(before | stay for _ in range(30)), *(stay for _ in range(30))]
    frames += [after | stay for _ in range(20)]
    answers = named(frames, looks={1: RED, 2: BLUE, 3: RED, 4: BLUE, **SIDES})
    assert answers[-1].tracker_id[:2].tolist() == [1, 2]


def test_an_id_is_not_inherited_while_its_track_is_about_to_be_seen_again():
    frames = [{1: person(300, 300)}] * 30 + [{}] * 10 + [{2: person(305, 300)}] * 5
    frames += [{1: person(300, 300), 2: person(320, 300)}] * 10
    answers = named(frames, looks={1: RED, 2: RED})
    assert answers[-1].tracker_id.tolist() == [1, 2]


def test_a_track_that_comes_back_after_its_id_was_inherited_gets_a_new_one():
    frames = [{1: person(300, 300)}] * 30 + [{}] * 10 + [{2: person(305, 300)}] * 40
    frames += [{1: person(340, 300), 2: person(305, 300)}] * 10
    answers = named(frames, looks={1: RED, 2: RED})
    assert answers[-1].tracker_id.tolist() == [100, 1]


def test_no_id_occurs_twice_in_a_frame_and_none_given_out_changes():
    random = np.random.default_rng(5)
    spells = [(track, *np.sort(random.integers(0, 200, 2))) for track in range(1, 40)]
    spots = random.uniform(100, 500, (40, 2))
    frames = [
        {track: person(*spots[track]) for track, start, end in spells if start <= step <= end}
        for step in range(200)
    ]
    held = {}
    for frame, answer in zip(frames, named(frames), strict=True):
        assert len(set(answer.tracker_id.tolist())) == len(answer)
        for track, name in zip(frame, answer.tracker_id.tolist(), strict=True):
            assert held.setdefault(track, name) == name


@pytest.mark.parametrize(("gap", "kept"), [(40, True), (90, False)])
def test_without_a_pitch_the_camera_tells_the_place_for_a_while(gap, kept):
    step = pan(4.0)
    frames = [{1: person(300 + 4 * k, 300)} for k in range(40)] + [{}] * gap
    frames += [{2: person(300 + 4 * (40 + gap + k), 300)} for k in range(10)]
    answers = named(frames, looks={1: RED, 2: RED}, homography=None, motion=step)
    assert answers[-1].tracker_id.tolist() == [1 if kept else 2]


def test_tracks_of_a_tracker_that_is_not_ours_are_not_joined():
    identities = Identities(lambda: 100, rejoin=False)
    for step, track in enumerate((1, 1, 1, 2)):
        person_there = Objects.from_supervision(seen([person(300, 300)]))
        person_there.tracker_id[:] = track
        answer = identities.name(
            person_there, STILL, seconds=step / 25, homography=METRES, looks={}, ahead={track}
        )
    assert answer.tracker_id.tolist() == [2]
    assert answer.extra[IDENTITY].tolist() == [1.0]


def test_the_ball_keeps_its_id_and_nothing_is_said_of_it():
    identities = Identities(lambda: 100)
    both = Objects.from_supervision(seen([person(300, 300), ball(400, 300)], class_id=[2, 0]))
    both.tracker_id[:] = [2, 1]
    answer = identities.name(both, STILL, seconds=0.0, homography=None, looks={}, ahead=())
    assert answer.tracker_id.tolist() == [2, 1]
    np.testing.assert_array_equal(answer.extra[IDENTITY], np.array([1.0, np.nan], np.float32))


def test_a_frame_without_anyone_has_the_column_too():
    identities = Identities(lambda: 100)
    answer = identities.name(
        Objects.empty(), STILL, seconds=0.0, homography=METRES, looks={}, ahead=()
    )
    assert answer.extra[IDENTITY].shape == (0,)
