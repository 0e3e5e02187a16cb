import numpy as np
import pytest
import supervision as sv

from tests.training.pitch.frames import sample
from training.pitch.evaluate import clip_frames, highest_confidences, judge, locate, score
from training.pitch.geometry import ASPECT, label_homography, project


def everything(frame, confidence=0.9):
    """All 32 points where the homography of the labels puts them."""
    matrix = label_homography(frame.points, frame.visibility > 0)
    places = np.nan_to_num(project(matrix) / ASPECT).astype(np.float32)
    return places, np.full(32, confidence, np.float32)


def test_true_points_score_one():
    frame = sample()
    places, confidence = everything(frame)
    result = score([judge(frame, places, confidence * (frame.visibility > 0))], 0.3)
    assert (result.near, result.nearer, result.precision) == (1.0, 1.0, 1.0)
    assert result.emitted == result.labelled == (frame.visibility > 0).sum()


def test_an_unlabelled_point_is_right_where_the_homography_puts_it():
    frame = sample()
    hidden = int(np.flatnonzero(frame.visibility)[3])
    places, confidence = everything(frame)
    frame.visibility[hidden] = 0
    only = np.where(np.arange(32) == hidden, confidence, 0).astype(np.float32)
    assert score([judge(frame, places, only)], 0.3).precision == 1.0
    places[hidden, 0] += 0.05
    assert score([judge(frame, places, only)], 0.3).precision == 0.0


def test_a_point_with_no_label_and_no_homography_is_wrong():
    frame = sample()
    places, confidence = everything(frame)
    frame.visibility[:] = 0
    assert score([judge(frame, places, confidence)], 0.3).precision == 0.0


def test_points_off_by_less_than_a_percent_are_near_but_not_nearer():
    frame = sample()
    places, confidence = everything(frame)
    places[:, 0] += 0.008
    result = score([judge(frame, places, confidence * (frame.visibility > 0))], 0.3)
    assert (result.near, result.nearer, result.precision) == (1.0, 0.0, 1.0)


def test_points_below_the_threshold_are_not_emitted():
    frame = sample()
    result = score([judge(frame, *everything(frame, 0.2))], 0.3)
    assert (result.near, result.emitted) == (0.0, 0)


class Fixed:
    """A pitch model that finds one point at a place given in pixels."""

    def locate(self, images):
        xy = np.zeros((1, 32, 2), np.float32)
        confidence = np.zeros((1, 32), np.float32)
        xy[0, 4], confidence[0, 4] = (160, 45), 0.7
        return [sv.KeyPoints(xy=xy, keypoint_confidence=confidence) for _ in images]


def test_places_are_fractions_of_the_frame():
    places, confidence = locate(Fixed(), np.zeros((180, 320, 3), np.uint8))
    assert places[4].tolist() == [0.5, 0.25]
    assert confidence[4] == pytest.approx(0.7)


def test_the_highest_confidence_of_each_frame_is_reported():
    frames = [np.zeros((18, 32, 3), np.uint8)] * 2
    assert highest_confidences(frames, Fixed()).tolist() == pytest.approx([0.7, 0.7])


def test_a_clip_that_is_too_short_is_refused(tmp_path):
    with pytest.raises(ValueError, match="gives 0 frames where 3 are needed"):
        clip_frames(tmp_path / "none.mp4", range(3))
