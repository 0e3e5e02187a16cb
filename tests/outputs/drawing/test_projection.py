import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.frame import CameraState
from touchline.geometry import plain, through
from touchline.outputs.drawing.ground import bent_segments, pitch_segments
from touchline.outputs.drawing.projection import (
    cut_polygon,
    cut_segments,
    frame_planes,
    to_pixels,
)
from touchline.pitch import PitchDimensions, to_ground
from touchline.synthetic.camera import look_at

SIZE = (1280, 720)


def pinhole(x, y, height, pan, tilt, focal):
    """Metres to pixels of a camera at (x, y, height) that looks along +y, panned and tilted down.

    The truth that the code under test does not know: the third row is the depth itself.
    """
    right = np.array([np.cos(pan), -np.sin(pan), 0.0])
    ahead = np.array([np.sin(pan) * np.cos(tilt), np.cos(pan) * np.cos(tilt), -np.sin(tilt)])
    down = np.cross(ahead, right)
    rotation = np.stack([right, down, ahead])
    shift = -rotation @ [x, y, height]
    intrinsic = np.array([[focal, 0, SIZE[0] / 2], [0, focal, SIZE[1] / 2], [0, 0, 1]])
    return intrinsic @ np.column_stack([rotation[:, :2], shift])


cameras = st.builds(
    pinhole,
    st.floats(-40, 40),
    st.floats(-90, -40),
    st.floats(5, 40),
    st.floats(-0.9, 0.9),
    st.floats(0.05, 0.6),
    st.floats(500, 4000),
)


@given(cameras, st.floats(0.1, 10) | st.floats(-10, -0.1))
def test_w_is_positive_in_front_of_the_camera_whatever_the_sign_of_the_homography(truth, factor):
    camera = to_pixels(np.linalg.inv(truth) * factor, SIZE)
    points = through(PitchDimensions().vertices(), np.eye(3))
    depth, said = points @ truth[2], points @ camera[2]
    clear = np.abs(depth) > 1e-3
    assert np.array_equal(np.sign(said[clear]), np.sign(depth[clear]))


@given(cameras)
def test_pitch_lines_stay_in_the_frame_and_on_the_pitch(truth):
    segments = pitch_segments(np.linalg.inv(truth), PitchDimensions(), SIZE)
    assert np.isfinite(segments).all()
    assert (segments >= -8.001).all()
    assert (segments <= np.array(SIZE) + 8.001).all()
    back = plain(through(segments.reshape(-1, 2), np.linalg.inv(truth)))
    assert (np.abs(back) <= np.array([52.5, 34.0]) + 0.01).all()


def test_a_line_through_the_horizon_ends_in_the_frame():
    truth = pinhole(0, -60, 10, 0, 0.1, 900)
    towards = through([[0.0, -200.0], [0.0, 34.0]], truth)
    (segment,) = plain(cut_segments(towards[None], frame_planes(SIZE)))
    assert segment[0] == pytest.approx([640, 720])
    assert segment[1] == pytest.approx(plain(towards[1:])[0])


def test_what_is_behind_the_camera_is_not_drawn():
    truth = pinhole(0, -60, 10, 0, 0.1, 900)
    behind = through([[-5.0, -80.0], [5.0, -80.0]], truth)
    assert len(cut_segments(behind[None], frame_planes(SIZE))) == 0


def test_a_segment_inside_is_kept_as_it_is():
    inside = through([[100, 100], [200, 150]], np.eye(3))[None]
    assert np.array_equal(cut_segments(inside, frame_planes(SIZE)), inside)


def test_a_polygon_is_cut_to_the_frame():
    square = through([[-100, -100], [200, -100], [200, 200], [-100, 200]], np.eye(3))
    corners = plain(cut_polygon(square, frame_planes(SIZE)))
    assert {tuple(corner) for corner in corners} == {(0, 0), (200, 0), (200, 200), (0, 200)}


def test_a_polygon_outside_is_nothing():
    square = through([[-100, -100], [-50, -100], [-50, -50], [-100, -50]], np.eye(3))
    assert cut_polygon(square, frame_planes(SIZE)).shape == (0, 3)


@pytest.mark.parametrize(("distortion", "bends_by"), [(0.0, 0.0), (-0.1, 4.0)])
def test_lines_are_drawn_through_the_lens_on_the_ground_of_the_camera(distortion, bends_by):
    place, middle = np.array([0.0, -75.0, 18.0]), np.array(SIZE) / 2
    seen = look_at((0.0, -75.0, 18.0), (0.0, 0.0, 0.0), focal=800.0, size=SIZE)
    ground = (101.0, 66.0)
    camera = CameraState(800.0, seen.rotation(), place, distortion, middle, ground, knows_end=True)
    points = bent_segments(camera, PitchDimensions(), SIZE).reshape(-1, 2)
    assert ((points >= -8.001) & (points <= np.array(SIZE) + 8.001)).all()
    near = points[np.abs(to_ground(camera, points)[:, 1] + 33.0) < 1e-3]
    assert len(near) > 50
    off = np.polyval(np.polyfit(*near.T, 1), near[:, 0]) - near[:, 1]
    assert np.ptp(off) == pytest.approx(0, abs=0.01) if not bends_by else np.ptp(off) > bends_by
