"""What the validator computed, recorded case by case, to 1e-9.

The recording lies beside the project or where ``TOUCHLINE_TURBOVISION_VECTORS`` says; it is none of
ours, so without it these are skipped, and ``scoring/test_quirks.py`` has cases worked out by hand.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.shared import SHARED
from touchline.errors import UsageError
from touchline.turbovision.auditing import (
    folder_fault,
    interface_fault,
    is_onnx_only,
    output_fault,
    registry_megabytes,
    run_folder,
    source_fault,
)
from touchline.turbovision.live import (
    FoundCommit,
    ManifestElement,
    joined,
    latest_commit,
    parse_manifest,
    picked,
)
from touchline.turbovision.scoring import (
    Asked,
    Contender,
    Element,
    Instance,
    Known,
    Likeness,
    Served,
    TimedAction,
    action_pillars,
    action_score,
    are_alike,
    count_pillar,
    dashboard_precisions,
    drift_between,
    history_sample,
    in_order,
    iou_pillar,
    keypoint_frames,
    keypoints_pillar,
    palette_pillar,
    pay,
    private_shares,
    ranked_pillars,
    read_answer,
    read_truth,
    relative_gap,
    role_pillar,
    slow_time,
    smoothness_pillar,
    template_picture,
    weighted_action_score,
    winner_of,
    without_first_zeros,
)

Case = Mapping[str, Any]

TOLD = os.environ.get("TOUCHLINE_TURBOVISION_VECTORS")
VECTORS = Path(TOLD) if TOLD else SHARED / "vectors" / "turbovision_scoring.json"
TOLERANCE = 1e-9
RANKED = ("map50", "precision", "recall", "false_positive")
ACTIONS = 15
"""Kinds of actions that the dashboard takes the mean over."""


@cache
def recording() -> Any:
    return json.loads(VECTORS.read_text()) if VECTORS.is_file() else None


def cases(*path: str) -> list[Any]:
    """The cases of a section, or one that is skipped where there is no recording."""
    section = recording()
    if section is None:
        assert TOLD is None, f"TOUCHLINE_TURBOVISION_VECTORS names no file: {TOLD}"
        reason = "no recording of the validator's score lies beside the project"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    for key in path:
        section = section[key]
    return [
        pytest.param(case, id=str(case.get("name", number)) if isinstance(case, dict) else None)
        for number, case in enumerate(section)
    ]


def agrees(ours: float | None, recorded: float | None) -> bool:
    """Whether two values are the same, None too."""
    if ours is None or recorded is None:
        return ours is recorded
    return abs(ours - recorded) <= TOLERANCE


def disagreements(ours: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Both values of what is recorded and differs."""
    return {
        name: (ours[name], value)
        for name, value in recorded.items()
        if not agrees(ours[name], value)
    }


def known(frames: list[Case]) -> Known:
    return {
        frame["frame"]: [
            Instance(
                tuple(box["bbox"]),
                box["label"],
                box.get("team"),
                1.0,
                tuple(map(tuple, box["polygon"])) if box.get("polygon") else None,
            )
            for box in frame["boxes"]
        ]
        for frame in frames
    }


@pytest.mark.parametrize("case", cases("detection"))
def test_the_pillars_of_boxes_are_the_validators(case: Case) -> None:
    answer = read_answer(case["prediction"], objects=case["objects"])
    truth, expected = known(case["ground_truth"]), case["expected"]
    parsed = {
        str(frame): {
            "boxes": sum(each.polygon is None for each in instances),
            "polygons": sum(each.polygon is not None for each in instances),
        }
        for frame, instances in answer.items()
    }
    assert parsed == expected["parsed"]
    size = tuple(case["image_size"]) if case["image_size"] else None
    ranked = ranked_pillars(answer, truth, size=size)
    if expected.get("sort_error"):
        with pytest.raises(UsageError):
            in_order(answer)
    ordered = {} if expected.get("sort_error") else in_order(answer)
    ours = {
        "iou": iou_pillar(answer, truth),
        "count": count_pillar(answer, truth),
        "palette": palette_pillar(answer, truth),
        "role": role_pillar(answer, truth),
        "smoothness": smoothness_pillar(ordered),
        **{name: getattr(ranked, name) for name in RANKED},
    }
    assert disagreements(ours, expected["pillars"]) == {}


