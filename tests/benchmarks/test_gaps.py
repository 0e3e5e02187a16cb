"""What the measurement of filled gaps hides from the detector, and how it counts what comes out."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from benchmarks import gaps
from benchmarks.gaps import Blinking, Clip, Filled, blind_frames, looked_at
from touchline.frame import ClassId, FrameState, no_pitch
from touchline.synthetic import SyntheticMatch, Truth

PLAYER, BALL = int(ClassId.PLAYER), int(ClassId.BALL)
FAR = np.array([1000.0, 0.0, 1000.0, 0.0], np.float32)


class Sees:
    """A detector that finds one player wherever it is asked."""

    def detect(self, images: list[np.ndarray]) -> list[sv.Detections]:
        return [objects([PLAYER]) for _ in images]


def objects(roles: list[int]) -> sv.Detections:
    """One box for each role, apart from each other."""
    left = 50.0 * np.arange(len(roles), dtype=np.float32)
    xyxy = np.stack([left, left, left + 20, left + 40], axis=1)
    return sv.Detections(xyxy=xyxy, class_id=np.array(roles, int))


def state(found: sv.Detections) -> FrameState:
    return FrameState(0, 0.0, 0, found, no_pitch())


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Of a player and a ball; what else a truth holds is that of some frame."""
    some = next(iter(SyntheticMatch(7, seconds=0.04, size=(320, 180), close_up=None)))[1]
    return replace(some, objects=objects([PLAYER, BALL]))


def test_a_blinking_detector_finds_nothing_in_its_blind_images_whatever_the_batches() -> None:
    detector = Blinking(Sees(), [False, True, True, False])
    image = np.zeros((4, 4, 3), np.uint8)
    found = detector.detect([image, image]) + detector.detect([image, image])
    assert [len(each) for each in found] == [1, 0, 0, 1]


def test_the_detector_looks_at_every_second_frame_of_a_shot_and_at_its_last() -> None:
    clip = Clip(Path(), [None] * 10, (0, 4))
    assert looked_at(clip, 2).tolist() == [0, 2, 3, 4, 6, 8, 9]


def test_it_is_blind_in_at_least_the_share_asked_for_and_alike_for_the_same_seed() -> None:
    blind = blind_frames(200, 0.3, 12.5, 7)
    assert 0.3 <= blind.mean() < 0.4
    assert np.array_equal(blind, blind_frames(200, 0.3, 12.5, 7))
    assert not np.array_equal(blind, blind_frames(200, 0.3, 12.5, 8))


def test_a_box_is_right_on_an_object_of_its_kind_and_every_box_in_the_crowd_is_wrong(
    truth: Truth,
) -> None:
    right, wrong = objects([PLAYER, BALL]), objects([BALL, PLAYER])
    missed = sv.Detections(xyxy=right.xyxy + FAR, class_id=right.class_id)
    filled = Filled.of([state(each) for each in (right, wrong, missed)], [truth, truth, None])
    assert filled.people.tolist() == [True, False]
    assert filled.balls.tolist() == [True, False]
    assert (filled.crowd, filled.asked) == (2, 4)


def test_several_matches_count_by_their_boxes(truth: Truth) -> None:
    one = Filled.of([state(objects([PLAYER, BALL]))], [truth])
    other = Filled.of([state(objects([BALL, BALL])), state(objects([PLAYER]))], [truth, None])
    figures = Filled.together([one, other]).figures()
    assert figures["people added"] == 1
    assert figures["balls added"] == 3
    assert figures["all added"] == 4
    assert figures["all right"] == 0.75
    assert figures["truth filled"] == 0.75
    assert figures["added to the crowd"] == 1


def test_a_share_of_nothing_is_not_known() -> None:
    assert Filled.of([], []).figures()["all right"] is None


@pytest.mark.slow
def test_a_match_fills_gaps_and_the_last_line_is_that_of_all_matches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gaps, "SIZE", (640, 360))
    monkeypatch.setattr(gaps, "CROWD_SECONDS", 0.2)
    monkeypatch.setattr(gaps, "WAYS", ("off",))
    monkeypatch.setattr(sys, "argv", ["gaps", "--seeds", "17", "--seconds", "2", "--share", "0.1"])
    gaps.main()
    match, everything = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert match.pop("seed") == 17
    assert everything.pop("seeds") == [17]
    assert match == everything
    assert match["all added"] > 10
    assert match["all right"] > 0.5
