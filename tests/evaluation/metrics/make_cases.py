"""Makes the stored cases: small videos and what the reference implementations say of them.

Run by hand, from the root of the repository, each in an environment of its own:

    python -m tests.evaluation.metrics.make_cases boxes      # pycocotools 2.0.11
    python -m tests.evaluation.metrics.make_cases videos     # trackeval 1.3.0
    python -m tests.evaluation.metrics.make_cases state      # sn-trackeval 0.4.0
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.evaluation.metrics.make_hota_cases import iou, video

HERE = Path(__file__).parent
Rows = list[list[float]]

TIED: tuple[Rows, Rows] = (
    [[f, *box, 0] for f in (0, 1) for box in ([0, 0, 20, 20], [8, 0, 28, 20])],
    [
        [0, 4, 0, 24, 20, 0.9],
        [0, 0, 0, 20, 20, 0.8],
        [1, 4, 0, 24, 20, 0.7],
        [1, 8, 0, 28, 20, 0.6],
    ],
)
"""The surer box of each frame lies midway between two labels; the other fits one of them."""


def boxes() -> list[dict[str, Any]]:
    """Average precision of one class by pycocotools."""
    shapes = {
        "calm": {"frames": 6, "labels": 5, "noise": 2.0},
        "noisy": {"frames": 8, "labels": 6, "noise": 9.0},
        "crowded": {"frames": 4, "labels": 25, "noise": 5.0},
        "equal scores": {"frames": 5, "labels": 6, "noise": 4.0, "scores": 3},
        "labels that are not asked for": {"frames": 6, "labels": 8, "noise": 4.0, "crowd": 0.4},
        "over a hundred boxes": {"frames": 2, "labels": 60, "noise": 3.0, "copies": 2},
        "nothing found": {"frames": 2, "labels": 3, "noise": 1.0, "copies": 0},
    }
    cases = []
    for seed, (name, shape) in enumerate(shapes.items(), 1):
        truth, found = _boxes(np.random.default_rng(seed), **shape)
        cases.append(_case(name, truth, found, frames=shape["frames"]))
    return [*cases, _case("equal overlaps", *TIED, frames=2)]


def _case(name: str, truth: Rows, found: Rows, *, frames: int) -> dict[str, Any]:
    case = {"name": name, "frames": frames, "truth": truth, "found": found}
    return case | _coco(truth, found, frames=frames)


def _boxes(
    random: np.random.Generator,
    *,
    frames: int,
    labels: int,
    noise: float,
    crowd: float = 0.0,
    scores: int = 1000,
    copies: int = 1,
) -> tuple[Rows, Rows]:
    """Rows of (frame, x1, y1, x2, y2, crowd) and of (frame, x1, y1, x2, y2, score)."""
    truth, found = [], []
    for frame in range(frames):
        low = random.uniform(0, 30 * labels**0.5, (labels, 2)).round(2)
        high = (low + random.uniform(15, 60, (labels, 2))).round(2)
        for box in np.concatenate([low, high], axis=1):
            truth.append([frame, *box.tolist(), int(random.random() < crowd)])
            for _ in range(copies + (random.random() < 0.2 if copies else 0)):
                shaken = (box + random.normal(0, noise, 4)).round(2)
                if random.random() < 0.85 and (shaken[2:] > shaken[:2]).all():
                    score = round(random.integers(1, scores + 1) / scores, 4)
                    found.append([frame, *shaken.tolist(), score])
    return truth, found


def _coco(truth: Rows, found: Rows, *, frames: int) -> dict[str, Any]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def wide(row: list[float]) -> list[float]:
        return [row[1], row[2], row[3] - row[1], row[4] - row[2]]

    labels = COCO()
    labels.dataset = {
        "info": {},
        "images": [{"id": frame} for frame in range(frames)],
        "categories": [{"id": 1, "name": "player"}],
        "annotations": [
            {
                "id": count,
                "image_id": row[0],
                "category_id": 1,
                "bbox": wide(row),
                "area": wide(row)[2] * wide(row)[3],
                "iscrowd": row[5],
            }
            for count, row in enumerate(truth, 1)
        ],
    }
    labels.createIndex()
    answers = COCO()
    answers.dataset = {
        "images": labels.dataset["images"],
        "categories": labels.dataset["categories"],
        "annotations": [
            {
                "id": count,
                "image_id": row[0],
                "category_id": 1,
                "bbox": wide(row),
                "area": wide(row)[2] * wide(row)[3],
                "score": row[5],
                "iscrowd": 0,
            }
            for count, row in enumerate(found, 1)
        ],
    }
    answers.createIndex()
    evaluation = COCOeval(labels, answers, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    return {
        "by_iou": precision[:, :, 0, 0, -1].mean(axis=1).tolist(),
        "recall": recall[:, 0, 0, -1].tolist(),
    }


def videos() -> list[dict[str, Any]]:
    """HOTA, IDF1 and MOTA of single videos, and of all of them as one, by TrackEval."""
    shapes = {
        "calm": {"tracks": 4, "frames": 10, "drop": 0.1, "noise": 1.5},
        "crowded": {"tracks": 12, "frames": 6, "drop": 0.2, "noise": 5.0},
        "many misses": {"tracks": 3, "frames": 9, "drop": 0.6, "noise": 4.0},
        "nothing found": {"tracks": 2, "frames": 3, "drop": 1.0, "noise": 0.0},
        "nothing labelled": {"tracks": 2, "frames": 3, "drop": 0.0, "noise": 0.0},
        "ids that swap": {"tracks": 2, "frames": 8, "drop": 0.0, "noise": 0.0},
    }
    cases = []
    for seed, (name, shape) in enumerate(shapes.items(), 21):
        truth, found = video(seed, **shape)
        truth = [] if name == "nothing labelled" else truth
        found = [] if name == "nothing found" else found
        cases.append({"name": name, "truth": truth, "found": found})
    results = [_trackeval(case["truth"], case["found"]) for case in cases]
    for case, result in zip(cases, results, strict=True):
        case["expected"] = _summary(*result)
    return [*cases, {"name": "all as one", "expected": _combined(results)}]


def _data(truth: Rows, found: Rows) -> dict[str, Any]:
    left, right = (np.array(rows, dtype=float).reshape(-1, 6) for rows in (truth, found))
    left_ids, left_at = np.unique(left[:, 1], return_inverse=True)
    right_ids, right_at = np.unique(right[:, 1], return_inverse=True)
    numbers = np.union1d(left[:, 0], right[:, 0])
    rows = [(left[:, 0] == number, right[:, 0] == number) for number in numbers]
    return {
        "num_gt_dets": len(left),
        "num_tracker_dets": len(right),
        "num_gt_ids": len(left_ids),
        "num_tracker_ids": len(right_ids),
        "num_timesteps": len(numbers),
        "gt_ids": [left_at[mine] for mine, _ in rows],
        "tracker_ids": [right_at[theirs] for _, theirs in rows],
        "similarity_scores": [iou(left[mine, 2:], right[theirs, 2:]) for mine, theirs in rows],
    }


def _trackeval(truth: Rows, found: Rows) -> tuple[Any, Any, Any]:
    from trackeval.metrics import CLEAR, HOTA, Identity

    data, quiet = _data(truth, found), {"PRINT_CONFIG": False}
    metrics = HOTA(), Identity(quiet), CLEAR(quiet)
    return tuple(metric.eval_sequence(data) for metric in metrics)


def _combined(results: list[tuple[Any, Any, Any]]) -> dict[str, float]:
    from trackeval.metrics import CLEAR, HOTA, Identity

    quiet = {"PRINT_CONFIG": False}
    metrics = HOTA(), Identity(quiet), CLEAR(quiet)
    named = [dict(enumerate(each)) for each in zip(*results, strict=True)]
    parts = zip(metrics, named, strict=True)
    return _summary(*(metric.combine_sequences(each) for metric, each in parts))


def _summary(shape: Any, ids: Any, old: Any) -> dict[str, float]:
    return {
        "hota": float(shape["HOTA"].mean()),
        "det_a": float(shape["DetA"].mean()),
        "ass_a": float(shape["AssA"].mean()),
        "loc_a": float(shape["LocA"].mean()),
        "idf1": float(ids["IDF1"]),
        "mota": float(old["MOTA"]),
        "switches": int(old["IDSW"]),
    }


def state() -> list[dict[str, Any]]:
    """GS-HOTA of whole files by SoccerNet's own evaluation."""
    shapes = {
        "exact": {"noise": 0.0, "wrong": 0.0},
        "a metre off": {"noise": 1.0, "wrong": 0.0},
        "some wrong names": {"noise": 0.7, "wrong": 0.25},
        "far off": {"noise": 5.0, "wrong": 0.1},
    }
    cases = []
    for seed, (name, shape) in enumerate(shapes.items(), 1):
        labels, answer = _states(np.random.default_rng(seed), **shape)
        expected = _sn_trackeval(labels, answer)
        cases.append({"name": name, "labels": labels, "answer": answer, "expected": expected})
    return cases


