"""A painted clip scored whole: what counts, what it lost by, and what is said of it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from tests.scorevision.answers import PEOPLE, answer, everybody, somebody, write_answer, write_clip
from tests.scorevision.scoring.scorers import Eyes
from touchline.errors import InputError, ModelError
from touchline.scorevision.report import (
    ClipScore,
    Judge,
    load_judge,
    report,
    same_for_all,
    write_pictures,
)
from touchline.scorevision.response import Response, read_response
from touchline.scorevision.score import Terms, score_clip
from touchline.synthetic import write_match

FRAMES, STAND = 80, 3
"""The last frames of the clip show no pitch."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shows = [index < FRAMES - STAND for index in range(FRAMES)]
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", shows)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("short") / "short.mp4", [True] * 4)


def judge(name: str = "student", *, sees_frames: bool = False) -> Judge:
    return same_for_all(name, Eyes(), sees_frames=sees_frames)


def respond(folder: Path, content: dict[str, Any]) -> Response:
    return read_response(write_answer(folder / "predictions.json", content))


def printed(score: ClipScore) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(report(score))
    return capture.get()


def names(score: ClipScore) -> list[str]:
    return [loss.name for loss in score.losses]


def test_a_good_answer_scores_well_on_every_part(tmp_path: Path, clip: Path) -> None:
    score = score_clip(respond(tmp_path, answer(FRAMES)), clip, judge=judge())
    assert score.validated == score.drawn == tuple(range(FRAMES - STAND))
    assert not score.skipped
    # Three labels: 1.75 + 1 + 1, over one more than there are labels.
    assert score.box == pytest.approx(3.75 / 4, abs=0.01)
    assert score.speed.score == 1.0
    assert score.quality is not None
    assert score.keypoints is not None
    assert score.final == pytest.approx(0.65 * score.quality + 0.35)
    assert score.keypoints.avg_inlier_ratio == 1.0
    assert not any(loss.part == "boxes" for loss in score.losses)


def test_each_object_says_what_was_claimed_seen_weighed_and_earned(
    tmp_path: Path, short: Path
) -> None:
    wrong = [*everybody(), somebody("referee", PEOPLE["crowd"][0], 9)]
    score = score_clip(respond(tmp_path, answer(4, lambda n: wrong)), short, judge=judge())
    boxes = score.frames[0].boxes
    assert boxes is not None
    last = boxes.boxes[-1]
    assert (last.claimed, last.seen, last.weight, last.points) == ("referee", "crowd", 1.0, -1.0)
    assert last.cost > 0
    assert [box.weight for box in boxes.boxes[:3]] == [1.0, 0.5, 0.25]


def test_what_costs_most_comes_first_and_putting_it_right_gains_what_was_said(
    tmp_path: Path, short: Path
) -> None:
    wrong = [*everybody(), somebody("referee", PEOPLE["crowd"][0], 9)]
    before = score_clip(respond(tmp_path, answer(4, lambda n: wrong)), short, judge=judge())
    after = score_clip(respond(tmp_path, answer(4)), short, judge=judge())
    loss = next(each for each in before.losses if each.name == "referee claimed, crowd seen")
    assert [each.gain for each in before.losses] == sorted(
        (each.gain for each in before.losses), reverse=True
    )
    assert before.box is not None
    assert after.box is not None
    # Scores of clips are rounded to two decimals, gains are not.
    assert loss.gain == pytest.approx(0.325 * (after.box - before.box), abs=0.004)
    assert loss.frames == (0, 1, 2, 3)
    assert "4 of these boxes in 4 of 4 frames" in loss.change


def test_fewer_than_75_frames_are_skipped_and_scored_all_the_same(
    tmp_path: Path, short: Path
) -> None:
    score = score_clip(respond(tmp_path, answer(4)), short, judge=judge())
    assert score.skipped
    assert score.final is not None
    assert any("would skip this challenge: 4 frames" in said for said in score.notices())