def element_answer(case: Case, frames: list[Case]) -> dict[str, Any] | None:
    """The answer that a case is about, which its name tells."""
    name = case["name"]
    if name == "predictions_null":
        return None
    if name.startswith("no_boxes"):
        frames = [{"frame_id": frame["frame_id"], "boxes": []} for frame in frames]
    elif name.startswith("too_few"):
        frames = frames[:2]
    elif name.startswith(("too_many", "total_zero")):
        frames = frames + frames[:1]
    elif name.startswith("min_frames_missing"):
        frames = frames[:1]
    elif name.startswith("min_frames_zero"):
        frames = []
    return {"frames": frames}


@pytest.mark.parametrize("case", cases("element", "cases"))
def test_an_element_pays_what_the_validator_paid(case: Case) -> None:
    section, told, run, meta = recording()["element"], case["element"], case["run"], case["meta"]
    element = Element(
        id=told["id"],
        objects=tuple(told["objects"]),
        pillars=told["pillars"],
        theta=told["baseline_theta"],
        delta_floor=told["delta_floor"],
        beta=told["beta"],
        fps=told["service_rate_fps"],
    )
    served = Served(
        success=run["success"],
        latency_ms=run["latency_ms"],
        p95_ms=run["latency_p95_ms"],
        least_frames=meta.get("min_frames_required"),
        most_frames=meta.get("n_frames_total"),
    )
    asked = Asked(truth=known(section["ground_truth"]), size=tuple(case["image_size"]))
    paid = pay(element_answer(case, section["frames"]), asked, element=element, served=served)
    expected = case["expected"]
    ours = {
        "score": paid.score,
        "rtf": paid.rtf,
        "total_weighted": paid.weighted,
        "total_weighted_and_gated": paid.gated,
    }
    assert disagreements(ours, {name: expected[name] for name in ours}) == {}
    assert paid.in_time == expected["latency_pass"]


@pytest.mark.parametrize("case", cases("parse_ground_truth"))
def test_the_truth_is_read_as_the_validator_reads_it(case: Case) -> None:
    read = [
        {
            "frame": frame,
            "boxes": [
                {
                    "bbox": list(each.bbox),
                    "label": each.label,
                    "polygon": [list(point) for point in each.polygon] if each.polygon else None,
                }
                for each in instances
            ],
        }
        for frame, instances in read_truth(case["payload"]).items()
    ]
    assert read == case["expected"]


@pytest.mark.skipif(recording() is None, reason="no recording lies beside the project")
def test_the_template_is_the_validators_to_the_pixel() -> None:
    drawn = hashlib.sha256(template_picture().tobytes()).hexdigest()
    assert drawn == recording()["football_template_sha256_bgr"]


@cache
def pictures() -> dict[Any, Any]:
    return {
        each["frame"]: cv2.imdecode(
            np.frombuffer(base64.b64decode(each["png_base64"]), np.uint8), cv2.IMREAD_COLOR
        )
        for each in recording()["keypoints"]["images"]
    }


@pytest.mark.parametrize("case", cases("keypoints", "cases"))
def test_keypoints_are_scored_as_the_validator_scores_them(case: Case) -> None:
    expected = case["expected"]
    if isinstance(expected["score"], dict):  # the validator breaks off
        with pytest.raises(UsageError):
            keypoints_pillar(keypoint_frames(case["predictions"], pictures()))
        return
    frames = keypoint_frames(case["predictions"], pictures())
    assert agrees(keypoints_pillar(frames), expected["score"])
    assert len(frames) == len(expected["frames"])
    for frame, recorded in zip(frames, expected["frames"], strict=True):
        assert agrees(frame.score, recorded), (frame.frame, frame.why)


