import numpy as np

from tests.tracking.worlds import STILL, ball, pan, person
from touchline.geometry import warp_boxes
from touchline.tracking.ball import BallPath

PEOPLE = np.array([person(200, 300), person(700, 350)])
SIZE = (1280, 720)


def found(frames, *, motion=STILL, people=PEOPLE):
    """Path through lists of (x, y, confidence), one list per frame at 25 frames a second."""
    path = BallPath(25, SIZE)
    for index, candidates in enumerate(frames):
        rows = [[*ball(x, y), confidence] for x, y, confidence in candidates]
        path.push(index, np.array(rows).reshape(-1, 5), people, motion)
    return path.sightings()


def flight(step, confidence=0.6):
    return (300.0 + 8 * step, 400.0 - 2 * step, confidence)


def test_a_ball_in_flight_is_found_in_every_frame():
    path = found([[flight(step)] for step in range(15)])
    assert [place.frame for place in path] == list(range(15))
    assert [place.follows for place in path] == [None, *range(14)]


def test_a_surer_false_ball_here_and_there_does_not_draw_the_path_away():
    frames = [[flight(step, 0.4)] for step in range(15)]
    frames[4].append((1000.0, 100.0, 0.9))
    frames[11].append((100.0, 650.0, 0.9))
    assert [place.confidence for place in found(frames)] == [0.4] * 15


def test_a_single_candidate_is_not_a_ball():
    assert found([[], [], [(500.0, 400.0, 0.7)], [], []]) == []


def test_a_ball_hidden_for_a_moment_goes_on_in_one_run():
    frames = [[flight(step)] if not 6 <= step <= 12 else [] for step in range(20)]
    path = found(frames)
    assert path[6].frame == 13
    assert path[6].follows == 5


def test_a_ball_hidden_for_long_begins_a_new_run():
    frames = [[flight(step)] if not 6 <= step <= 30 else [] for step in range(42)]
    path = found(frames)
    assert [place.frame for place in path if place.follows is None] == [0, 31]


def test_a_ball_does_not_jump_faster_than_it_can_fly():
    frames = [[flight(step)] for step in range(8)]
    frames += [[(1200.0 + 4 * step, 100.0, 0.6)] for step in range(8)]
    runs = [place.frame for place in found(frames) if place.follows is None]
    assert runs == [0, 8]


def test_a_kick_does_not_end_the_run():
    frames = [[flight(step)] for step in range(8)]
    frames += [[(356.0 - 14 * step, 386.0 + 6 * step, 0.6)] for step in range(1, 8)]
    assert sum(place.follows is None for place in found(frames)) == 1


def test_a_penalty_spot_loses_to_a_ball_that_moves():
    spot = (900.0, 300.0, 0.6)
    frames = [[spot, flight(step, 0.4)] for step in range(50)]
    last = found(frames)[-1]
    assert last.confidence == 0.4


def test_a_penalty_spot_alone_is_given_up_after_a_while():
    frames = [[(900.0, 300.0, 0.4)] for _ in range(100)]
    assert found(frames) == []


def test_a_sure_ball_may_lie_still():
    frames = [[(900.0, 300.0, 0.95)] for _ in range(100)]
    assert found(frames)[-1].frame == 99


def test_a_head_is_not_a_ball():
    heads = [[(200.0, 245.0, 0.3)] for _ in range(12)]
    assert found(heads) == []
    assert len(found(heads, people=np.empty((0, 4)))) == 12


def test_a_pan_is_not_the_ball_s_speed():
    motion = pan(-100.0)
    place, frames = np.array([ball(1200, 300)]), []
    for _ in range(15):
        frames.append([(*((place[0, :2] + place[0, 2:]) / 2), 0.8)])
        place = warp_boxes(place, motion)
    followed = found(frames, motion=motion)
    assert sum(place.follows is None for place in followed) == 1
    assert len(followed) == 15
    assert all(place.follows is None for place in found(frames))


def test_memory_does_not_grow_with_the_clip():
    path = BallPath(25, SIZE, window=1.0)
    for step in range(200):
        candidates = np.array([[*ball(300 + step, 400), 0.5], [*ball(900, 300 + step), 0.3]])
        path.push(step, candidates, PEOPLE, STILL)
        assert len(path.sightings()) <= 26


def test_frames_without_candidates_have_no_ball():
    assert found([[] for _ in range(5)]) == []
