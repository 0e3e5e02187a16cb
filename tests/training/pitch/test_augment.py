import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.pitch.frames import sample
from touchline.pitch.dimensions import FLIP
from training.pitch.augment import (
    augment,
    degrade,
    erase,
    random_camera,
    recolour,
    view,
)
from training.pitch.data import Visibility
from training.pitch.geometry import ASPECT, label_homography, project

SIZE = (160, 96)


def dot(image, point):
    """Brightness at a normalised point, the mean of 3 x 3 pixels."""
    height, width = image.shape[:2]
    x, y = (point * [width, height] - 0.5).round().astype(int)
    return image[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].mean()


@pytest.mark.parametrize("flip", [False, True])
def test_the_drawn_dots_stay_under_their_points(flip):
    rng = np.random.default_rng(3)
    shown = view(sample(size=(640, 360)), random_camera(rng), size=(640, 384), rng=rng, flip=flip)
    visible = shown.points[shown.visibility > 0]
    inner = visible[((visible > 0.02) & (visible < 0.98)).all(axis=1)]
    assert len(inner) >= 4
    assert min(dot(shown.image, point) for point in inner) > 150


def test_a_mirrored_frame_is_still_a_pitch():
    rng = np.random.default_rng(0)
    frame = sample()
    shown = view(frame, np.eye(3), size=SIZE, rng=rng, flip=True)
    np.testing.assert_array_equal(shown.visibility, frame.visibility[FLIP])
    matrix = label_homography(shown.points, shown.visibility > 0)
    assert matrix is not None
    distance = np.linalg.norm(project(matrix) - shown.points * ASPECT, axis=1)
    assert distance[shown.visibility > 0].max() < 1e-3


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_turned_camera_keeps_the_pitch_a_plane(seed):
    rng = np.random.default_rng(seed)
    shown = view(sample(), random_camera(rng), size=SIZE, rng=rng, flip=False)
    visible = shown.visibility > 0
    assert ((shown.points[visible] >= 0) & (shown.points[visible] < 1)).all()
    matrix = label_homography(shown.points, visible)
    if matrix is not None:
        distance = np.linalg.norm(project(matrix) - shown.points * ASPECT, axis=1)
        assert distance[visible].max() < 1e-3


def test_a_point_that_leaves_the_frame_is_absent_even_when_it_was_ignored():
    rng = np.random.default_rng(0)
    frame = sample()
    frame.visibility[frame.visibility > 0] = Visibility.IGNORED
    away = np.array([[1.0, 0, 5000], [0, 1, 0], [0, 0, 1]])
    assert (view(frame, away, size=SIZE, rng=rng, flip=False).visibility == 0).all()


@pytest.mark.parametrize("change", [recolour, degrade, erase])
def test_a_change_of_the_image_keeps_its_shape_and_type(change):
    image = sample().image
    for seed in range(12):
        changed = change(image.copy(), np.random.default_rng(seed))
        assert changed.shape == image.shape
        assert changed.dtype == np.uint8


def test_the_same_seed_gives_the_same_view():
    first, second = (augment(sample(), size=SIZE, rng=np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.points, second.points)
