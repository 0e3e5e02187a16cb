"""A result made from the truth itself, and then spoilt in known ways."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from touchline.evaluation.metrics import Agreement, agreement
from touchline.frame import ClassId, FrameState, Source, no_pitch
from touchline.outputs import TracksParquet
from touchline.pitch import positions
from touchline.synthetic import SyntheticMatch, Truth

SIZE = (640, 360)
Spoil = Callable[[sv.Detections], sv.Detections]


@pytest.fixture(scope="module")
def truths() -> list[Truth]:
    match = SyntheticMatch(seed=3, seconds=0.4, fps=10, size=SIZE, close_up=None)
    return [truth for _, truth in match]


def score(truths: list[Truth], folder: Path, spoil: Spoil = lambda objects: objects) -> Agreement:
    """Write the truth as if it had been found, after ``spoil``, and hold it against itself."""
    with TracksParquet(folder / "tracks.parquet") as out:
        for index, truth in enumerate(truths):
            seen = truth.objects[truth.objects.data["visible"] >= 0.25]
            out.write(FrameState(index, index / 10, 0, found(spoil(seen), truth), no_pitch()))
    return agreement(folder / "tracks.parquet", truths)


def somebody(truths: list[Truth]) -> int:
    """A person who can be seen in every frame."""
    seen = [
        set(truth.objects.tracker_id[truth.objects.data["visible"] >= 0.5].tolist()) - {0}
        for truth in truths
    ]
    return min(set.intersection(*seen))


def found(objects: sv.Detections, truth: Truth) -> sv.Detections:
    xyxy = objects.xyxy.astype(np.float32)
    return sv.Detections(
        xyxy=xyxy,
        confidence=np.ones(len(xyxy), np.float32),
        class_id=objects.class_id,
        tracker_id=objects.tracker_id + 1,
        data={
            "source": np.array([Source.DETECTED] * len(xyxy)),
            "position": positions(truth.homography, xyxy),
        },
    )


def test_the_truth_agrees_with_itself(truths: list[Truth], tmp_path: Path) -> None:
    found = score(truths, tmp_path)
    assert found.hota == pytest.approx(1.0)
    assert found.role_accuracy == 1.0
    assert found.ball_found in (1.0, None)
    assert found.position_error == pytest.approx(0.0, abs=1e-4)


def test_a_missing_person_costs_detection(truths: list[Truth], tmp_path: Path) -> None:
    person = somebody(truths)
    found = score(truths, tmp_path, lambda objects: objects[objects.tracker_id != person])
    assert found.det_a < 1.0
    assert found.ass_a == pytest.approx(1.0)


def test_a_wrong_role_costs_only_the_role(truths: list[Truth], tmp_path: Path) -> None:
    def all_referees(objects: sv.Detections) -> sv.Detections:
        people = objects[objects.class_id != ClassId.BALL]
        people.class_id = np.full(len(people), int(ClassId.REFEREE))
        return people

    found = score(truths, tmp_path, all_referees)
    assert found.hota == pytest.approx(1.0)
    assert found.role_accuracy < 0.3


def test_a_ball_elsewhere_is_not_found(truths: list[Truth], tmp_path: Path) -> None:
    def move_ball(objects: sv.Detections) -> sv.Detections:
        ball = objects.class_id == ClassId.BALL
        objects.xyxy = objects.xyxy.copy()
        objects.xyxy[ball] += 40
        return objects

    assert score(truths, tmp_path, move_ball).ball_found in (0.0, None)


def test_what_stands_on_a_hidden_person_counts_neither_way(
    truths: list[Truth], tmp_path: Path
) -> None:
    person = somebody(truths)
    hidden = [
        Truth(hide(truth.objects, person), truth.keypoints, truth.homography, truth.shot)
        for truth in truths
    ]
    with TracksParquet(tmp_path / "tracks.parquet") as out:
        for index, truth in enumerate(truths):
            seen = truth.objects[truth.objects.data["visible"] >= 0.25]
            out.write(FrameState(index, index / 10, 0, found(seen, truth), no_pitch()))
    assert agreement(tmp_path / "tracks.parquet", hidden).hota == pytest.approx(1.0)


def hide(objects: sv.Detections, person: int) -> sv.Detections:
    visible = np.where(objects.tracker_id == person, 0.0, objects.data["visible"])
    return sv.Detections(
        xyxy=objects.xyxy,
        class_id=objects.class_id,
        tracker_id=objects.tracker_id,
        data={"visible": visible.astype(np.float32)},
    )