def actions(rows: list[Case]) -> list[TimedAction]:
    return [TimedAction(r["frame"], r["action"], r.get("confidence", 1.0)) for r in rows]


@pytest.mark.parametrize("case", cases("actions"))
def test_actions_are_scored_as_the_validator_scores_them(case: Case) -> None:
    said, truth, weights = (
        actions(case["predictions"]),
        actions(case["ground_truth"]),
        case["pillar_weights"],
    )
    score, expected = action_score(said, truth), case["expected"]
    assert agrees(weighted_action_score(score, weights), expected["score"])
    pillars = action_pillars(score, weights)
    assert pillars.keys() == expected["breakdown"].keys()
    assert disagreements(pillars, expected["breakdown"]) == {}
    if "map_at_1s" in expected:
        precisions = dashboard_precisions(said, truth)
        assert agrees(sum(precisions.values()) / ACTIONS, expected["map_at_1s"])
        rounded = {name: round(value, 6) for name, value in precisions.items()}
        assert disagreements(rounded, expected["per_action_ap"]) == {}


@pytest.mark.parametrize("case", cases("audit", "served_against_local"))
def test_served_and_local_answers_drift_as_the_audit_says(case: Case) -> None:
    drift, expected = drift_between(case["served"], case["local"]), case["expected"]
    info = expected["info"]
    assert (drift.ok, drift.soft) == (expected["ok"], expected["soft_drift"])
    if "reason" in info:
        assert drift.mean_iou is None
        return
    assert agrees(drift.mean_iou, info["mean_iou"])
    assert agrees(drift.matched_iou, info["matched_mean_iou"])
    assert {
        "missing_detections": drift.missing,
        "extra_detections": drift.extra,
        "expected_detections": drift.served,
        "actual_detections": drift.local,
        "matched_detections": drift.matched,
        "frames_compared": drift.frames,
    }.items() <= info.items()


@pytest.mark.parametrize("case", cases("audit", "p95"))
def test_the_slow_time_is_the_audits(case: Case) -> None:
    assert agrees(slow_time(case["values"]), case["expected"])


@pytest.mark.parametrize("case", cases("winner", "adaptive_delta_rel"))
def test_the_gap_to_beat_follows_theta(case: Case) -> None:
    assert agrees(relative_gap(case["baseline_theta"]), case["expected"])


@pytest.mark.parametrize("case", cases("winner", "initial_zeros"))
def test_first_zeros_are_left_out_as_recorded(case: Case) -> None:
    assert without_first_zeros(case["scores"]) == case["expected"]["kept"]


def likeness(case: Case) -> Likeness:
    return Likeness(
        absolute=case["delta_abs"],
        relative=case["delta_rel"],
        common=case["min_common_challenges"],
    )


@pytest.mark.parametrize("case", cases("winner", "similar"))
def test_two_miners_are_alike_as_recorded(case: Case) -> None:
    assert are_alike(case["a"], case["b"], likeness(case)) == case["expected"]


@pytest.mark.parametrize("case", cases("winner", "tiebreak"))
def test_the_winner_and_who_is_asked_again_are_those_recorded(case: Case) -> None:
    contenders = {
        int(uid): Contender(
            commit_block=case["commit_blocks"].get(hotkey),
            recent=case["recent"][uid],
            history=case["history"][uid],
        )
        for uid, hotkey in case["hotkeys"].items()
    }
    window, expected = case["window_id"], case["expected"]
    sample = history_sample(list(contenders.values()), window_id=window, size=case["sample_size"])
    assert sample == expected["history_sample_ids"]
    won = winner_of(
        case["provisional_winner"], contenders, window_id=window, likeness=likeness(case)
    )
    assert won == expected["winner"]


@pytest.mark.parametrize("case", cases("winner", "private_ranks"))
def test_private_ranks_share_as_recorded(case: Case) -> None:
    scores = {row["uid"]: (row["avg_score"], row["n_challenges"]) for row in case["rows"]}
    shares = private_shares(scores, weight=case["element_weight"], least=case["min_samples"])
    assert [*shares] == [uid for uid, _ in case["expected"]]
    assert all(agrees(shares[uid], share) for uid, share in case["expected"])


