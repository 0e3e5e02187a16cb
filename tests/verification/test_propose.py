from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.worlds import man, shown
from touchline.frame import ClassId, Source
from touchline.verification.propose import fill, propose, remember, waypoints
from touchline.verification.vote import TrackRecords, Waypoint

TILTED = np.array([[0.11, 0.004, -33.0], [0.001, 0.16, -20.0], [0.00002, 0.0011, 1.0]])
"""A camera that looks down at an angle and a little to the side."""


def known(tracks, track=2):
    """Make records that know a track well."""
    record = tracks[track]
    record.student.add(np.tile([0.02, 0.02, 0.9, 0.02, 0.02, 0.02], (3, 1)))
    record.decide(ClassId.PLAYER)
    return record


def proposed(window, tracks):
    """Proposals in every frame, carried on for two seconds."""
    return propose(window, tracks, sparse=True)


def foot(proposal):
    """Metres along the pitch of the middle of the lower edge, with the homography of the tests."""
    return proposal.xyxy[[0, 2]].mean() / 10 - 32


def test_between_two_places_a_track_walks_straight():
    tracks = TrackRecords()
    known(tracks)
    window = [shown(0, [man(2, 100)]), shown(10, []), shown(20, [man(2, 140)])]
    (proposal,) = proposed(window, tracks)
    assert proposal.place == 1
    assert proposal.xyxy == pytest.approx([120, 150, 140, 200])
    added = fill(window, [proposal])[1]
    assert added.source.tolist() == [Source.PROPOSED.value]
    assert added.detected_class_id.tolist() == [-1]


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

    tracks = TrackRecords()
    known(tracks)
    window = [
        shown(10 * i, [] if i == 1 else [man(2, 0, xyxy=box(i))], homography=cameras[i], painted=[])
        for i in range(3)
    ]
    (proposal,) = proposed(window, tracks)
    assert proposal.place == 1
    assert proposal.xyxy == pytest.approx(box(1), abs=0.5)


def test_beyond_the_last_place_a_track_goes_on_and_slows_down():
    tracks = TrackRecords()
    known(tracks).waypoints = (
        Waypoint(0.0, np.array([0.0, 0.0]), np.array([1.0, 2.0])),
        Waypoint(1.0, np.array([5.0, 0.0]), np.array([1.0, 2.0])),
    )
    (proposal,) = proposed([shown(50, [])], tracks)
    assert foot(proposal) == pytest.approx(5 + 5 * (1 - np.exp(-1)))


def test_an_impossible_speed_is_capped():
    tracks = TrackRecords()
    known(tracks).waypoints = (
        Waypoint(0.5, np.array([-20.0, 0.0]), np.array([1.0, 2.0])),
        Waypoint(1.0, np.array([0.0, 0.0]), np.array([1.0, 2.0])),
    )
    (proposal,) = proposed([shown(50, [])], tracks)
    assert foot(proposal) == pytest.approx(9 * (1 - np.exp(-1)))


def test_two_seconds_after_the_last_place_nothing_is_proposed():
    tracks = TrackRecords()
    known(tracks).waypoints = (Waypoint(0.0, np.zeros(2), np.array([1.0, 2.0])),)
    assert len(proposed([shown(49, [])], tracks)) == 1
    assert len(proposed([shown(51, [])], tracks)) == 0


@pytest.mark.parametrize("given_frame", [{"looked": False}, {"homography": None}])
def test_a_frame_without_picture_or_pitch_gets_no_proposal(given_frame):
    tracks = TrackRecords()
    known(tracks).waypoints = (Waypoint(0.0, np.zeros(2), np.array([1.0, 2.0])),)
    assert len(proposed([shown(10, [], **given_frame)], tracks)) == 0


def test_a_track_hardly_known_is_not_proposed():
    tracks = TrackRecords()
    tracks[2].waypoints = (Waypoint(0.0, np.zeros(2), np.array([1.0, 2.0])),)
    assert len(proposed([shown(10, [])], tracks)) == 0


def test_a_man_is_not_named_twice_at_one_place():
    tracks = TrackRecords()
    known(tracks)
    others = [man(3, 121)]
    window = [shown(0, [man(2, 100)]), shown(10, others), shown(20, [man(2, 140)])]
    assert len(proposed(window, tracks)) == 0


def test_two_tracks_are_not_proposed_at_one_place():
    tracks = TrackRecords()
    for track in (2, 3, 4):
        known(tracks, track)
    ends = [man(2, 100), man(3, 101), man(4, 300)]
    window = [shown(0, ends), shown(10, []), shown(20, ends)]
    assert [each.tracker_id for each in proposed(window, tracks)] == [2, 4]


def test_a_track_that_showed_no_person_is_not_proposed():
    tracks = TrackRecords()
    known(tracks).is_person = False
    window = [shown(0, [man(2, 100)]), shown(10, []), shown(20, [man(2, 140)])]
    assert len(proposed(window, tracks)) == 0


def test_frames_between_two_looks_are_filled_next_to_a_proposal_only():
    window = [
        shown(0, [man(2, 100), man(3, 300)]),
        shown(1, [], looked=False),
        shown(2, [man(2, 110, source=Source.PROPOSED), man(3, 300)]),
    ]
    counts = [len(objects) for objects in fill(window, [])]
    assert counts == [2, 1, 2]
    added = fill(window, [])[1]
    assert added.tracker_id.tolist() == [2]
    assert added.xyxy[0] == pytest.approx([105, 150, 125, 200])


def test_what_is_proposed_stands_behind_the_other_objects_of_its_frame():
    tracks = TrackRecords()
    known(tracks)
    known(tracks, 4)
    others = [man(5, 400), man(3, 500)]
    window = [shown(0, [man(2, 100)]), shown(10, others), shown(20, [man(2, 140), man(4, 300)])]
    answer = fill(window, proposed(window, tracks))
    assert [objects.tracker_id.tolist() for objects in answer] == [[2, 4], [5, 3, 2, 4], [2, 4]]


def test_a_proposal_has_nothing_in_the_columns_of_others_but_its_probability():
    tracks = TrackRecords()
    known(tracks)
    window = [shown(0, [man(2, 100)]), shown(10, [man(3, 400)]), shown(20, [man(2, 140)])]
    team = [each.objects.with_columns(team=np.ones(len(each.objects), np.int64)) for each in window]
    window = [replace(frame, objects=objects) for frame, objects in zip(window, team, strict=True)]
    (proposal,) = proposed(window, tracks)
    added = fill(window, [proposal._replace(probability=0.875)])[1]
    assert added.extra["team"].tolist() == [1, -1]
    assert added.verified.tolist()[1] == added.confidence[1] == 0.875


def test_the_last_two_places_are_kept_some_time_apart():
    tracks = TrackRecords()
    window = [shown(i, [man(2, 100 + i)]) for i in range(0, 50, 2)]
    remember(waypoints(window), tracks)
    first, last = tracks[2].waypoints
    assert last.time == pytest.approx(48 / 25)
    assert 0.4 <= last.time - first.time < 0.5


def test_no_objects_are_at_no_place():
    assert waypoints([shown(0, [])]) == {}
