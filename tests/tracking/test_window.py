import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.worlds import pan
from touchline.geometry import warp_points
from touchline.tracking.window import Window

moves = st.lists(st.tuples(st.floats(-30, 30), st.floats(0.95, 1.05)), min_size=8, max_size=8)


@given(moves, st.integers(3, 7))
def test_a_point_is_carried_from_any_remembered_frame_to_any_other(steps, target):
    window, place = Window(6), [np.array([[300.0, 200.0]])]
    for dx, zoom in steps:
        window.push(pan(dx, -dx, zoom))
        place.append(warp_points(place[-1], pan(dx, -dx, zoom)))
    frames = [2, 4, 7]
    assert window.newest == 7
    for frame, warp in zip(frames, window.warps(frames, target), strict=True):
        there = warp_points(place[frame + 1], warp)
        np.testing.assert_allclose(there, place[target + 1], atol=1e-6)


def test_what_is_pushed_may_be_changed_afterwards():
    window, motion = Window(3), pan(5)
    window.push(np.eye(3))
    window.push(motion)
    motion[:] = 0
    np.testing.assert_array_equal(window.path(0, 1), [pan(5)])
