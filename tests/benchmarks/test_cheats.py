"""Cheats made from an honest answer to a few synthetic frames, and what is said of them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cheat_answers import (
    APART,
    EVERY,
    RANDOM_BOXES,
    SIZE,
    Answer,
    boxes_on_blobs,
    every_sixth,
    random_boxes,
    self_filtered,
    template_keypoints,
)
from benchmarks.cheats import Row, heading, measure, table
from tests.scorevision.answers import answer, everybody, somebody, write_clip
from tests.scorevision.scoring.scorers import Eyes
from touchline.frame import N_KEYPOINTS, ClassId
from touchline.geometry import pairwise_iou
from touchline.scorevision.report import Judge, load_judge, same_for_all
from touchline.scorevision.scoring import keypoint_score
from touchline.scorevision.scoring.boxes import TOP_BAND
from touchline.synthetic import Truth, write_match

FRAMES = 7


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two frames of a painted pitch, then one without."""
    return write_clip(tmp_path_factory.mktemp("painted") / "clip.mp4", [True, True, False])


@pytest.fixture(scope="module")
def match(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Truth]]:
    """A folder with a match and an honest answer: the truth, with every box there."""
    folder = tmp_path_factory.mktemp("match")
    truths = write_match(folder, seconds=FRAMES / 25, close_up=None)
    (folder / "predictions.json").write_text(json.dumps(true_answer(truths)))
    return folder, truths


def true_answer(truths: list[Truth]) -> Answer:
    frames = []
    for number, truth in enumerate(truths):
        rows = zip(
            truth.objects.tracker_id.tolist(),
            truth.objects.class_id.tolist(),
            truth.objects.xyxy.round(2).tolist(),
            strict=True,
        )
        objects = [
            {"id": who, "bbox": box, "class_id": role, "confidence": 1.0} for who, role, box in rows
        ]
        keypoints = truth.keypoints.xy[0].round(2).tolist()
        frames.append({"frame_number": number, "objects": objects, "keypoints": keypoints})
    return {"challenge_id": "true", "frames": frames, "processing_time": 1.0}


def eyes() -> Judge:
    return same_for_all("eyes", Eyes(), sees_frames=False)


def boxes(answer: Answer, frame: int) -> np.ndarray:
    return np.array([each["bbox"] for each in answer["frames"][frame]["objects"]]).reshape(-1, 4)


def test_random_boxes_stand_on_grass_inside_the_picture_and_none_where_there_is_no_grass(
    painted: Path,
) -> None:
    cheat = random_boxes(answer(3), painted, seed=7)
    first, second, stand = (boxes(cheat, frame) for frame in range(3))
    assert len(first) == len(second) == RANDOM_BOXES
    assert not len(stand)
    assert (first[:, 1] > TOP_BAND).all()
    assert (first >= 0).all()
    assert (first <= [*SIZE, *SIZE]).all()
    assert not np.array_equal(first, second)


def test_random_boxes_are_the_same_for_the_same_seed_only(painted: Path) -> None:
    honest = answer(3)
    assert random_boxes(honest, painted, seed=7) == random_boxes(honest, painted, seed=7)
    assert random_boxes(honest, painted, seed=7) != random_boxes(honest, painted, seed=8)


@given(st.integers(1, 20))
def test_of_every_sixth_frame_all_is_kept_and_of_the_others_nothing(count: int) -> None:
    honest = answer(count)
    for number, frame in enumerate(every_sixth(honest)["frames"]):
        if number % EVERY == 0:
            assert frame == honest["frames"][number]
        else:
            assert frame["frame_number"] == number
            assert frame["objects"] == []
            assert frame["keypoints"] == [[0.0, 0.0]] * N_KEYPOINTS


