"""The keypoint score of a clip as a whole.

Quirks of the validator tested here, each by a test that fails without it: the weights of the parts;
run consistency multiplies all; a frame that is selected and missing costs consistency and
``scale_valid`` and is in no mean; frames without a homography are in no mean; the mean scale is
capped at 1 where single frames reach 1.5; ``scale_valid`` is full from 40 %; everything is 0
without a homography; frames that were not selected count; coordinates are rounded to 2 decimals
first; fewer than 32 points are the first vertices.

The other parts: ``test_keypoints_fit`` (points, homography, lines, boxes),
``test_keypoints_motion`` (cuts, plausibility, players), ``test_keypoints_consistency`` (stability,
runs).
"""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from tests.scorevision.scoring import made
from tests.scorevision.scoring.answers import HEIGHT, WIDTH, frame, person, seen
from tests.shared import SHARED, beside
from touchline.errors import UsageError
from touchline.scorevision.scoring.frame_fit import DroppedPoint
from touchline.scorevision.scoring.keypoint_parts import KeypointScore
from touchline.scorevision.scoring.keypoints import keypoint_score

VECTORS = SHARED / "vectors" / "keypoint_scoring.json"
NAMES = [
    *("clean", "noisy", "very_noisy", "scene_cut", "teleporting_players"),
    *("no_keypoints", "some_frames_short", "full_hd"),
]
LINES = [(300, 200, 900, 200), (400, 250, 380, 600)]


def score(
    frames: dict[str, dict[str, Any]], *, selected: list[int] | None = None, **changed: Any
) -> KeypointScore:
    given: dict[str, Any] = {
        "width": WIDTH,
        "height": HEIGHT,
        "frames_to_validate": [int(name) for name in frames] if selected is None else selected,
        "pitch_lines": dict.fromkeys(frames, LINES),
    }
    return keypoint_score(frames, **(given | changed))


def clip(count: int = 4) -> dict[str, dict[str, Any]]:
    """Frames with all points, each shifted a little, and two players who walk."""
    return {
        str(n): frame(seen(shift=0.7 * n), person(300 + 5 * n), person(900 - n, id=2))
        for n in range(count)
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["made", *beside("recorded")])
def test_answers_score_as_the_validator_scored_them(kind: str, name: str) -> None:
    if kind == "made":
        case = {"input": made.keypoint_case(name), "expected": made.scores("keypoints")[name]}
    else:
        case = json.loads(VECTORS.read_text())[name]
    found = asdict(keypoint_score(**case["input"]))
    for field, expected in case["expected"].items():
        wanted = (
            expected if isinstance(expected, list | None) else pytest.approx(expected, abs=1e-6)
        )
        assert found[field] == wanted, field


def test_the_final_score_weighs_the_parts_and_multiplies_consistency_and_scale() -> None:
    found = score(clip())
    parts = (
        0.25 * found.avg_keypoint_score
        + 0.4 * 100 * found.mean_on_line
        + 0.2 * 100 * found.mean_inside
        + 0.05 * 100 * found.avg_keypoint_stability
        + 0.1 * (100 * found.avg_player_plausibility + found.player_score) / 2
    )
    factor = found.scene_consistency * (found.mean_scale + found.scale_valid) / 2
    assert 0 < found.scene_consistency < 1
    assert found.final_score == pytest.approx(parts * factor)
    assert found.reported_score == pytest.approx(found.final_score / 100)


def test_a_frame_without_homography_is_in_no_mean() -> None:
    frames = clip()
    without = frames | {"4": frame(seen(vertices=(14, 15)), person(320), person(896, id=2))}
    found, less = score(without), score(frames)
    assert found.valid_frames == less.valid_frames == 4
    assert found.frames[4].fit is None
    for name in ("avg_inlier_ratio", "avg_keypoint_score", "mean_on_line", "mean_inside"):
        assert getattr(found, name) == getattr(less, name)


def test_two_frames_of_five_with_a_homography_are_enough() -> None:
    empty = {str(n): frame(np.zeros((32, 2))) for n in range(2, 6)}
    two = {str(n): frame() for n in range(2)}
    assert score(two | {name: empty[name] for name in "234"}).scale_valid == 1.0
    assert score(two | empty).scale_valid == pytest.approx(2 / 6 / 0.4)


def test_without_a_homography_everything_is_0_but_not_the_consistency() -> None:
    found = score({str(n): frame(np.zeros((32, 2)), person(300)) for n in range(3)})
    assert (found.valid_frames, found.avg_reprojection_error) == (0, None)
    assert found.mean_on_line == found.mean_inside == found.mean_scale == found.scale_valid == 0
    assert found.avg_keypoint_stability == found.avg_player_plausibility == 0
    assert (found.final_score, found.scene_consistency) == (0.0, 1.0)


def test_the_mean_scale_is_capped_at_1_though_a_frame_reaches_one_and_a_half() -> None:
    near = [person(600), person(620, id=2)]
    far = [person(20), person(1260, id=2)]
    wide = score({"0": frame(seen(), *near)})
    assert wide.frames[0].fit is not None
    assert (wide.frames[0].fit.scale, wide.mean_scale) == (1.5, 1.0)
    mixed = score({"0": frame(seen(), *near), "1": frame(seen(), *far)})
    scales = [row.fit.scale for row in mixed.frames if row.fit is not None]
    assert scales[1] < 0.5
    assert mixed.mean_scale == pytest.approx(sum(scales) / 2)


