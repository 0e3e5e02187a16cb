import numpy as np
import pytest

from tests.training.pitch.frames import TO_WIDTHS, sample
from training.pitch.geometry import ASPECT, far_points, label_homography, project


def test_the_homography_of_true_labels_projects_onto_them():
    frame = sample()
    visible = frame.visibility > 0
    matrix = label_homography(frame.points, visible)
    assert matrix is not None
    np.testing.assert_allclose(
        project(matrix)[visible], (frame.points * ASPECT)[visible], atol=1e-4
    )


def test_a_label_that_contradicts_all_others_is_far():
    frame = sample()
    wrong = np.flatnonzero(frame.visibility)[2]
    frame.points[wrong] += 0.1
    far = far_points(frame.points, frame.visibility > 0)
    assert np.flatnonzero(far).tolist() == [wrong]


def test_labels_with_near_and_far_exchanged_are_all_far():
    frame = sample()
    visible = frame.visibility > 0
    assert not far_points(frame.points, visible).any()
    frame.points[:, 1] = 1 - frame.points[:, 1]
    np.testing.assert_array_equal(far_points(frame.points, visible), visible)


@pytest.mark.parametrize("kept", [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]])
def test_too_few_labels_or_labels_on_one_line_give_no_homography(kept):
    points = (project(TO_WIDTHS) / ASPECT).astype(np.float32)
    visible = np.isin(np.arange(32), kept)
    assert label_homography(points, visible) is None
    assert not far_points(points, visible).any()


def test_points_behind_the_camera_are_projected_to_nan():
    mirrored = TO_WIDTHS * [[1], [1], [-1]]
    assert np.isnan(project(mirrored)).all()
