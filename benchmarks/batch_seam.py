"""A clip in pieces against the same clip as a whole: people, frames, ids, metres, teams.

python -m benchmarks.batch_seam CLIP ... --minutes 0.13
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from touchline.batch import LocalCrew, Order, run_batch
from touchline.evaluation.metrics.hota import TrackedBoxes, hota
from touchline.geometry import pairwise_iou
from touchline.settings import Settings

ALIKE = 0.7
"""IoU from which boxes of both are of one person, where metres and teams are compared."""


def compare(clip: Path, minutes: float, folder: Path) -> dict[str, object]:
    """What both say of a clip, by names for people."""
    settings = Settings.read().to_json()
    for name, length in (("whole", None), ("cut", minutes)):
        order = Order(
            out=str(folder / name),
            settings=settings,
            formats=("parquet", "cameras"),
            minutes=length,
            dataset=False,
        )
        run_batch([clip], order, lambda o: LocalCrew(o, 1))
    whole, cut = (_people(folder / name / clip.stem) for name in ("whole", "cut"))
    frames = [
        pq.read_table(folder / name / clip.stem / "cameras.parquet", columns=["frame", "time"])
        for name in ("whole", "cut")
    ]
    metres, teams = _apart(whole, cut)
    ledger = pq.read_table(folder / "cut" / "ledger.parquet").to_pylist()
    return {
        "clip": clip.name,
        "pieces": ledger[0]["pieces"],
        "hota": round(hota(_boxes(whole), _boxes(cut)).hota, 4),
        "frames": len(frames[1]),
        "frames and times the same": frames[0] == frames[1],
        "ids": (len(set(whole["id"])), len(set(cut["id"]))),
        "metres, median and 95 %": tuple(np.round(np.nanpercentile(metres, (50, 95)), 3).tolist()),
        "same team": round(float(np.mean(teams)), 3),
    }


def _people(folder: Path) -> dict[str, Any]:
    rows = pq.read_table(folder / "tracks.parquet").to_pandas()
    rows = rows[(rows["class_id"] != 0) & rows["id"].notna()]
    corners = rows[["x1", "y1", "x2", "y2"]].to_numpy(np.float64)
    names = ("frame", "id", "confidence", "class_id", "x", "y")
    team = rows["team"].fillna(-1).to_numpy()
    return {name: rows[name].to_numpy() for name in names} | {"xyxy": corners, "team": team}


def _boxes(people: dict[str, Any]) -> TrackedBoxes:
    return TrackedBoxes(
        people["frame"].astype(np.int64),
        people["id"].astype(np.int64),
        people["xyxy"],
        people["confidence"].astype(np.float64),
        people["class_id"].astype(np.int64),
    )


def _apart(one: dict[str, Any], other: dict[str, Any]) -> tuple[list[float], list[bool]]:
    """Metres between both, and whether the team is the same, for people that both have."""
    metres: list[float] = []
    teams: list[bool] = []
    for frame in np.unique(one["frame"]):
        mine, theirs = (np.flatnonzero(each["frame"] == frame) for each in (one, other))
        if not len(theirs):
            continue
        iou = pairwise_iou(one["xyxy"][mine], other["xyxy"][theirs])
        good = iou.max(axis=1) >= ALIKE
        a, b = mine[good], theirs[iou.argmax(axis=1)[good]]
        metres += np.hypot(one["x"][a] - other["x"][b], one["y"][a] - other["y"][b]).tolist()
        teams += (one["team"][a] == other["team"][b]).tolist()
    return metres, teams


def main() -> None:
    """Compare what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--minutes", type=float, required=True, help="length of a piece")
    asked = parser.parse_args()
    for clip in asked.clips:
        with tempfile.TemporaryDirectory() as folder:
            for name, value in compare(clip, asked.minutes, Path(folder)).items():
                print(f"{name}: {value}", flush=True)


if __name__ == "__main__":
    main()