def _states(random: np.random.Generator, *, noise: float, wrong: float) -> tuple[Any, Any]:
    cast = [
        ("player", "left", "7"),
        ("player", "left", None),
        ("player", "right", "10"),
        ("goalkeeper", "right", "1"),
        ("referee", None, None),
        ("other", None, None),
        ("ball", None, None),
    ]
    images, truth, found = [], [], []
    place = random.uniform(-30, 30, (len(cast), 2))
    for frame in range(1, 6):
        image_id = f"2021{frame:06d}"
        images.append(
            {
                "image_id": image_id,
                "file_name": f"{frame:06d}.jpg",
                "width": 1920,
                "height": 1080,
                "has_labeled_person": True,
                "has_labeled_pitch": frame != 4,
                "has_labeled_camera": True,
            }
        )
        place = place + random.normal(0, 0.5, place.shape)
        for track, (role, team, jersey) in enumerate(cast, 1):
            named = {"role": role, "team": team, "jersey": jersey}
            truth.append(_person(image_id, track, named, place[track - 1]))
            if random.random() < wrong:
                named = dict(zip(named, cast[random.integers(5)], strict=True))
            said = place[track - 1] + random.normal(0, noise, 2)
            found.append(_person(image_id, track + 40, named, said) | {"confidence": 0.9})
    labels = {"info": {"game_id": "4"}, "images": images, "annotations": truth, "categories": []}
    return labels, {"predictions": found}