@pytest.mark.parametrize("case", cases("audit", "source_scan"))
def test_sources_are_refused_as_recorded(case: Case) -> None:
    told, expected = case["source"], case["expected"]
    source = told["repeat"] * told["times"] if isinstance(told, dict) else told
    if expected.get("error") == "SyntaxError":
        with pytest.raises(SyntaxError):
            source_fault(source)
        return
    assert source_fault(source) == expected.get("message")


@pytest.mark.parametrize("case", cases("audit", "repository"))
def test_folders_are_refused_as_recorded(case: Case) -> None:
    expected = case["expected"]
    assert folder_fault(case["files"]) == expected.get("message")
    assert is_onnx_only(case["files"]) == expected["registry_onnx_only"]
    assert agrees(registry_megabytes(case["files"]), expected["registry_size_mb"])


@pytest.mark.parametrize("case", cases("audit", "interface"))
def test_interfaces_are_refused_as_recorded(case: Case) -> None:
    assert interface_fault(case["parameters"]) == case["expected"].get("message")


@pytest.mark.parametrize("case", cases("audit", "output_rows"))
def test_outputs_are_refused_as_recorded(case: Case) -> None:
    assert output_fault(case["rows"]) == case["expected"].get("message")


@pytest.mark.parametrize("case", cases("audit", "loading"))
def test_folders_load_and_answer_as_recorded(case: Case, tmp_path: Path) -> None:
    (tmp_path / "miner.py").write_text(case["source"])
    expected, count = case["expected"], len(case["frame_ids"])
    ran = run_folder(tmp_path, [np.zeros((count, 8, 8, 3), np.uint8)])
    assert ran.get("error") == expected.get("error"), ran
    if expected["ok"]:
        rows = ran["challenges"][0]
        recorded = expected["rows_with_keypoints_counted"]
        for row, told in zip(rows, recorded, strict=True):
            boxes = [{key: box[key] for key in told["boxes"][0]} for box in row["boxes"]]
            assert (boxes, len(row["keypoints"]) if row.get("keypoints") else None) == (
                told["boxes"],
                told["keypoints"],
            )


@pytest.mark.parametrize("case", cases("manifest", "manifests"))
def test_manifests_are_addressed_and_signed_as_recorded(case: Case) -> None:
    expected = case["expected"]
    given = {**case["manifest"], "signature": expected["signature"]}
    manifest = parse_manifest(json.dumps(given).encode(), "recorded")
    assert manifest.canonical() == expected["canonical"]
    assert manifest.hash == expected["hash"]
    assert manifest.is_signed_by(case["public_key"]) == expected["verifies"]


@pytest.mark.parametrize("case", cases("manifest", "pick"))
def test_the_manifest_of_a_block_is_the_one_recorded(case: Case) -> None:
    assert picked(case["urls"], case["block"]) == case["expected"][1]


@pytest.mark.parametrize("case", cases("manifest", "join"))
def test_keys_of_an_index_lie_where_recorded(case: Case) -> None:
    assert joined(case["index_url"], case["key"]) == case["expected"]


@pytest.mark.parametrize("case", cases("manifest", "invalid"))
def test_elements_are_refused_as_recorded(case: Case) -> None:
    told = {"metrics": {"pillars": {"iou": 1.0}}, **case["element"]}
    element, expected = ManifestElement.model_validate(told), case["expected"]
    assert (not [*element.faults()]) == expected["ok"]
    if expected["ok"]:
        assert element.family == expected["category"]


@pytest.mark.parametrize("case", cases("commitments", "cases"))
def test_the_commitment_that_counts_is_the_one_recorded(case: Case) -> None:
    given, wanted = recording()["commitments"]["commitments"], case["wanted_element_id"]
    for name, private in (("open_source", False), ("private", True)):
        recorded = case["expected"][name]
        block, content = recorded["block"], recorded["commit"]
        expected = None if block is None else FoundCommit(block, content)
        assert latest_commit(given, wanted, private=private) == expected
