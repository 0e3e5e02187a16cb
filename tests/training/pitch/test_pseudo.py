import numpy as np
import supervision as sv

from tests.training.pitch.frames import sample, write
from training.pitch.data import Visibility, load_samples
from training.pitch.pseudo import label_folder, pseudo_label

SIZE = (320, 180)


def found(frame, *, confidence=0.9):
    """The labelled points of a frame as a model would give them."""
    visible = frame.visibility > 0
    return sv.KeyPoints(
        xy=(frame.points * SIZE * visible[:, None]).astype(np.float32)[None],
        keypoint_confidence=(confidence * visible).astype(np.float32)[None],
    )


def test_points_that_agree_with_one_plane_become_labels():
    frame = sample()
    points, visibility = pseudo_label(found(frame), SIZE)
    visible = visibility > 0
    np.testing.assert_array_equal(visible, frame.visibility > 0)
    np.testing.assert_allclose(points[visible], frame.points[visible], atol=1e-3)


def test_a_point_that_must_be_in_the_frame_but_was_not_found_is_ignored():
    frame = sample()
    missed = int(np.flatnonzero(frame.visibility)[3])
    keypoints = found(frame)
    keypoints.xy[0, missed] = 0
    keypoints.keypoint_confidence[0, missed] = 0
    _, visibility = pseudo_label(keypoints, SIZE)
    assert visibility[missed] == Visibility.IGNORED


def test_a_frame_whose_sure_points_contradict_each_other_is_left_out():
    keypoints = found(sample())
    wrong = int(np.flatnonzero(keypoints.keypoint_confidence[0])[2])
    keypoints.xy[0, wrong] += 40
    assert pseudo_label(keypoints, SIZE) is None


def test_a_frame_of_unsure_points_is_left_out():
    assert pseudo_label(found(sample(), confidence=0.4), SIZE) is None


def test_labelled_frames_are_read_like_those_of_the_pitch_sets(tmp_path):
    frame = sample(size=SIZE)
    path = write(frame, tmp_path / "in")

    class Sure:
        def locate(self, images):
            return [found(frame) for _ in images]

    assert list(label_folder([path], Sure(), size=SIZE, out=tmp_path / "out")) == [path]
    (read,) = load_samples(tmp_path / "out")
    np.testing.assert_array_equal(read.visibility > 0, frame.visibility > 0)
    assert (read.visibility[frame.visibility == 0] <= 0).all()
