import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.worlds import HOMOGRAPHY, man, shown
from touchline.frame import ClassId, Source, concatenate
from touchline.verification.ledger import Anchor, Ledger
from touchline.verification.proposals import between_looks, places, propose, remember
from touchline.verification.rows import Rows

TILTED = np.array([[0.11, 0.004, -33.0], [0.001, 0.16, -20.0], [0.00002, 0.0011, 1.0]])
"""A camera that looks down at an angle and a little to the side."""


def known(ledger, track=2):
    """Let the ledger know a track well."""
    record = ledger[track]
    record.student.hear(np.tile([0.02, 0.02, 0.9, 0.02, 0.02, 0.02], (3, 1)))
    record.judge(ClassId.PLAYER)
    return record


def proposed(window, ledger, *, homography=HOMOGRAPHY):
    rows = Rows.of(window)
    reach = np.full(len(window), 2.0)
    return propose(rows, window, ledger, known=places(rows, window), reach=reach)


def test_between_two_places_a_track_walks_straight():
    ledger = Ledger()
    known(ledger)
    window = [shown(0, [man(2, 100)]), shown(10, []), shown(20, [man(2, 140)])]
    (row,) = (proposed(window, ledger)[:1],)
    assert row.place.tolist() == [1]
    assert row.xyxy[0] == pytest.approx([120, 150, 140, 200])
    assert row.source.tolist() == [Source.PROPOSED.value]
    assert row.detected_class_id.tolist() == [-1]


@given(x=st.floats(-20, 20), y=st.floats(-12, 12), vx=st.floats(-6, 6), vy=st.floats(-3, 3))
def test_metres_carry_a_track_through_a_camera_that_moves(x, y, vx, vy):
    pan = np.array([[1, 0, 24.0], [0, 1, 3.0], [0, 0, 1]])
    cameras = [TILTED, TILTED @ pan, TILTED @ pan @ pan]

    def box(index):
        metres = np.array([x + vx * index / 2.5, y + vy * index / 2.5, 1])
        foot = np.linalg.inv(cameras[index]) @ metres
        foot = foot[:2] / foot[2]
        sides = [cameras[index] @ (foot[0] + dx, foot[1], 1) for dx in (-0.5, 0.5)]
        scale = np.linalg.norm(sides[1][:2] / sides[1][2] - sides[0][:2] / sides[0][2])
        width, height = 0.8 / scale, 1.8 / scale
        return foot[0] - width / 2, foot[1] - height, foot[0] + width / 2, foot[1]

    ledger = Ledger()
    known(ledger)
    window = [
        shown(10 * i, [] if i == 1 else [man(2, 0, xyxy=box(i))], homography=cameras[i], painted=[])
        for i in range(3)
    ]
    rows = proposed(window, ledger)
    assert rows.place.tolist() == [1]
    assert rows.xyxy[0] == pytest.approx(box(1), abs=0.5)


def test_beyond_the_last_place_a_track_goes_on_and_slows_down():
    ledger = Ledger()
    known(ledger).anchors = (
        Anchor(0.0, np.array([0.0, 0.0]), np.array([1.0, 2.0])),
        Anchor(1.0, np.array([5.0, 0.0]), np.array([1.0, 2.0])),
    )
    window = [shown(50, [])]
    foot = proposed(window, ledger).xyxy[0, [0, 2]].mean() / 10 - 32
    assert foot == pytest.approx(5 + 5 * (1 - np.exp(-1)))


def test_an_impossible_speed_is_capped():
    ledger = Ledger()
    known(ledger).anchors = (
        Anchor(0.5, np.array([-20.0, 0.0]), np.array([1.0, 2.0])),
        Anchor(1.0, np.array([0.0, 0.0]), np.array([1.0, 2.0])),
    )
    foot = proposed([shown(50, [])], ledger).xyxy[0, [0, 2]].mean() / 10 - 32
    assert foot == pytest.approx(9 * (1 - np.exp(-1)))


def test_two_seconds_after_the_last_place_nothing_is_proposed():
    ledger = Ledger()
    known(ledger).anchors = (Anchor(0.0, np.zeros(2), np.array([1.0, 2.0])),)
    assert len(proposed([shown(49, [])], ledger)) == 1
    assert len(proposed([shown(51, [])], ledger)) == 0


@pytest.mark.parametrize("given_frame", [{"looked": False}, {"homography": None}])
def test_a_frame_without_picture_or_pitch_gets_no_proposal(given_frame):
    ledger = Ledger()
    known(ledger).anchors = (Anchor(0.0, np.zeros(2), np.array([1.0, 2.0])),)
    assert len(proposed([shown(10, [], **given_frame)], ledger)) == 0


def test_a_track_hardly_known_is_not_proposed():
    ledger = Ledger()
    ledger[2].anchors = (Anchor(0.0, np.zeros(2), np.array([1.0, 2.0])),)
    assert len(proposed([shown(10, [])], ledger)) == 0


def test_a_man_is_not_named_twice_at_one_place():
    ledger = Ledger()
    known(ledger)
    others = [man(3, 121)]
    window = [shown(0, [man(2, 100)]), shown(10, others), shown(20, [man(2, 140)])]
    assert len(proposed(window, ledger)) == 0


def test_two_tracks_are_not_proposed_at_one_place():
    ledger = Ledger()
    for track in (2, 3, 4):
        known(ledger, track)
    ends = [man(2, 100), man(3, 101), man(4, 300)]
    window = [shown(0, ends), shown(10, []), shown(20, ends)]
    assert proposed(window, ledger).tracker_id.tolist() == [2, 4]


def test_a_track_that_showed_no_person_is_not_proposed():
    ledger = Ledger()
    known(ledger).is_person = False
    window = [shown(0, [man(2, 100)]), shown(10, []), shown(20, [man(2, 140)])]
    assert len(proposed(window, ledger)) == 0


def test_frames_between_two_looks_are_filled_next_to_a_proposal_only():
    window = [
        shown(0, [man(2, 100), man(3, 300)]),
        shown(1, [], looked=False),
        shown(2, [man(2, 110, source=Source.PROPOSED), man(3, 300)]),
    ]
    rows = between_looks(Rows.of(window), window)
    assert rows.tracker_id.tolist() == [2]
    assert rows.place.tolist() == [1]
    assert rows.xyxy[0] == pytest.approx([105, 150, 125, 200])


def test_the_last_two_places_are_kept_some_time_apart():
    ledger = Ledger()
    window = [shown(i, [man(2, 100 + i)]) for i in range(0, 50, 2)]
    remember(places(Rows.of(window), window), ledger)
    first, last = ledger[2].anchors
    assert last.time == pytest.approx(48 / 25)
    assert 0.4 <= last.time - first.time < 0.5


def test_no_rows_are_no_places():
    rows = concatenate([Rows.of([shown(0, [])])])
    assert places(rows, [shown(0, [])]) == {}
