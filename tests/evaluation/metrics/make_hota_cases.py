"""Makes hota_cases.json: random small videos and what TrackEval 1.3 says of them.

Run by hand, in an environment with ``trackeval==1.3.0``:
``python tests/evaluation/metrics/make_hota_cases.py``.
"""

import json
from pathlib import Path

import numpy as np
from trackeval.metrics import CLEAR, HOTA, Identity

Rows = list[list[float]]


def video(seed: int, *, tracks: int, frames: int, drop: float, noise: float) -> tuple[Rows, Rows]:
    """Labelled and predicted rows (frame, id, x1, y1, x2, y2), with misses, ghosts and switches."""
    random = np.random.default_rng(seed)
    place = random.uniform(0, 120, (tracks, 2))
    speed = random.normal(0, 4, (tracks, 2))
    ids = random.permutation(tracks) + 10
    truth, predicted = [], []
    for frame in range(1, frames + 1):
        if random.random() < 0.2:
            ids = random.permutation(ids)
        for track in range(tracks):
            low = place[track] + speed[track] * frame
            box = np.concatenate([low, low + np.array([20, 40])])
            if random.random() < 0.9:
                truth.append([frame, track + 1, *box.round(2).tolist()])
            if random.random() >= drop:
                shaken = (box + random.normal(0, noise, 4)).round(2)
                predicted.append([frame, int(ids[track]), *shaken.tolist()])
        if random.random() < 0.3:
            ghost = random.uniform(0, 100, 2)
            predicted.append([frame, 99, *ghost.round(2).tolist(), *(ghost + 30).round(2).tolist()])
    return truth, predicted


def iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Overlap (n, m) of corners (n, 4) and (m, 4)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    area = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)]
    return shared / (area[0][:, None] + area[1][None] - shared)


def reference(truth: Rows, predicted: Rows) -> dict[str, float]:
    """What TrackEval says."""
    left, right = (np.array(rows, dtype=float).reshape(-1, 6) for rows in (truth, predicted))
    left_ids, left_at = np.unique(left[:, 1], return_inverse=True)
    right_ids, right_at = np.unique(right[:, 1], return_inverse=True)
    data = {
        "num_gt_dets": len(left),
        "num_tracker_dets": len(right),
        "num_gt_ids": len(left_ids),
        "num_tracker_ids": len(right_ids),
        "num_timesteps": 0,
        "gt_ids": [],
        "tracker_ids": [],
        "similarity_scores": [],
    }
    for frame in np.union1d(left[:, 0], right[:, 0]):
        mine, theirs = left[:, 0] == frame, right[:, 0] == frame
        data["gt_ids"].append(left_at[mine])
        data["tracker_ids"].append(right_at[theirs])
        data["similarity_scores"].append(iou(left[mine, 2:], right[theirs, 2:]))
        data["num_timesteps"] += 1
    quiet = {"PRINT_CONFIG": False}
    shape = HOTA().eval_sequence(data)
    ids = Identity(quiet).eval_sequence(data)
    old = CLEAR(quiet).eval_sequence(data)
    return {
        "hota": float(shape["HOTA"].mean()),
        "det_a": float(shape["DetA"].mean()),
        "ass_a": float(shape["AssA"].mean()),
        "loc_a": float(shape["LocA"].mean()),
        "idf1": float(ids["IDF1"]),
        "mota": float(old["MOTA"]),
        "switches": int(old["IDSW"]),
    }


def main() -> None:
    """Write the cases beside this file."""
    shapes = {
        "calm": {"tracks": 4, "frames": 14, "drop": 0.1, "noise": 1.5},
        "noisy": {"tracks": 5, "frames": 12, "drop": 0.4, "noise": 6.0},
        "crowded": {"tracks": 9, "frames": 8, "drop": 0.2, "noise": 4.0},
        "single": {"tracks": 1, "frames": 6, "drop": 0.3, "noise": 0.0},
        "nothing predicted": {"tracks": 2, "frames": 3, "drop": 1.0, "noise": 0.0},
    }
    cases = []
    for seed, (name, shape) in enumerate(shapes.items(), 1):
        truth, predicted = video(seed, **shape)
        predicted = predicted if shape["drop"] < 1 else []
        cases.append(
            {
                "name": name,
                "truth": truth,
                "predicted": predicted,
                "expected": reference(truth, predicted),
            }
        )
    path = Path(__file__).with_name("hota_cases.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