def test_a_selected_frame_that_is_missing_costs_and_is_no_error() -> None:
    frames = clip(5)
    del frames["2"]
    found = score(frames, selected=[0, 1, 2, 3, 4])
    steady = [row.consistency for row in found.frames]
    assert steady[2] == 0.0
    # 0, 1 and 4 count, 2 and 3 do not.
    wanted = (1 + (steady[1] or 0) + (steady[3] or 0)) / 5
    assert found.scene_consistency == pytest.approx(wanted)


def test_missing_frames_count_where_homographies_are_counted() -> None:
    assert score(clip(1), selected=list(range(10))).scale_valid == pytest.approx(0.25)


def test_frames_that_were_not_selected_count_in_the_means_alone() -> None:
    found = score(clip(), selected=[0, 1])
    assert found.valid_frames == 4
    assert [row.consistency is None for row in found.frames] == [False, False, True, True]
    assert found.scene_consistency == score(clip(2)).scene_consistency


def test_an_answer_without_frames_scores_0() -> None:
    assert score({}, selected=[0, 1]).final_score == 0.0


def test_coordinates_are_rounded_to_two_decimals_first() -> None:
    exact, off = seen(), seen()
    off[off > 0] += 0.004
    assert score({"0": frame(off)}) == score({"0": frame(exact)})


def test_a_short_list_holds_the_first_vertices() -> None:
    short = score({"0": frame(seen()[:20])})
    padded = score({"0": frame(np.where(np.arange(32)[:, None] < 20, seen(), 0.0))})
    assert short.frames[0] == padded.frames[0]


def test_a_frame_says_which_points_were_dropped_and_why() -> None:
    points = seen(vertices=(13, 14, 15, 16, 30, 31))
    points[0], points[31] = (WIDTH, 100), points[30] + (3, 4)
    row = score({"0": frame(points)}).frames[0]
    assert row.dropped == ((0, DroppedPoint.OUTSIDE), (31, DroppedPoint.CROWDED))
    assert row.points == np.count_nonzero(points.any(axis=1)) - 2


def test_a_frame_says_which_points_do_not_fit() -> None:
    points = seen()
    there = np.flatnonzero(points.any(axis=1))
    points[there[3]] += (0, 60)
    fit = score({"0": frame(points)}).frames[0].fit
    assert fit is not None
    assert int(there[3]) in fit.outliers


def test_points_outside_the_image_count_in_the_stability_of_a_clip() -> None:
    frames = {str(n): frame(seen()) for n in range(2)}
    steady = score(frames).avg_keypoint_stability
    for n, x in enumerate((WIDTH + 300.0, WIDTH + 900.0)):
        frames[str(n)]["keypoints"][5] = [x, 300.0]
    assert (steady, score(frames).avg_keypoint_stability < 0.9) == (1.0, True)


def test_the_order_of_frames_in_the_answer_does_not_matter() -> None:
    frames = clip(12)
    assert score(dict(reversed(frames.items())), selected=list(range(12))) == score(frames)


NAN = float("nan")


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"a": frame()}, "named by its number.*'a'"),
        ({"07": frame()}, "without zeros.*'07'"),
        ({7: frame()}, "named by its number.*7"),
        ({"3": {"objects": []}}, "frame 3: keypoints is missing"),
        ({"3": {"keypoints": 5}}, "frame 3: keypoints is a list"),
        ({"3": {"keypoints": [[1, 2, 3]]}}, "frame 3: keypoints is a list"),
        ({"3": {"keypoints": [["x", 2]]}}, "frame 3: keypoints is a list"),
        ({"3": {"keypoints": [[0, 0]] * 33}}, "frame 3: keypoints are at most 32; got 33"),
        ({"3": {"keypoints": [[0, 0], [NAN, 1]]}}, r"frame 3: keypoints\[1\] is not finite"),
        ({"3": {"keypoints": [[1, float("inf")]]}}, r"frame 3: keypoints\[0\] is not finite"),
        ({"3": frame(None, {"bbox": [9, 0, 1, 5], "class_id": 2, "id": 1})}, "frame 3, object 0"),
        ({"3": frame(None, {"bbox": [0, 0, NAN, 5], "class_id": 2, "id": 1})}, "frame 3, object 0"),
        ({"3": frame(None, {"bbox": [0, 0, 1, 5], "class_id": 2})}, "frame 3, object 0: a player"),
        ({"3": frame(None, person(1, id=[]))}, "frame 3, object 0: a player"),
    ],
)
def test_a_bad_answer_is_refused_with_frame_and_field(frames: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        score(frames, selected=[3], pitch_lines={})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"width": 0}, "got 0 x 720"),
        ({"height": -5}, "got 1280 x -5"),
        ({"frames_to_validate": []}, "at least one frame"),
        ({"pitch_lines": {"0": [(1, 2, 3)]}}, "frame 0: pitch_lines is a list"),
        ({"pitch_lines": {"0": [(1, 2, 3, 4), (1, 2, NAN, 4)]}}, r"frame 0: pitch_lines\[1\]"),
        ({"pitch_lines": {"0": [(5, 6, 5, 6)]}}, r"frame 0: pitch_lines\[0\] is a segment"),
    ],
)
def test_bad_arguments_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        score(clip(1), **changed)


def test_objects_and_lines_may_be_missing() -> None:
    found = score({"0": {"keypoints": seen().tolist()}}, pitch_lines={})
    assert (found.mean_on_line, found.mean_inside, found.mean_scale) == (0.0, 0.0, 1.0)
