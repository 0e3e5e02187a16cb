"""Cheats with boxes on one painted, labelled frame, and what is said of them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import supervision as sv

from benchmarks.cheats import heading
from benchmarks.cheats_labelled import (
    SHOWN,
    Row,
    answers_to,
    found_in,
    honest_objects,
    labelled,
    measure,
    paid,
    read_image,
    table,
)
from tests.scorevision.answers import BALL, PEOPLE, SIZE, everybody, picture
from tests.scorevision.scoring.scorers import Eyes
from touchline.errors import InputError
from touchline.frame import ClassId
from touchline.scorevision.report import same_for_all
from touchline.verification import Label, View

CLASS_OF = {"football player": 2, "goalkeeper": 1, "referee": 3}
PAINTED = [
    (CLASS_OF[who], box) for who, boxes in PEOPLE.items() if who in CLASS_OF for box in boxes
]


class Finds:
    """A detector that knows where everybody is, crowd included, and is surest of the last."""

    def detect(self, images: list[np.ndarray]) -> list[sv.Detections]:
        boxes = [*PAINTED, (ClassId.PLAYER, PEOPLE["crowd"][0])]
        return [
            sv.Detections(
                xyxy=np.array([box for _, box in boxes], np.float32),
                class_id=np.array([role for role, _ in boxes]),
                confidence=np.linspace(0.5, 0.9, len(boxes), dtype=np.float32),
            )
            for _ in images
        ]


class Sees:
    """A verifier that takes the blue of the crowd for background and the rest for players."""

    def judge(self, views: Sequence[View]) -> npt.NDArray[np.float32]:
        rows = np.full((len(views), len(Label)), 0.002, np.float32)
        for row, view in zip(rows, views, strict=True):
            x, y = ((view.xyxy[:2] + view.xyxy[2:]) / 2).astype(int)
            blue, green, red = view.image[y, x].astype(int)
            if green > max(blue, red):
                row[Label.GRASS] = 0.99
            else:
                row[Label.BACKGROUND if blue > red + 50 else Label.PLAYER] = 0.99
        return rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two matches of one painted frame each; labels of the people and of a ball."""
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    lines = [line(role, box) for role, box in [*PAINTED, (0, BALL)]]
    for name in ("ours_1", "theirs_1"):
        cv2.imwrite(str(tmp_path / "images" / f"{name}.png"), picture())
        (tmp_path / "labels" / f"{name}.txt").write_text("\n".join(lines))
    return tmp_path


def line(role: int, box: tuple[int, int, int, int]) -> str:
    x1, y1, x2, y2 = np.array(box) / (*SIZE, *SIZE)
    return f"{role} {(x1 + x2) / 2} {(y1 + y2) / 2} {x2 - x1} {y2 - y1}"


def test_only_frames_of_the_matches_asked_for_are_read(folder: Path) -> None:
    assert labelled(folder, ["ours"]).name == ("ours_1.png",)


def test_a_match_without_a_frame_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(InputError, match="nobodys"):
        labelled(folder, ["ours", "nobodys"])


def test_a_file_that_is_no_image_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "none.png").write_text("no image")
    with pytest.raises(InputError, match=r"none\.png"):
        read_image(tmp_path / "none.png")


def test_the_honest_answer_drops_who_is_not_believed_in_and_puts_first_what_both_say() -> None:
    objects = honest_objects(picture(), Finds(), Sees())
    assert len(objects) == len(PAINTED)
    agreed = [each["class_id"] == each["detected_class_id"] for each in objects]
    assert agreed == sorted(agreed, reverse=True)
    sure = [each["confidence"] for each in objects if each["detected_class_id"] == ClassId.PLAYER]
    assert sure == sorted(sure, reverse=True)


def test_a_frame_is_paid_for_what_is_claimed_and_not_at_all_without_an_object() -> None:
    judge = same_for_all("eyes", Eyes(), sees_frames=False)
    right = paid(picture(), everybody(), judge)
    wrong = paid(picture(), [each | {"class_id": 3} for each in everybody()], judge)
    assert right is not None
    assert wrong is not None
    assert right > wrong
    assert paid(picture(), [], judge) is None


def test_a_cheat_leaves_the_honest_answer_as_it_was() -> None:
    judge = same_for_all("eyes", Eyes(), sees_frames=False)
    honest = everybody()
    answers = answers_to(picture(), honest, judge=judge, rng=np.random.default_rng(7))
    assert honest == everybody()
    assert list(answers) == ["honest", "random boxes", "boxes on blobs", "self-filtered"]


def test_answers_lie_in_the_frame_they_were_given_to(folder: Path) -> None:
    labels = labelled(folder, ["ours", "theirs"])
    found = found_in(labels, [[], everybody()])
    assert set(found.objects.frame.tolist()) == {1}
    assert len(found_in(labels, [[], []]).objects) == 0


def test_the_true_answer_is_true_and_random_boxes_are_not(folder: Path) -> None:
    labels = labelled(folder, ["ours"])
    rows = {row.name: row for row in measure(labels, detector=Finds(), verifier=Sees(), seed=7)}
    honest, random = rows["honest"], rows["random boxes"]
    assert (honest.precision, honest.recall, honest.boxes) == (1.0, 1.0, len(PAINTED))
    assert (honest.ball, honest.ball_precision) == (0.0, None)
    assert random.recall is not None
    assert random.recall < 0.5
    assert honest.box > random.box
    assert rows["self-filtered"].box >= honest.box


def test_the_first_line_says_that_the_frames_are_of_real_matches() -> None:
    first = heading(same_for_all("eyes", Eyes()), shown=SHOWN)
    assert "in place of the CLIP" in first
    assert "real matches" in first
    assert "synthetic" not in first


def test_a_figure_that_nothing_tells_is_a_dash_in_the_table() -> None:
    row = Row(
        name="nothing",
        boxes=0.0,
        mean=None,
        box=0.0,
        precision=None,
        recall=None,
        ball_precision=None,
        ball=None,
    )
    cells = [next(iter(column.cells)) for column in table([row]).columns]
    assert cells == ["nothing", "0.000", "-", "0.000", "-", "-", "-", "-"]