def test_a_clip_without_a_pitch_has_no_score_and_no_crash(tmp_path: Path) -> None:
    stand = write_clip(tmp_path / "stand.mp4", [False] * 3)
    score = score_clip(respond(tmp_path, answer(3)), stand, judge=judge())
    assert (score.box, score.keypoints, score.quality, score.final) == (None, None, None, None)
    assert "not known" in printed(score)
    assert json.loads(json.dumps(score.as_dict()))["estimate"]["final"] is None


def test_with_a_stand_in_the_first_line_says_so_and_nothing_is_a_validators_score(
    tmp_path: Path, short: Path
) -> None:
    score = score_clip(respond(tmp_path, answer(4)), short, judge=judge())
    assert printed(score).startswith(
        "This is not a validator's score: crops were judged by student"
    )
    found = json.loads(json.dumps(score.as_dict(), allow_nan=False))
    assert found["scorer"] == "student"
    assert "estimate" in found
    assert "validator_score" not in found
    assert found["frames"][0]["boxes"]["boxes"][0]["claimed"] == "football player"


def test_with_the_validators_clip_it_is_one(tmp_path: Path, short: Path) -> None:
    score = score_clip(respond(tmp_path, answer(4)), short, judge=judge("clip"))
    assert "not a validator's score" not in printed(score)
    assert json.loads(json.dumps(score.as_dict()))["validator_score"]["box"] == score.box


