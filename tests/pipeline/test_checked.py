"""Detectors, pitch models, trackers and stages that break their promise: one sentence each."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision as sv

import touchline as tl
from tests.pipeline.worlds import BrightSpot, NoPitch, make_clip
from touchline.frame import no_pitch
from touchline.pipeline.checked import CheckedDetector, CheckedPitchModel
from touchline.settings import Settings

PICTURES = [np.zeros((64, 96, 3), np.uint8)] * 2
BOX = sv.Detections(
    xyxy=np.array([[10.0, 10, 20, 40]]), confidence=np.array([0.9]), class_id=np.array([2])
)


class Given:
    """Answers what it was made with."""

    adds: Sequence[str] = ()

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def detect(self, images: object) -> Any:
        return self.answer

    locate = detect


def boxes(**columns: Any) -> sv.Detections:
    """A box with a column set afterwards, as supervision itself would not take it."""
    found = BOX[:]
    for name, column in columns.items():
        setattr(found, name, column)
    return found


def points(**columns: Any) -> sv.KeyPoints:
    found = no_pitch().keypoints
    for name, column in columns.items():
        setattr(found, name, column)
    return found


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "gives one"),
        ([BOX], "gives one"),
        ([None, None], "NoneType"),
        ([boxes(xyxy=np.array([[1, 2, 3, 4, 5]]))], "gives one"),
        ([BOX, boxes(xyxy=np.array([[1, 2, 3, 4, 5]]))], r"\(n, 4\)"),
        ([BOX, boxes(xyxy=np.array([["1", "2", "3", "4"]]))], r"\(n, 4\)"),
        ([BOX, boxes(xyxy=np.full((1, 4), 1e30))], "finite"),
        ([BOX, boxes(confidence=np.array([0.9, 0.9]))], "confidence is a number for each of 1"),
        ([BOX, boxes(confidence=np.array([90.0]))], "0 to 1"),
        ([BOX, boxes(confidence=np.array([-0.5]))], "0 to 1"),
        ([BOX, boxes(class_id=np.array([[2]]))], "class_id is a number for each of 1"),
        ([BOX, boxes(class_id=np.array(["2"]))], "class_id is a number for each of 1"),
        ([BOX, boxes(tracker_id=np.array([1, 2]))], "tracker_id is a number for each of 1"),
        ([BOX, boxes(mask=np.zeros((2, 4, 4), bool))], "mask has 2 entries for 1"),
        ([BOX, boxes(data={"team": ["a", "b"]})], "team has 2 entries for 1"),
        ([BOX, boxes(data={"xyxy": [1]})], "may not have a column xyxy"),
        ([BOX, boxes(data={"source": ["guessed"]})], "guessed"),
    ],
    ids=str,
)
def test_a_detector_that_answers_something_else_is_named(answer: Any, said: str) -> None:
    with pytest.raises(tl.UsageError, match=f"Given.detect.*{said}"):
        CheckedDetector(Given(answer)).detect(PICTURES)


def test_a_detector_that_does_not_add_what_it_says_is_named() -> None:
    detector = Given([BOX, sv.Detections.empty()])
    detector.adds = ("team",)
    with pytest.raises(tl.UsageError, match="says that it adds team, but does not"):
        CheckedDetector(detector).detect(PICTURES)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "gives one"),
        ([points()], "gives one"),
        ([points(), None], "NoneType"),
        ([points(), np.zeros((1, 32, 2))], "ndarray"),
        ([points(), points(xy=np.zeros((1, 31, 2)))], r"\(1, 31, 2\)"),
        ([points(), points(xy=np.zeros((2, 32, 2)))], r"\(2, 32, 2\)"),
        ([points(), points(xy=np.full((1, 32, 2), np.nan))], "finite"),
        ([points(), points(xy=np.full((1, 32, 2), 1e30))], "finite"),
        ([points(), points(xy=np.zeros((1, 32, 2), object))], "numbers"),
        ([points(), points(keypoint_confidence=np.zeros((1, 31)))], r"\(1, 31\)"),
        ([points(), points(keypoint_confidence=np.full((1, 32), np.nan))], "0 to 1"),
        ([points(), points(keypoint_confidence=np.full((1, 32), 99.0))], "0 to 1"),
        ([points(), points(data={"source": np.array([["seen"] * 32])})], "detected, projected"),
        ([points(), points(data={"source": np.array([["detected"] * 31])})], "detected, projected"),
    ],
    ids=str,
)
def test_a_pitch_model_that_answers_something_else_is_named(answer: Any, said: str) -> None:
    with pytest.raises(tl.UsageError, match=f"Given.locate.*{said}"):
        CheckedPitchModel(Given(answer)).locate(PICTURES)


def test_no_skeleton_is_no_pitch_and_what_is_right_passes() -> None:
    seen = points(data={"source": np.array([["detected", "projected", ""] + [""] * 29])})
    found = CheckedPitchModel(Given([sv.KeyPoints.empty(), seen])).locate(PICTURES)
    assert found[0].xy.shape == (1, 32, 2)
    assert found[1] is seen


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "one-shot.mp4", [8])


class Everybody:
    """Knows everybody, and then does what it should not."""

    def __init__(self, change: Callable[[sv.Detections], Any]) -> None:
        self.change = change

    def update(self, detections: sv.Detections) -> Any:
        detections.tracker_id = np.arange(len(detections))
        return self.change(detections)


def changed(**columns: Any) -> Callable[[sv.Detections], sv.Detections]:
    def change(found: sv.Detections) -> sv.Detections:
        for name, column in columns.items():
            setattr(found, name, column)
        return found

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: None, "NoneType"),
        (lambda found: [1], "list"),
        (changed(tracker_id=np.array([0.5])), "whole number"),
        (changed(tracker_id=np.array([np.nan])), "whole number"),
        (changed(tracker_id=np.array(["p1"])), "tracker_id is a number"),
        (changed(tracker_id=np.array([1, 2])), "tracker_id is a number for each of 1"),
        (changed(tracker_id=np.array([2**63], np.uint64)), "whole number"),
        (changed(class_id=np.array([17])), "class 17"),
        (changed(xyxy=np.full((1, 4), np.nan)), "finite"),
        (lambda found: sv.Detections.merge([found, found]), "2 boxes of one frame"),
    ],
    ids=range(10),
)
def test_a_tracker_that_answers_something_else_is_named(
    clip: Path, change: Callable[[sv.Detections], Any], said: str
) -> None:
    with pytest.raises(tl.UsageError, match=f"Everybody.update.*{said}"):
        follow(clip, lambda fps: Everybody(change))


def test_columns_that_a_tracker_loses_come_back_with_their_boxes(clip: Path) -> None:
    def anew(found: sv.Detections) -> sv.Detections:
        return sv.Detections(xyxy=found.xyxy + 1, tracker_id=found.tracker_id)

    states = follow(clip, lambda fps: Everybody(anew), detector=Dressed())
    assert {each for state in states for each in state.objects.data["shirt"]} == {"red"}


class Dressed(BrightSpot):
    """Says what each one wears."""

    adds = ("shirt",)

    def detect(self, images: Sequence[Any]) -> list[sv.Detections]:
        found = super().detect(images)
        for each in found:
            each.data["shirt"] = np.full(len(each), "red")
        return found


@pytest.mark.parametrize("answer", [None, [None], 3])
def test_a_stage_that_answers_something_else_is_named(clip: Path, answer: Any) -> None:
    class Silent:
        name, reads, adds, looks = "silent", (), (), False

        def process(self, window: Sequence[tl.TrackedFrame]) -> Any:
            return answer

    with pytest.raises(tl.UsageError, match="the stage silent answers a list of Objects"):
        follow(clip, None, stages=[Silent()])


def follow(clip: Path, tracker: Any, **more: Any) -> list[tl.FrameState]:
    settings = Settings.read(verify="off", detect_every=1)
    return list(
        tl.analyze(
            clip,
            **{"detector": BrightSpot(), **more},
            pitch_model=NoPitch(),
            tracker=tracker,
            settings=settings,
        )
    )
