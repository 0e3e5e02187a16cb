"""What keeps a score down: the gains that are promised, held against the score itself."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scorevision.scoring.scorers import Eyes, paint, pitch
from touchline.scorevision.report.box_losses import SHARE, Seen, box_losses, clip_score, frame_score
from touchline.scorevision.report.clip_score import FrameScore, Loss, Speed
from touchline.scorevision.report.keypoint_losses import keypoint_losses, speed_losses
from touchline.scorevision.scoring import clip_box_score, keypoint_score, score_frame_boxes
from touchline.scorevision.scoring.template import VERTICES

LABELS = ["football player", "goalkeeper", "referee", "grass", "crowd"]
CLAIMS = {"goalkeeper": 1, "football player": 2, "referee": 3}
Frame = list[tuple[str, str]]
"""Claim and what is painted, of each box."""


def objects(frame: Frame, *, size: int = 40) -> list[dict[str, Any]]:
    return [
        {"bbox": [60 * i, 200, 60 * i + size, 200 + 2 * size], "class_id": CLAIMS[claim]}
        for i, (claim, _) in enumerate(frame)
    ]


def scored(frame: Frame, number: int = 0, *, size: int = 40) -> FrameScore:
    image = pitch()
    for each, (_, label) in zip(objects(frame, size=size), frame, strict=True):
        paint(image, tuple(each["bbox"]), label)
    boxes = score_frame_boxes(image, objects(frame, size=size), scorer=Eyes()) if frame else None
    return FrameScore(frame=number, pitch=1.0, drawn=True, boxes=boxes, failed=None, keypoints=None)


def losses(*frames: Frame, size: int = 40) -> dict[str, Loss]:
    scores = [scored(frame, number, size=size) for number, frame in enumerate(frames)]
    found = box_losses(scores, lambda number: objects(frames[number], size=size), (640, 480))
    return {loss.name: loss for loss in found}


def clip(*frames: Frame) -> float:
    scores = [each.boxes.score for each in map(scored, frames) if each.boxes is not None]
    return clip_score(scores, len(frames))


@given(st.lists(st.tuples(st.sampled_from(sorted(CLAIMS)), st.sampled_from(LABELS)), max_size=8))
def test_the_score_of_labels_is_the_score_of_the_frame(frame: Frame) -> None:
    boxes = scored(frame).boxes
    seen = [Seen(*pair, 40 * 80 / (640 * 480)) for pair in frame]
    assert frame_score(seen) == pytest.approx(0.0 if boxes is None else boxes.score)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=9), st.integers(0, 5))
def test_the_score_of_a_clip_is_the_validators_before_rounding(
    scores: list[float], others: int
) -> None:
    selected = len(scores) + others
    assert clip_box_score(scores, selected=selected) == pytest.approx(
        clip_score(scores, selected), abs=0.0051
    )


PLAYER, KEEPER = ("football player", "football player"), ("goalkeeper", "goalkeeper")


def test_boxes_seen_as_nothing_gain_what_the_score_has_without_them() -> None:
    with_crowd = [PLAYER, ("referee", "crowd"), KEEPER]
    found = losses(with_crowd, [PLAYER, KEEPER])
    gain = clip([PLAYER, KEEPER], [PLAYER, KEEPER]) - clip(with_crowd, [PLAYER, KEEPER])
    assert found["referee claimed, crowd seen"].gain == pytest.approx(SHARE * gain)
    assert found["referee claimed, crowd seen"].frames == (0,)


def test_roles_gain_what_the_score_has_with_the_roles_that_are_seen() -> None:
    found = losses([PLAYER, ("referee", "goalkeeper")])
    gain = clip([PLAYER, KEEPER]) - clip([PLAYER, ("referee", "goalkeeper")])
    loss = found["another role seen than claimed"]
    assert loss.gain == pytest.approx(SHARE * gain)
    assert "1 of 2 people" in loss.change
    assert "referee for goalkeeper" in loss.change


def test_the_order_gains_what_the_score_has_with_the_right_ones_first() -> None:
    wrong = ("referee", "football player")
    gain = clip([PLAYER, PLAYER, wrong]) - clip([wrong, PLAYER, PLAYER])
    assert losses([wrong, PLAYER, PLAYER])["order of the list"].gain == pytest.approx(SHARE * gain)
    assert "order of the list" not in losses([PLAYER, PLAYER, wrong])


def test_large_boxes_gain_what_their_size_takes() -> None:
    frame = [PLAYER, KEEPER]
    found = losses(frame, size=55)["size of the boxes"]
    boxes = scored(frame, size=55).boxes
    assert boxes is not None
    assert boxes.area_factor < 1
    assert found.gain == pytest.approx(SHARE * (boxes.score / boxes.area_factor - boxes.score))


def test_frames_without_objects_gain_the_coverage() -> None:
    found = losses([PLAYER], [], [], [])["frames without objects"]
    assert found.frames == (1, 2, 3)
    assert found.gain == pytest.approx(SHARE * (clip([PLAYER]) - clip([PLAYER], [], [], [])))


def test_an_answer_without_a_fault_loses_nothing_by_boxes() -> None:
    assert losses([PLAYER, KEEPER], [KEEPER]) == {}


def frames_of(points: np.ndarray, count: int = 6, *, shake: float = 0.0) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    moved = [points + rng.normal(0, shake, points.shape) * (points != 0) for _ in range(count)]
    men = [{"id": i, "bbox": [90 * i, 300, 90 * i + 30, 380], "class_id": 2} for i in range(6)]
    return {str(i): {"keypoints": each.tolist(), "objects": men} for i, each in enumerate(moved)}


def judged(points: np.ndarray, **given: float) -> Any:
    frames = frames_of(points, **given)  # type: ignore[arg-type]
    lines = {name: [(0, 180, 1200, 180), (0, 400, 1200, 400)] for name in frames}
    return keypoint_score(
        frames,
        width=1280,
        height=720,
        frames_to_validate=[int(name) for name in frames],
        pitch_lines=lines,
    )


@pytest.mark.parametrize("shake", [0.0, 4.0])
def test_the_gains_of_the_keypoints_add_up_from_the_validators_own_score(shake: float) -> None:
    score = judged(VERTICES * 0.08 + (100, 120), shake=shake)
    found = {loss.name: loss.gain / SHARE for loss in keypoint_losses(score)}
    factor = score.scene_consistency * (score.mean_scale + score.scale_valid) / 2
    summands = [
        "fit to the template",
        "points on painted lines",
        "boxes inside the pitch",
        "steady keypoints",
        "plausible moves of players",
        "even steps of players",
    ]
    lacking = sum(found.get(name, 0.0) for name in summands)
    assert score.reported_score + lacking == pytest.approx(factor)
    steady = found.get("points that follow from frame to frame", 0.0)
    assert score.reported_score + steady == pytest.approx(
        score.reported_score / score.scene_consistency
    )


def test_frames_without_a_homography_are_named() -> None:
    score = judged(np.zeros((32, 2)))
    found = {loss.name: loss for loss in keypoint_losses(score)}
    assert score.reported_score == 0
    assert "6 of 6 validated frames" in found["frames without a homography"].change
    assert found["frames without a homography"].frames == (0, 1, 2, 3, 4)


def speed(**given: Any) -> Speed:
    figures: dict[str, Any] = {
        "seconds": 10.0,
        "measured_by": "given",
        "fastest": 5.0,
        "others": 1,
        "raw": 0.25,
        "score": 0.25,
    }
    return Speed(**(figures | given))


def test_the_time_loses_what_it_is_not_paid() -> None:
    (loss,) = speed_losses(speed(), 0.8)
    assert loss.gain == pytest.approx(0.35 * 0.75)
    assert "10.0 s were taken, the pace is 5.0 s" in loss.change
    assert speed_losses(speed(raw=1.0), 0.8) == []
    assert speed_losses(speed(raw=None, seconds=None), 0.8) == []


def test_a_low_box_score_loses_the_time_altogether() -> None:
    (loss,) = speed_losses(speed(score=0.0), 0.2)
    assert loss.gain == pytest.approx(0.35 * 0.25)
    assert "above 0.2, and it is 0.20" in loss.change
