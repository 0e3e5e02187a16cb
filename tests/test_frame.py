import numpy as np
import pytest
import supervision as sv

from touchline.frame import N_KEYPOINTS, ClassId, PitchState, Source, no_pitch


def test_a_frame_without_a_pitch_has_thirty_two_absent_points() -> None:
    pitch = no_pitch()
    assert pitch.keypoints.xy.shape == (1, N_KEYPOINTS, 2)
    assert not pitch.keypoints.xy.any()
    assert pitch.sources == (None,) * N_KEYPOINTS
    assert pitch.homography is None


def test_a_pitch_with_another_number_of_points_is_refused() -> None:
    points = sv.KeyPoints(xy=np.zeros((1, 31, 2), np.float32))
    with pytest.raises(ValueError, match="32 keypoints"):
        PitchState(keypoints=points, sources=(None,) * 32)


def test_the_classes_are_numbered_as_the_subnet_numbers_them() -> None:
    assert [member.name for member in ClassId] == ["BALL", "GOALKEEPER", "PLAYER", "REFEREE"]
    assert [int(member) for member in ClassId] == [0, 1, 2, 3]


def test_a_source_is_written_as_its_own_word() -> None:
    assert [str(source) for source in Source] == [
        "detected",
        "tracked",
        "interpolated",
        "proposed",
        "projected",
    ]
