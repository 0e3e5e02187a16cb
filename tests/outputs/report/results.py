"""The folder of a run, written from states made by hand."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from tests.outputs.factory import camera, match, pitch
from touchline.outputs import Predictions, SummaryBuilder, TracksParquet
from touchline.outputs.cameras import CamerasParquet
from touchline.video import VideoReader

FRAMES = 50
SIZE = (320, 180)
FILES = ["predictions.json", "tracks.parquet", "cameras.parquet"]


def write_results(folder: Path, video: Path, *, frames: int = FRAMES) -> Path:
    """Results of so many frames, in which everybody runs to the right."""
    folder.mkdir(exist_ok=True)
    with VideoReader(video) as reader:
        info = reader.info
    builder = SummaryBuilder(video, info, weights={})
    seen = pitch(camera(SIZE), (13, 160.0, 60.0), (14, 160.0, 100.0))
    with (
        TracksParquet(folder / "tracks.parquet") as tracks,
        CamerasParquet(folder / "cameras.parquet") as cameras,
        Predictions(folder / "predictions.json", size=SIZE, challenge_id="c") as predictions,
    ):
        for index in range(frames):
            state = replace(match(index), pitch=seen)
            state.objects.data["verified"] = np.array([0.9, 0.8, 0.9, 0.2 if index == 30 else 0.9])
            tracks.write(state)
            cameras.write(state)
            predictions.write(state)
            builder.see(state)
    summary = asdict(
        builder.build(seconds={"total": 1.0}, paces={0: {"detect_every": 1, "locate_every": 1}})
    )
    (folder / "summary.json").write_text(json.dumps(summary | {"files": FILES}))
    return folder
