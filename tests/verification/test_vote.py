from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.verification.worlds import man, shown
from touchline.frame import ClassId, Source
from touchline.verification.labels import PEOPLE, Label
from touchline.verification.vote import KEEP, ROLE_PRIOR, TrackRecord, TrackRecords, decide
from touchline.verification.window import WindowTable


def look(label, sure=0.9):
    row = np.full(len(Label), (1 - sure) / 5)
    row[label] = sure
    return row[None]


def decided(detected, *looks, confidence=0.5):
    record = TrackRecord(confidence=confidence)
    for row in looks:
        record.student.add(row)
    return record, record.decide(detected)


def test_a_track_nobody_looked_at_keeps_what_the_detector_said():
    record, class_id = decided(ClassId.REFEREE)
    assert (record.is_person, class_id) == (True, ClassId.REFEREE)


@pytest.mark.parametrize("label", [Label.GRASS, Label.BACKGROUND, Label.FOOTBALL])
def test_a_track_that_shows_no_person_is_none_and_keeps_a_class_of_people(label):
    record, class_id = decided(ClassId.PLAYER, look(label))
    assert (record.is_person, class_id) == (False, ClassId.PLAYER)


def test_the_surer_the_detector_the_more_it_takes_to_drop_a_track():
    assert not decided(ClassId.PLAYER, look(Label.GRASS, 0.8))[0].is_person
    assert decided(ClassId.PLAYER, look(Label.GRASS, 0.8), confidence=0.9)[0].is_person
    assert not decided(ClassId.PLAYER, look(Label.GRASS, 0.99), confidence=0.9)[0].is_person


def test_the_detectors_role_wins_where_the_student_is_undecided():
    row = np.array([[0.01, 0.44, 0.01, 0.52, 0.01, 0.01]])
    assert decided(ClassId.GOALKEEPER, row)[1] == ClassId.GOALKEEPER
    assert decided(ClassId.REFEREE, row)[1] == ClassId.REFEREE


def test_a_sure_student_corrects_the_detector():
    assert decided(ClassId.PLAYER, look(Label.REFEREE, 0.97))[1] == ClassId.REFEREE


def test_one_odd_look_does_not_outweigh_five_plain_ones():
    plain = [look(Label.PLAYER)] * 5
    assert decided(ClassId.PLAYER, *plain, look(Label.REFEREE, 0.999))[1] == ClassId.PLAYER
    record, _ = decided(ClassId.PLAYER, *plain, look(Label.GRASS, 0.9999))
    assert record.is_person


def test_the_expert_has_votes_of_its_own():
    record, _ = decided(ClassId.PLAYER, look(Label.PLAYER, 0.6))
    before = record.person_margin
    record.expert.add(look(Label.PLAYER, 0.6))
    assert record.person_margin > before
    record.expert.add(np.tile(look(Label.BACKGROUND, 0.99), (9, 1)))
    assert record.person_margin < before


def test_repeated_looks_make_nothing_surer():
    once, _ = decided(ClassId.PLAYER, look(Label.PLAYER, 0.7))
    often, _ = decided(ClassId.PLAYER, *[look(Label.PLAYER, 0.7)] * 20)
    assert once.margin(ClassId.PLAYER) == pytest.approx(often.margin(ClassId.PLAYER))


@given(arrays(np.float64, (5, 6), elements=st.floats(0, 1)), st.sampled_from(PEOPLE))
def test_any_looks_give_a_finite_margin_and_a_class_of_people(looks, detected):
    record, class_id = decided(int(detected), looks)
    assert np.isfinite(record.margin(int(detected)))
    assert class_id in PEOPLE


def test_the_margin_is_the_distance_to_another_verdict():
    record, _ = decided(ClassId.PLAYER)
    assert record.margin(ClassId.PLAYER) == np.inf
    record.student.add(look(Label.PLAYER, 0.9))
    nobody = np.log(0.94 / 0.06) - np.log(KEEP / (1 - KEEP))
    assert record.margin(ClassId.PLAYER) == pytest.approx(nobody)
    record.class_id = None
    another_role = np.log(0.9 / 0.94) - np.log(0.02 / 0.94) - ROLE_PRIOR
    assert record.margin(ClassId.REFEREE) == pytest.approx(another_role)


def test_old_votes_count_for_less():
    tracks = TrackRecords()
    tracks[2].student.add(look(Label.PLAYER))
    tracks[2].seen_at = 8.0
    tracks.advance(8.0)
    assert tracks[2].student.looks == pytest.approx(np.exp(-1))


def test_a_track_that_does_not_come_back_is_forgotten():
    tracks = TrackRecords()
    tracks[2].seen_at = 0.0
    tracks[3].seen_at = 5.0
    tracks.advance(11.0)
    assert [track for track, _ in tracks.items()] == [3]


def test_coverage_is_the_share_of_frames_looked_at_that_have_an_object():
    tracks = TrackRecords()
    assert tracks.coverage == 1.0
    some, gap = [man(2, 100)], [man(2, 100, source=Source.INTERPOLATED)]
    tracks.count(
        [
            shown(0, [*some, man(3, 200)]),
            shown(1, some, looked=False),
            shown(2, gap),
            shown(3, some),
            shown(4, [], looked=False),
        ]
    )
    assert tracks.coverage == pytest.approx(2 / 3)


@pytest.mark.parametrize(("told", "counts"), [(0.95, 0.95), (np.nan, 0.5), (None, 0.5)])
def test_a_detector_counts_as_often_as_it_is_right_and_by_its_score_where_it_says_none(
    told, counts
):
    frame = shown(0, [man(2, 100, confidence=0.5)])
    if told is not None:
        extra = {"probability": np.array([told], np.float32)}
        frame = replace(frame, objects=replace(frame.objects, extra=extra))
    tracks = TrackRecords()
    decide(WindowTable.of([frame]), tracks)
    assert tracks[2].confidence == pytest.approx(counts)


def test_people_are_the_three_roles():
    assert [label.name for label in PEOPLE] == ["GOALKEEPER", "PLAYER", "REFEREE"]