def test_a_clip_that_sees_frames_decides_which_count(tmp_path: Path, short: Path) -> None:
    def close_ups(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        return np.tile([0.0, 5.0], (len(images), 1))

    frames = same_for_all("clip", close_ups)
    score = score_clip(respond(tmp_path, answer(4)), short, judge=frames)
    assert score.validated == ()
    assert [each.pitch for each in score.frames] == [0.0] * 4


def test_a_scorer_that_fails_is_an_error_and_never_a_score(tmp_path: Path, short: Path) -> None:
    def broken(images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        raise ValueError("out of memory")

    with pytest.raises(ModelError, match="scorer clip failed on 5 images: out of memory"):
        score_clip(
            respond(tmp_path, answer(4)),
            short,
            judge=same_for_all("clip", broken, sees_frames=False),
        )


def test_a_frame_that_a_validator_breaks_over_is_left_out_and_says_why(
    tmp_path: Path, short: Path
) -> None:
    def objects(number: int) -> list[dict[str, Any]]:
        across = [somebody("referee", (-5, 300, 40, 380), 9)] if number == 1 else []
        return everybody() + across

    score = score_clip(respond(tmp_path, answer(4, objects)), short, judge=judge())
    assert [each.boxes is None for each in score.frames] == [False, True, False, False]
    assert "frame 1, object 5" in str(score.frames[1].failed)
    assert "shows no pixel" in str(score.frames[1].failed)


def test_frames_without_objects_cost_beyond_three_in_ten(tmp_path: Path, short: Path) -> None:
    def objects(number: int) -> list[dict[str, Any]]:
        return everybody() if number < 2 else []

    score = score_clip(respond(tmp_path, answer(4, objects)), short, judge=judge())
    assert score.box == pytest.approx(3.75 / 4 * 0.5 / 0.7, abs=0.01)
    assert "frames without objects" in names(score)


def test_the_others_set_the_pace(tmp_path: Path, short: Path) -> None:
    response = respond(tmp_path, answer(4))
    score = score_clip(response, short, judge=judge(), terms=Terms(elapsed=10.0, others=(5.0, 9.0)))
    assert score.speed.fastest == 5.0
    assert score.speed.score == pytest.approx(np.exp(-5 * 5 / 10))
    assert names(score)[0] == "time of the answer"


def test_no_time_is_paid_at_a_low_box_score(tmp_path: Path, short: Path) -> None:
    crowd = [somebody("referee", PEOPLE["crowd"][0], 1)]
    score = score_clip(respond(tmp_path, answer(4, lambda n: crowd)), short, judge=judge())
    assert (score.box, score.speed.raw, score.speed.score) == (0.0, 1.0, 0.0)
    assert "a box score too low for speed" in names(score)


def test_without_any_time_there_is_no_final_score(tmp_path: Path, short: Path) -> None:
    content = answer(4)
    del content["processing_time"]
    score = score_clip(respond(tmp_path, content), short, judge=judge())
    assert score.final is None
    assert score.quality is not None
    assert any("The time is not known" in said for said in score.notices())


@pytest.mark.slow
def test_another_seed_draws_other_frames(tmp_path: Path) -> None:
    long = write_clip(tmp_path / "long.mp4", [True] * 104, every=2)
    response = respond(tmp_path, answer(104, lambda number: []))
    drawn = [
        score_clip(response, long, judge=judge(), terms=Terms(seed=s)).drawn for s in (1, 1, 2)
    ]
    assert len(drawn[0]) == 100
    assert drawn[0] == drawn[1] != drawn[2]


def test_an_answer_to_a_longer_or_a_shorter_video_is_refused(tmp_path: Path, short: Path) -> None:
    with pytest.raises(InputError, match="frame 3 is missing"):
        score_clip(respond(tmp_path, answer(3)), short, judge=judge())
    with pytest.raises(InputError, match="frame 4 is not in"):
        score_clip(respond(tmp_path, answer(9)), short, judge=judge())


def test_the_worst_frames_are_drawn(tmp_path: Path, short: Path) -> None:
    def objects(number: int) -> list[dict[str, Any]]:
        return [*everybody(), somebody("referee", PEOPLE["crowd"][0], 9)][: 6 if number == 2 else 5]

    response = respond(tmp_path, answer(4, objects))
    score = score_clip(response, short, judge=judge())
    written = write_pictures(score, response, tmp_path / "worst", worst=1)
    assert [path.name for path in written] == ["frame_000002.png"]
    assert sorted(tmp_path.glob("worst/*")) == written


@pytest.mark.slow
def test_the_truth_of_a_rendered_clip_scores_high_and_chance_does_not(tmp_path: Path) -> None:
    truths = write_match(tmp_path, seconds=0.4, close_up=None)
    rng = np.random.default_rng(5)

    def true(number: int) -> list[dict[str, Any]]:
        objects = truths[number].objects
        assert objects.class_id is not None
        assert objects.tracker_id is not None
        rows = zip(objects.tracker_id, objects.xyxy.tolist(), objects.class_id, strict=True)
        return [{"id": int(i), "bbox": box, "class_id": int(c)} for i, box, c in rows]

    def chance(number: int) -> list[dict[str, Any]]:
        corners = rng.uniform((0, 160), (1200, 600), (20, 2)).tolist()
        boxes = [[x, y, x + 30, y + 70] for x, y in corners]
        return [{"id": i, "bbox": box, "class_id": 2} for i, box in enumerate(boxes)]

    judge = load_judge("student")
    video = tmp_path / "match.mp4"
    good = score_clip(respond(tmp_path, answer(10, true)), video, judge=judge)
    bad = score_clip(respond(tmp_path, answer(10, chance)), video, judge=judge)
    assert good.box is not None
    assert bad.box is not None
    assert good.box > 0.8
    assert bad.box < 0.2


def test_points_are_held_against_the_lines_that_are_painted(tmp_path: Path, short: Path) -> None:
    content = answer(4)
    corners = {0: (400, 202), 5: (400, 672), 24: (900, 202), 29: (900, 672)}
    for frame in content["frames"]:
        frame["keypoints"] = [list(corners.get(i, (0, 0))) for i in range(32)]
    score = score_clip(respond(tmp_path, content), short, judge=judge())
    assert score.keypoints is not None
    assert score.keypoints.mean_on_line > 0.95