def test_template_keypoints_all_count_and_fit_the_validators_pitch_exactly() -> None:
    cheat = template_keypoints(answer(3))
    frames = {str(frame["frame_number"]): frame for frame in cheat["frames"]}
    score = keypoint_score(
        frames,
        width=SIZE[0],
        height=SIZE[1],
        frames_to_validate=[0, 1, 2],
        pitch_lines={key: [] for key in frames},
    )
    assert score.avg_inlier_ratio == 1.0
    assert score.avg_reprojection_error < 0.1
    assert cheat["frames"][0]["objects"] == everybody()


def test_a_self_filtered_answer_claims_what_is_seen_and_nothing_else(painted: Path) -> None:
    wrong = [
        somebody("referee", (200, 300, 240, 380), 1),
        somebody("football player", (1100, 300, 1140, 380), 2),
        somebody("football player", (200, 540, 240, 620), 3),
        somebody("goalkeeper", (900, 300, 940, 380), 4),
    ]
    cheat = self_filtered(answer(3, lambda frame: wrong), painted, judge=eyes())
    claims = [(each["id"], each["class_id"]) for each in cheat["frames"][0]["objects"]]
    # A player was called a referee; crowd and grass were called players.
    assert claims == [(1, ClassId.PLAYER), (4, ClassId.GOALKEEPER)]


def test_a_cheat_leaves_the_honest_answer_as_it_was(painted: Path) -> None:
    honest = answer(3)
    self_filtered(honest, painted, judge=eyes())
    random_boxes(honest, painted, seed=1)
    template_keypoints(honest)
    every_sixth(honest)
    assert honest == answer(3)


def test_boxes_on_blobs_lie_apart_and_show_people_to_their_judge(
    match: tuple[Path, list[Truth]],
) -> None:
    folder, truths = match
    honest = true_answer(truths)
    cheat = boxes_on_blobs(honest, folder / "match.mp4", judge=load_judge("student"))
    found = boxes(cheat, 0)
    assert len(found) > 2
    overlap = pairwise_iou(found, found)[~np.eye(len(found), dtype=bool)]
    assert overlap.max() <= APART
    assert (pairwise_iou(found, boxes(honest, 0)).max(axis=1) > 0.1).mean() > 0.5
    assert {each["class_id"] for each in cheat["frames"][0]["objects"]} <= {1, 2, 3}
    assert cheat["frames"][0]["keypoints"] == honest["frames"][0]["keypoints"]


@pytest.mark.slow
def test_the_true_answer_is_true_and_the_cheats_are_not(match: tuple[Path, list[Truth]]) -> None:
    folder, truths = match
    rows = {row.name: row for row in measure(folder, truths, judge=load_judge("student"), seed=7)}
    honest = rows["honest"]
    assert (honest.precision, honest.recall, honest.hota, honest.ball) == (1.0, 1.0, 1.0, 1.0)
    assert honest.pck == 1.0
    assert rows["random boxes"].precision is not None
    assert rows["random boxes"].precision < 0.2
    assert rows["random boxes"].pck == 1.0
    assert rows["every 6th frame"].recall == pytest.approx(2 / FRAMES, abs=0.03)
    assert rows["template keypoints"].pck is not None
    assert rows["template keypoints"].pck < 0.1
    assert rows["template keypoints"].hota == 1.0
    assert rows["boxes on blobs"].hota is not None
    assert rows["boxes on blobs"].hota < 0.5
    assert rows["self-filtered"].box is not None
    assert honest.box is not None
    assert rows["self-filtered"].box >= honest.box


def test_the_first_line_says_who_judged_and_what_that_makes_of_the_score() -> None:
    assert "Judged by eyes in place of the CLIP" in heading(eyes())
    assert "not a validator's" in heading(eyes())
    assert "in place of" not in heading(same_for_all("clip", Eyes()))


def test_a_figure_that_nothing_tells_is_a_dash_in_the_table() -> None:
    names = [name for name in Row.__dataclass_fields__ if name not in ("name", "validated")]
    row = Row(name="nothing", validated=0, **dict.fromkeys(names))
    assert [list(column.cells) for column in table([row]).columns[2:]] == [["-"]] * len(names)
