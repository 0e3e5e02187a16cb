"""An answer's file to what it is paid, and the sentences beside it."""

import json
from pathlib import Path

import numpy as np
import pytest

from touchline.errors import InputError, UsageError
from touchline.turbovision import read_asked, read_element, read_miner_answer, score_answer
from touchline.turbovision.scoring import Asked, Element, Instance

IMAGE = np.zeros((540, 960, 3), np.uint8)
TRUTH = {0: [Instance((0, 0, 100, 100), "player")], 1: [Instance((9, 0, 109, 100), "player")]}
ASKED = Asked(truth=TRUTH, images={0: IMAGE, 1: IMAGE, 2: IMAGE}, size=(540, 960))
BOX = {"x1": 0, "y1": 0, "x2": 100, "y2": 100, "cls_id": 0, "conf": 0.9}
NOTHING = [[0, 0]] * 32
MANIFEST = """
window_id: w
elements:
  - id: manak0/Detect-people
    objects: [player, ball]
    metrics: {pillars: {map50: 0.6, false_positive: 0.4}}
    baseline_theta: 0.24
    delta_floor: 0.01
    service_rate_fps: 1
"""


def element(**pillars: float) -> Element:
    return Element(id="x/PlayerDetect", objects=("player",), pillars=pillars, theta=0.2)


def written(folder: Path, content: object) -> Path:
    path = folder / "answer.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def scored(folder: Path, frames: list[dict[str, object]], rules: Element):
    answer = read_miner_answer(written(folder, {"frames": frames}))
    return score_answer(answer, ASKED, element=rules)


def test_what_an_empty_answer_is_paid_stands_beside_the_pay(tmp_path: Path) -> None:
    frames = [{"frame_id": n, "boxes": [BOX], "keypoints": NOTHING} for n in range(3)]
    score = scored(tmp_path, frames, element(map50=0.6, false_positive=0.4))
    assert score.payment.score == pytest.approx(0.8)
    assert score.empty.score == pytest.approx(0.2)
    assert score.as_dict()["above_empty"] == pytest.approx(0.6)
    assert any("without a box" in remark for remark in score.remarks)


@pytest.mark.parametrize(
    ("frames", "pillars", "words"),
    [
        ([{"frame_id": n, "boxes": [BOX]} for n in (0, 0, 1)], {"count": 1}, "answered twice"),
        ([{"frame_id": n, "boxes": [BOX]} for n in (0, 1, 7)], {"count": 1}, "nobody asked for"),
        ([{"frame_id": n, "boxes": [BOX]} for n in range(3)], {"count": 1}, "counts nowhere"),
        ([{"frame_id": n, "boxes": [{}]} for n in range(3)], {"count": 1}, "3 of 3 boxes"),
        ([{"frame_id": n, "boxes": [BOX]} for n in range(3)], {"smoothness": 1}, "never moves"),
        ([{"frame_id": n, "boxes": [BOX]} for n in range(3)], {"palette": 1}, "no teams"),
        (
            [{"frame_id": n, "boxes": [BOX, {**BOX, "x1": 990, "x2": 999}]} for n in range(3)],
            {"smoothness": 1},
            "3 boxes lie outside",
        ),
        (
            [{"frame_id": n, "boxes": [], "keypoints": NOTHING} for n in range(3)],
            {"keypoints_iou": 1},
            "3 frames score 0: 0 points",
        ),
    ],
)
def test_an_honest_reader_is_told(
    tmp_path: Path, frames: list[dict[str, object]], pillars: dict[str, float], words: str
) -> None:
    assert words in " ".join(scored(tmp_path, frames, element(**pillars)).remarks)


def test_frames_left_out_are_said_with_the_mean_over_all(tmp_path: Path) -> None:
    frames = [{"frame_id": 0, "keypoints": NOTHING}]
    answer = read_miner_answer(written(tmp_path, {"frames": frames}))
    one = Asked(truth={}, images={0: IMAGE}, size=(540, 960))
    rules = Element(id="PitchCalib", pillars={"iou": 1})
    assert not any("mean over those" in s for s in score_answer(answer, one, element=rules).remarks)
    score = scored(tmp_path, [*frames] * 2, rules)
    assert score.payment.shut is not None  # three are needed
    assert score.remarks == ()


def test_a_chute_that_failed_is_paid_nothing(tmp_path: Path) -> None:
    answer = read_miner_answer(written(tmp_path, {"success": False, "predictions": None}))
    score = score_answer(answer, ASKED, element=element(map50=1))
    assert (score.payment.score, score.payment.shut) == (0, "the call failed")


def test_an_element_is_read_from_the_manifest(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(MANIFEST)
    found = read_element(path, "manak0/Detect-people")
    assert (found.objects, found.theta, found.fps) == (("player", "ball"), 0.24, 1)
    assert found.pillars == {"map50": 0.6, "false_positive": 0.4}
    with pytest.raises(UsageError, match="it has manak0/Detect-people"):
        read_element(path, "other")
    path.write_text(MANIFEST.replace("map50", "beauty"))
    with pytest.raises(UsageError, match="'beauty' has no metric"):
        read_element(path, "manak0/Detect-people")


@pytest.mark.parametrize("text", ["a: [", "- 1", "elements: 3", "elements: [3]", "\x00"])
def test_what_is_no_manifest_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"manifest\.yaml") as refused:
        read_element(path, "x")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "content", ["[1", [], {"frames": 1}, {"frames": [1]}, {"success": 1, "predictions": None}, {}]
)
def test_what_is_no_answer_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(InputError, match=r"answer\.json"):
        read_miner_answer(written(tmp_path, content))


def test_boxes_need_a_truth_that_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="annotations is missing"):
        read_asked(tmp_path, None, element=element(map50=1))
    empty = written(tmp_path, {"annotations": []})
    with pytest.raises(InputError, match="no annotation"):
        read_asked(tmp_path, empty, element=element(map50=1))
