"""Two answers to one clip: where they differ, what each scores, and both drawn."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.scorevision.answers import (
    BALL,
    SIZE,
    answer,
    everybody,
    keypoints,
    somebody,
    write_answer,
)
from tests.scorevision.answers import write_clip as painted
from tests.scorevision.scoring.scorers import Eyes
from touchline.errors import InputError
from touchline.scorevision import (
    Response,
    compare_responses,
    comparison_report,
    read_response,
    score_clip,
)
from touchline.scorevision.compare import frame_difference
from touchline.scorevision.report import same_for_all, write_pictures, write_side_by_side
from touchline.video import VideoReader


def frame(objects: list[dict[str, Any]], points: list[list[float]] | None = None) -> dict[str, Any]:
    return {"objects": objects, "keypoints": keypoints() if points is None else points}


def test_the_same_frame_differs_in_nothing() -> None:
    found = frame_difference(frame(everybody()), frame(everybody()), frame=0)
    assert found.size == 0
    assert found.iou == pytest.approx(1.0)
    assert found.displacement == 0.0


def test_objects_of_one_answer_only_are_named_by_their_place() -> None:
    here, there = everybody()[:4], everybody()[1:]
    found = frame_difference(frame(here), frame(there), frame=0)
    assert (found.only_first, found.only_second) == ((0,), (3,))


def test_another_role_is_a_change_of_class_and_not_another_object() -> None:
    changed = everybody()
    changed[1]["class_id"] = 3
    found = frame_difference(frame(everybody()), frame(changed[::-1]), frame=0)
    assert found.reclassed == ((1, 2, 3),)
    assert not found.only_first


def test_a_football_is_never_a_person_and_may_be_moved_further() -> None:
    x1, y1, x2, y2 = BALL
    moved = (x1 + 5, y1 + 3, x2 + 5, y2 + 3)
    ball, other = somebody("football", BALL, 1), somebody("football", moved, 1)
    assert not frame_difference(frame([ball]), frame([other]), frame=0).only_first
    person = somebody("referee", BALL, 1)
    assert frame_difference(frame([ball]), frame([person]), frame=0).only_first == (0,)
    man = somebody("referee", moved, 1)
    assert frame_difference(frame([person]), frame([man]), frame=0).only_first == (0,)


def test_points_are_compared_where_both_have_them() -> None:
    one, other = keypoints(), keypoints()
    one[3], other[5] = [0.0, 0.0], [0.0, 0.0]
    other[7] = [other[7][0] + 30, other[7][1] + 40]
    found = frame_difference(frame([], one), frame([], other), frame=0)
    assert (found.points_only_first, found.points_only_second) == ((5,), (3,))
    assert found.displacement == pytest.approx(50 / 30)


@given(st.lists(st.tuples(*[st.integers(0, 600)] * 4, st.integers(0, 3)), max_size=8))
def test_a_comparison_the_other_way_round_is_the_mirror_image(
    boxes: list[tuple[int, ...]],
) -> None:
    listed = [
        {"id": i, "bbox": [x, y, x + w, y + h], "class_id": c}
        for i, (x, y, w, h, c) in enumerate(boxes)
    ]
    one, other = frame(listed[::2]), frame(listed[1::2])
    there, back = frame_difference(one, other, frame=0), frame_difference(other, one, frame=0)
    assert len(there.only_first) == len(back.only_second)
    assert len(there.reclassed) == len(back.reclassed)
    assert there.iou == (back.iou if back.iou is None else pytest.approx(back.iou))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return painted(tmp_path_factory.mktemp("clip") / "clip.mp4", [True] * 4)


def responses(folder: Path) -> tuple[Response, Response]:
    worse = answer(4, lambda number: everybody()[: 5 - number])
    first = read_response(write_answer(folder / "first.json", worse))
    return first, read_response(write_answer(folder / "second.json", answer(4)))


def test_both_scores_and_every_frame_are_told(tmp_path: Path, clip: Path) -> None:
    judge = same_for_all("student", Eyes(), sees_frames=False)
    found = compare_responses(*responses(tmp_path), clip, judge=judge)
    assert [len(each.only_second) for each in found.frames] == [0, 1, 2, 3]
    gains = [each.box_gain for each in found.frames]
    assert gains[0] == 0
    assert gains[3] is not None
    assert gains[3] > 0
    assert found.totals()["only_second"] == 6
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert plain["second"]["estimate"]["box"] > plain["first"]["estimate"]["box"]
    console = Console(width=200)
    with console.capture() as capture:
        console.print(comparison_report(found))
    assert capture.get().startswith("This is not a validator's score")
    assert "first.json" in capture.get()


def test_answers_of_different_length_are_not_of_one_clip(tmp_path: Path, clip: Path) -> None:
    first, _ = responses(tmp_path)
    longer = read_response(write_answer(tmp_path / "longer.json", answer(5)))
    with pytest.raises(InputError, match=r"longer\.json: 5 frames are answered, and in .*first"):
        compare_responses(
            first, longer, clip, judge=same_for_all("student", Eyes(), sees_frames=False)
        )


def test_both_are_drawn_beside_each_other(tmp_path: Path, clip: Path) -> None:
    first, second = responses(tmp_path)
    write_side_by_side(tmp_path / "both.mp4", first, second, clip)
    with VideoReader(tmp_path / "both.mp4") as reader:
        pictures = [each.image.astype(int) for each in reader]
    assert len(pictures) == 4
    assert pictures[0].shape == (SIZE[1], 2 * SIZE[0], 3)
    left, right = pictures[3][:, : SIZE[0]], pictures[3][:, SIZE[0] :]
    x1, y1, x2, y2 = everybody()[4]["bbox"]
    there = abs(left - right)[y1 - 4 : y2 + 4, x1 - 4 : x2 + 4]
    assert there.max() > 60


def test_answers_with_strange_ids_and_far_points_are_drawn(tmp_path: Path, clip: Path) -> None:
    def strange(number: int) -> list[dict[str, Any]]:
        far = {**somebody("football player", (1200, 200, 9e8, 9e8), 10**30), "confidence": "high"}
        return [*everybody(), far, {**everybody()[0], "id": "left back"}]

    content = answer(4, strange)
    content["frames"][1]["keypoints"][4] = [-8e8, 9e8]
    response = read_response(write_answer(tmp_path / "strange.json", content))
    write_side_by_side(tmp_path / "both.mp4", response, response, clip)
    score = score_clip(response, clip, judge=same_for_all("student", Eyes(), sees_frames=False))
    assert len(write_pictures(score, response, tmp_path / "worst", worst=4)) == 4
