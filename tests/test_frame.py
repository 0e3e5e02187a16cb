from itertools import pairwise

import numpy as np
import pytest
import supervision as sv
from hypothesis import given
from hypothesis import strategies as st

from touchline.frame import (
    N_KEYPOINTS,
    NO_CLASS,
    NO_ID,
    ClassId,
    Objects,
    PitchState,
    Source,
    concatenate,
    no_pitch,
)


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


def three(**extra: object) -> Objects:
    """Three objects as a detector gives them, with further columns."""
    return Objects.from_supervision(
        sv.Detections(
            xyxy=np.array([[0, 0, 4, 8], [10, 0, 14, 8], [20, 0, 24, 8]], np.float32),
            confidence=np.array([0.9, 0.8, 0.7], np.float32),
            class_id=np.array([2, 0, 3]),
            data=dict(extra),
        )
    )


def test_plain_boxes_are_sure_players_seen_and_without_a_track() -> None:
    objects = Objects.from_supervision(sv.Detections(xyxy=np.array([[1, 2, 3, 4]], np.float32)))
    assert objects.class_id.tolist() == [ClassId.PLAYER]
    assert objects.confidence.tolist() == [1.0]
    assert objects.tracker_id.tolist() == [NO_ID]
    assert objects.source.tolist() == [Source.DETECTED.value]
    assert objects.detected_class_id.tolist() == [NO_CLASS]
    assert not objects.is_filled.any()
    assert np.isnan(objects.position).all()
    assert np.isnan(objects.verified).all()


def test_supervision_gets_back_what_it_gave() -> None:
    mask = np.zeros((3, 6, 8), bool)
    mask[1, 2, 3] = True
    given = three(team=["red", "blue", "red"], embedding=np.eye(3)).to_supervision()
    given.mask = mask
    back = Objects.from_supervision(given).to_supervision()
    assert back == given
    assert back.data["team"].tolist() == ["red", "blue", "red"]
    assert back.xyxy.dtype == np.float32


def test_what_the_caller_writes_later_changes_nothing() -> None:
    team = np.array([0, 1, 0])
    objects = three(team=team)
    team[:] = 7
    assert objects.extra["team"].tolist() == [0, 1, 0]


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"3 boxes.*'team': 2"):
        three().with_columns(team=np.array([0, 1]))


@given(st.lists(st.integers(0, 2), max_size=8))
def test_a_selection_carries_every_column_on(rows: list[int]) -> None:
    whole = three(team=np.array([4, 5, 6]), embedding=np.eye(3), name=["a", "b", "c"])
    picked = whole[np.array(rows, np.intp)]
    for name, column in picked.columns().items():
        assert np.array_equal(column, whole.columns()[name][rows]), name


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_cut_in_pieces_and_put_together_a_table_is_the_same(cuts: list[int]) -> None:
    whole = three(team=np.array([4, 5, 6]), embedding=np.eye(3))
    edges = [0, *sorted(cuts), 3]
    again = concatenate([whole[start:end] for start, end in pairwise(edges)])
    for name, column in whole.columns().items():
        assert np.array_equal(again.columns()[name], column), name
        assert again.columns()[name].dtype == column.dtype


@pytest.mark.parametrize(
    ("column", "nothing"),
    [
        (np.array([1.5, 2, 3], np.float32), "nan"),
        (np.array([1, 2, 3]), "-1"),
        (np.array(["a", "b", "c"]), ""),
        (np.array([True, False, True]), "None"),
        (np.array(["2026-01-01"] * 3, "datetime64[D]"), "NaT"),
    ],
    ids=lambda value: getattr(value, "dtype", None) and str(value.dtype),
)
def test_where_nothing_was_said_a_column_says_so(column: np.ndarray, nothing: str) -> None:
    joined = concatenate([three(), three(said=column)]).extra["said"]
    assert [str(value) for value in joined[:3]] == [nothing] * 3
    assert joined[3:].tolist() == column.tolist()


def test_boxes_are_cut_to_the_picture_and_dropped_where_nothing_is_left() -> None:
    boxes = [
        [-3.0, -1, 20, 30],
        [90, 40, 104, 52],
        [101, 10, 110, 20],
        [5, 5, 6, 6],
        [-9, 1, 0.004, 9],
    ]
    objects = Objects.from_supervision(
        sv.Detections(xyxy=np.array(boxes), tracker_id=np.arange(5), class_id=np.full(5, 2))
    ).inside((100, 50))
    assert objects.xyxy.tolist() == [[0, 0, 20, 30], [90, 40, 100, 50], [5, 5, 6, 6]]
    assert objects.tracker_id.tolist() == [0, 1, 3]
