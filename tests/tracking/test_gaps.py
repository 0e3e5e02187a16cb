import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.tracking.worlds import STILL, pan, person
from touchline.geometry import warp_boxes
from touchline.tracking.gaps import between, discounted

shifts = arrays(np.float64, (6, 2), elements=st.floats(-40, 40))


@given(shifts, st.floats(0.95, 1.05))
def test_a_static_world_stays_put_under_a_moving_camera(moves, zoom):
    motions = np.array([pan(dx, dy, zoom) for dx, dy in moves])
    seen = [np.array([person(400, 300), person(900, 500, 90)])]
    for motion in motions:
        seen.append(warp_boxes(seen[-1], motion))
    filled = between(seen[0], seen[-1], motions)
    np.testing.assert_allclose(filled, np.array(seen[1:-1]), atol=1e-6)


@given(shifts, st.floats(-8, 8))
def test_a_steady_run_is_straight_on_the_pitch_however_the_camera_pans(moves, speed):
    motions = np.array([pan(dx, dy) for dx, dy in moves])
    world = [np.array([person(400 + speed * step, 300)]) for step in range(7)]
    seen, camera = [world[0]], np.eye(3)
    for step, motion in enumerate(motions, 1):
        camera = motion @ camera
        seen.append(warp_boxes(world[step], camera))
    np.testing.assert_allclose(between(seen[0], seen[-1], motions), seen[1:-1], atol=1e-6)


def test_neighbouring_frames_leave_nothing_to_fill():
    boxes = np.array([person(100, 100)])
    assert between(boxes, boxes, STILL[None]).shape == (0, 1, 4)


def test_confidence_is_the_lower_end_and_falls_towards_the_middle():
    fade = discounted(np.array([0.9, 0.5]), np.array([0.8, 0.7]), 6, half_life=3)
    assert fade.shape == (5, 2)
    np.testing.assert_allclose(fade[:, 0], fade[::-1, 0])
    assert fade[2, 0] == 0.4
    assert fade[0, 1] < 0.5
