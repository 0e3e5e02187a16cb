from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.tables import labelled
from touchline.errors import InputError
from touchline.evaluation.formats import from_truth
from touchline.evaluation.metrics import asked_points, joined_views, views
from touchline.synthetic import SyntheticMatch

SIZE = (640, 360)


@pytest.fixture(scope="module")
def truth():
    match = SyntheticMatch(seed=3, seconds=0.4, fps=10, size=SIZE, close_up=None)
    return from_truth([truth for _, truth in match], size=SIZE)


def with_columns(frames, **columns):
    return replace(frames, pitch=replace(frames.pitch, **columns))


def shifted(frames, pixels):
    """An answer whose picture lies so many pixels to the right, one number for each frame."""
    pitch = frames.pitch
    shift = np.tile(np.eye(3), (len(frames), 1, 1))
    shift[:, 0, 2] = np.negative(pixels)
    right = np.stack([pixels, np.zeros(len(frames))], axis=1)[:, None]
    moved = {"keypoints": pitch.keypoints + right, "homography": pitch.homography @ shift}
    return with_columns(frames, **moved)


def test_the_median_error_of_a_frame_is_in_widths_of_the_image(truth):
    seen = views(truth, shifted(truth, [0.0, 3.2, 12.8, 64.0]))
    assert seen.median == pytest.approx([0, 0.005, 0.02, 0.1], abs=1e-5)
    points = asked_points(truth.pitch).sum(axis=1)
    assert np.sum(seen.reprojected <= 0.01) == np.sum(seen.given <= 0.01) == points[:2].sum()


def test_a_frame_without_a_homography_is_silent_and_misses_every_labelled_point(truth):
    homography = truth.pitch.homography.copy()
    homography[1] = np.nan
    seen = views(truth, with_columns(truth, homography=homography))
    assert np.flatnonzero(np.isnan(seen.median)).tolist() == [1]
    assert np.isinf(seen.reprojected).sum() == asked_points(truth.pitch)[1].sum()
    assert not seen.pointless.any()


def test_a_view_from_the_other_side_is_wrong_and_not_unknown(truth):
    behind = with_columns(truth, homography=-truth.pitch.homography)
    seen = views(truth, behind)
    assert np.isinf(seen.median).all()
    assert np.isinf(seen.reprojected).all()


def test_a_loose_label_bears_out_a_point_and_asks_for_none(truth):
    first = int(np.flatnonzero(asked_points(truth.pitch)[0])[0])
    loose = truth.pitch.loose.copy()
    loose[0, first] = True
    whole, less = views(truth, truth), views(with_columns(truth, loose=loose), truth)
    assert len(less.reprojected) == len(whole.reprojected) - 1
    assert len(less.given) == len(whole.given)
    assert (less.given == 0).all()


def test_a_point_that_nobody_labelled_is_a_false_one(truth):
    keypoints = truth.pitch.keypoints.copy()
    unseen = np.argwhere(np.isnan(keypoints[..., 0]))[0]
    keypoints[tuple(unseen)] = 100.0
    assert np.isinf(views(truth, with_columns(truth, keypoints=keypoints)).given).sum() == 1


def test_an_uncertainty_is_borne_out_by_errors_below_it_where_it_is_stated(truth):
    sure, modest, mute = 1e-6, 50.0, np.nan
    stated = np.array([sure, modest, modest, mute])
    seen = views(truth, with_columns(shifted(truth, [3.0] * 4), uncertainty=stated))
    points = asked_points(truth.pitch).sum(axis=1)
    assert len(seen.borne_out) == points[:3].sum()
    assert seen.borne_out.sum() == points[1:3].sum()


def test_frames_without_labels_say_nothing_and_parts_are_joined_in_order(truth):
    keypoints = truth.pitch.keypoints.copy()
    keypoints[0] = np.nan
    answer = shifted(truth, [0.0, 3.2, 12.8, 64.0])
    seen = views(with_columns(truth, keypoints=keypoints), answer)
    assert len(seen.median) == len(seen.pointless) == len(truth) - 1
    both = joined_views([seen, views(truth, answer)])
    assert both.median == pytest.approx([0.005, 0.02, 0.1, 0, 0.005, 0.02, 0.1], abs=1e-5)


def test_frames_that_say_nothing_of_a_pitch_are_refused(truth):
    with pytest.raises(InputError, match="rows says nothing about the pitch"):
        views(truth, labelled([0], [[0, 0, 1, 1]]))