def _person(image_id: str, track: int, attributes: Any, place: Any) -> dict[str, Any]:
    x, y = place.round(3).tolist()
    return {
        "id": f"{image_id}{track:02d}",
        "image_id": image_id,
        "track_id": track,
        "supercategory": "object",
        "category_id": 1,
        "attributes": dict(attributes),
        "bbox_image": {"x": 100 * track, "y": 500, "w": 40, "h": 100},
        "bbox_pitch": {
            f"{axis}_bottom_{side}": {"x": x, "y": y}[axis]
            for side in ("left", "middle", "right")
            for axis in "xy"
        },
    }


def _sn_trackeval(labels: Any, answer: Any) -> dict[str, float]:
    import trackeval

    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "gt", "valid", "SNGS-1")
        data = Path(folder, "trackers", "SoccerNetGS-valid", "us", "data")
        for each in (clip, data):
            os.makedirs(each)
        (clip / "Labels-GameState.json").write_text(json.dumps(labels))
        (data / "SNGS-1.json").write_text(json.dumps(answer))
        dataset = trackeval.datasets.SoccerNetGS(
            {
                "GT_FOLDER": str(Path(folder, "gt")),
                "TRACKERS_FOLDER": str(Path(folder, "trackers")),
                "SEQ_INFO": {"SNGS-1": None},
                "PRINT_CONFIG": False,
            }
        )
        raw = dataset.get_raw_seq_data("us", "SNGS-1")
        ready = dataset.get_preprocessed_seq_data(raw, "person")
        shape = trackeval.metrics.HOTA().eval_sequence(ready)
    names = {"hota": "HOTA", "det_a": "DetA", "ass_a": "AssA", "loc_a": "LocA"}
    return {ours: float(shape[theirs].mean()) for ours, theirs in names.items()}


def main(kind: str) -> None:
    """Write the cases of one kind beside this file."""
    cases = {"boxes": boxes, "videos": videos, "state": state}[kind]()
    path = HERE / f"{kind}_cases.json"
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
