import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.pitch.cameras import SIZE, VERTICES, Camera, cameras, keypoints, seen
from touchline.pitch import PitchDimensions, fit_homography, positions, to_image, to_pitch

MAIN = Camera((0, -80, 22), (10, 0), 1.0)
seeds = st.integers(0, 2**16)


@given(cameras)
@settings(max_examples=50, deadline=None)
def test_exact_points_give_the_exact_view(camera):
    assume(camera.visible().sum() >= 6)
    homography = fit_homography(seen(camera), SIZE)
    assert homography is not None
    back = to_pitch(homography.matrix, camera.see(VERTICES)[camera.visible()])
    assert np.abs(back - VERTICES[camera.visible()]).max() < 0.02


@given(cameras, seeds)
@settings(max_examples=50, deadline=None)
def test_the_error_bar_covers_the_error(camera, seed):
    assume(camera.visible().sum() >= 6)
    homography = fit_homography(seen(camera, noise=3.0, seed=seed), SIZE)
    assume(homography is not None)
    grid = np.stack(np.meshgrid(np.linspace(80, 1200, 8), np.linspace(300, 680, 5)), -1)
    truth = to_pitch(np.linalg.inv(camera.to_pixels), grid.reshape(-1, 2))
    on_pitch = (np.abs(truth) < [52.5, 34]).all(axis=1)
    assume(on_pitch.sum() > 5)
    found = to_pitch(homography.matrix, grid.reshape(-1, 2)[on_pitch])
    error = np.sqrt(np.mean(np.sum((found - truth[on_pitch]) ** 2, axis=1)))
    assert error < 5 * homography.uncertainty


@given(cameras, seeds)
@settings(max_examples=50, deadline=None)
def test_two_wild_points_among_ten_do_not_bend_the_view(camera, seed):
    visible = camera.visible()
    assume(visible.sum() >= 10)
    rng = np.random.default_rng(seed)
    pixels = camera.see(VERTICES)
    wrong = rng.choice(np.flatnonzero(visible), 2, replace=False)
    spoilt = pixels.copy()
    spoilt[wrong] = rng.uniform(0, SIZE, (2, 2))
    homography = fit_homography(keypoints(spoilt, visible), SIZE)
    assert homography is not None
    right = np.setdiff1d(np.flatnonzero(visible), wrong)
    assert np.abs(homography.project(VERTICES[right]) - pixels[right]).max() < 12


@given(cameras)
@settings(max_examples=30, deadline=None)
def test_there_and_back_is_where_one_started(camera):
    matrix = np.linalg.inv(camera.to_pixels)
    pixels = np.array([[100.0, 600.0], [640.0, 500.0], [1200.0, 700.0]])
    assert np.allclose(to_image(matrix, to_pitch(matrix, pixels)), pixels)


def test_three_points_give_no_homography():
    visible = MAIN.visible()
    visible[np.flatnonzero(visible)[3:]] = False
    assert fit_homography(keypoints(MAIN.see(VERTICES), visible), SIZE) is None


def test_no_points_give_no_homography():
    assert fit_homography(keypoints(np.zeros((32, 2)), np.zeros(32, bool)), SIZE) is None


def test_points_on_one_line_give_no_homography():
    line = np.isin(np.arange(32), [13, 14, 15, 16]) & MAIN.visible()
    assert fit_homography(keypoints(MAIN.see(VERTICES), line), SIZE) is None


def test_a_mirrored_view_is_refused():
    pixels = MAIN.see(VERTICES) * [-1, 1] + [SIZE[0], 0]
    assert fit_homography(keypoints(pixels, MAIN.visible()), SIZE) is None


def test_a_view_upside_down_is_refused():
    pixels = np.array(SIZE) - MAIN.see(VERTICES)
    assert fit_homography(keypoints(pixels, MAIN.visible()), SIZE) is None


def test_scattered_points_give_no_homography():
    rng = np.random.default_rng(0)
    for _ in range(30):
        present = rng.permutation(32) < rng.integers(4, 9)
        assert fit_homography(keypoints(rng.uniform(0, SIZE, (32, 2)), present), SIZE) is None


def test_fewer_and_closer_points_leave_more_doubt():
    few = MAIN.visible().copy()
    few[[13, 16, 30, 31]] = False
    whole = fit_homography(seen(MAIN), SIZE)
    part = fit_homography(keypoints(MAIN.see(VERTICES), few), SIZE)
    assert whole is not None
    assert part is not None
    assert part.uncertainty > whole.uncertainty


def test_the_size_of_the_pitch_is_a_parameter():
    pitch = PitchDimensions(length=100, width=64)
    pixels = MAIN.see(pitch.vertices())
    inside = ((pixels > 0) & (pixels < SIZE)).all(axis=1)
    homography = fit_homography(keypoints(pixels, inside), SIZE, dimensions=pitch)
    assert homography is not None
    assert np.allclose(homography.project(pitch.vertices())[inside], pixels[inside], atol=0.1)


def test_points_above_the_horizon_are_nowhere():
    low = Camera((0, -60, 3), (0, 0), 1.0)
    sky, grass = to_pitch(np.linalg.inv(low.to_pixels), [[640, 10], [640, 700]])
    assert np.isnan(sky).all()
    assert np.isfinite(grass).all()


def test_a_box_stands_where_its_lower_edge_is():
    feet = MAIN.see([[5.0, -3.0]])[0]
    box = np.array([[feet[0] - 10, feet[1] - 60, feet[0] + 10, feet[1]]], np.float32)
    (metres,) = positions(np.linalg.inv(MAIN.to_pixels), box)
    assert metres.dtype == np.float32
    assert metres == pytest.approx([5, -3], abs=0.01)


def test_a_box_far_outside_the_pitch_has_no_position():
    feet = MAIN.see([[0.0, -43.0], [0.0, -45.0]])
    boxes = np.column_stack([feet, feet]).astype(np.float32)
    metres = positions(np.linalg.inv(MAIN.to_pixels), boxes)
    assert np.isfinite(metres[0]).all()
    assert np.isnan(metres[1]).all()


def test_without_a_homography_no_box_has_a_position():
    assert np.isnan(positions(None, np.zeros((3, 4), np.float32))).all()
    assert positions(None, np.zeros((0, 4), np.float32)).shape == (0, 2)
