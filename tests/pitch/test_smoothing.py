import dataclasses
import itertools

import numpy as np
import pytest

from tests.pitch.cameras import SIZE, VERTICES, Camera, look
from touchline.errors import UsageError
from touchline.frame import Source
from touchline.pitch import PitchTrack, to_image

FPS = 25.0
STILL = Camera((0, -80, 22), (10, 0), 1.0)


def panning(frames: int) -> list[Camera]:
    return [dataclasses.replace(STILL, target=(10 + 0.1 * k, 0.0)) for k in range(frames)]


def motions(cameras: list[Camera]) -> list[np.ndarray]:
    """Exact motion of the grass from each camera to the next."""
    pairs = itertools.pairwise(cameras)
    between = [b.to_pixels @ np.linalg.inv(a.to_pixels) for a, b in pairs]
    return [np.eye(3), *between]


def follow(cameras, looks, **options):
    track = PitchTrack(FPS, SIZE, **options)
    states = []
    for one, motion in zip(looks, motions(cameras), strict=True):
        states += track.push(one, motion)
    return states + track.flush()


def every_fifth(cameras, noise=0.0, spoil=None):
    return [
        look(c, noise=noise, seed=k, shift=150.0 * (k == spoil)) if k % 5 == 0 else None
        for k, c in enumerate(cameras)
    ]


def error(state, camera) -> float:
    visible = camera.visible()
    projected = to_image(state.homography, VERTICES[visible])
    return float(np.abs(projected - camera.see(VERTICES)[visible]).max())


def test_each_pushed_frame_comes_out_once():
    cameras = panning(40)
    assert len(follow(cameras, every_fifth(cameras))) == 40
    assert len(follow(cameras, [None] * 40)) == 40
    assert PitchTrack(FPS, SIZE).flush() == []


def test_frames_come_out_at_most_a_second_late():
    track = PitchTrack(FPS, SIZE)
    given = sum(len(track.push(look(STILL), np.eye(3))) for _ in range(60))
    assert given >= 60 - FPS


def test_exact_looks_and_motion_give_the_exact_view_in_every_frame():
    cameras = panning(50)
    states = follow(cameras, every_fifth(cameras))
    assert max(error(s, c) for s, c in zip(states, cameras, strict=True)) < 0.5


def test_noisy_looks_at_a_still_pitch_give_a_still_pitch():
    states = follow([STILL] * 75, every_fifth([STILL] * 75, noise=3.0))
    shown = STILL.visible()
    paths = np.stack([s.keypoints.xy[0][shown] for s in states])
    step = np.linalg.norm(np.diff(paths, axis=0), axis=2)
    assert step.mean() < 0.3
    assert step.max() < 1.0


def test_a_look_that_contradicts_its_neighbours_is_outvoted():
    cameras = panning(50)
    states = follow(cameras, every_fifth(cameras, spoil=25))
    assert error(states[25], cameras[25]) < 2
    assert Source.DETECTED not in states[25].sources


def test_motion_that_was_lost_is_recovered_from_the_looks():
    cameras = panning(61)
    track, states = PitchTrack(FPS, SIZE), []
    for one in every_fifth(cameras):
        states += track.push(one, np.eye(3))
    states += track.flush()
    assert max(error(s, c) for s, c in zip(states, cameras, strict=True)) < 2


def test_looks_that_contradict_each_other_give_nothing():
    others = [
        Camera((25 * (-1) ** k, -70 - k, 15 + k), (30 * (-1) ** k, 0), 1 + k / 9) for k in range(9)
    ]
    states = follow([STILL] * 9, [look(camera) for camera in others])
    assert all(state.homography is None for state in states)


def test_where_nobody_looked_nothing_is_called_detected():
    cameras = panning(30)
    for index, state in enumerate(follow(cameras, every_fifth(cameras))):
        assert (Source.DETECTED in state.sources) == (index % 5 == 0)


def test_a_vertex_that_was_never_seen_is_projected_or_absent():
    one = look(STILL)
    one.seen[31] = 0
    state = follow([STILL] * 3, [one] * 3)[1]
    assert state.sources[31] is Source.PROJECTED
    assert np.abs(state.keypoints.xy[0, 31] - STILL.see(VERTICES)[31]).max() < 1
    assert 0.9 < state.keypoints.keypoint_confidence[0, 31] <= 1


def test_vertices_outside_the_image_are_absent():
    for state in follow([STILL] * 3, [look(STILL)] * 3):
        absent = ~STILL.visible()
        assert not state.keypoints.xy[0][absent].any()
        assert not state.keypoints.keypoint_confidence[0][absent].any()
        assert all(state.sources[k] is None for k in np.flatnonzero(absent))


def test_doubt_grows_after_the_last_look_until_nothing_is_said():
    states = follow([STILL] * 60, [look(STILL)] + [None] * 59)
    doubt = [s.uncertainty for s in states if s.uncertainty is not None]
    assert doubt == sorted(doubt)
    assert doubt[-1] > doubt[0]
    assert states[12].homography is not None
    assert all(s.homography is None and not any(s.sources) for s in states[30:])


def test_a_frame_rate_of_zero_is_refused():
    with pytest.raises(UsageError, match="positive"):
        PitchTrack(0, SIZE)
