"""Folders of runs made by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import supervision as sv

from touchline.frame import NO_CLASS, FrameState, Objects, no_pitch
from touchline.outputs import FORMATS, Clip, SummaryBuilder
from touchline.pitch import PitchDimensions
from touchline.video import VideoInfo

SIZE = (1280, 720)
INFO = VideoInfo(*SIZE, fps=25.0, frames=None, duration=None, codec="h264")
CLIP = Clip(Path("cup_final.mp4"), INFO, PitchDimensions())


def state(index: int, rows: Sequence[dict[str, object]], *, shot: int = 0) -> FrameState:
    """A frame with these objects: ``box``, and whatever else is known of each."""
    n = len(rows)

    def column(name: str, default: object) -> np.ndarray:
        return np.array([row.get(name, default) for row in rows])

    objects = Objects(
        xyxy=column("box", None).astype(float).reshape(n, 4),
        confidence=column("confidence", 0.5).astype(float),
        class_id=column("class_id", 2).astype(int),
        tracker_id=column("id", -1).astype(int),
        source=column("source", "detected").astype("U12"),
        detected_class_id=column("detected", NO_CLASS).astype(int),
        extra={
            "position": column("position", (np.nan, np.nan)).astype("f4").reshape(n, 2),
            "team": column("team", -1).astype(int),
            "off_pitch": column("off_pitch", False).astype(bool),
        },
    )
    detections: sv.Detections = objects.to_supervision()
    return FrameState(index, index / 25, shot, detections, no_pitch())


def save(
    folder: Path, states: Sequence[FrameState], formats: Sequence[str] = ("predictions", "parquet")
) -> Path:
    """What ``touchline run`` leaves of these frames."""
    folder.mkdir(exist_ok=True)
    summary = SummaryBuilder(CLIP.path, INFO, weights={})
    for name in formats:
        with FORMATS[name].writer(folder / FORMATS[name].file, CLIP) as out:
            for each in states:
                out.write(each)
    for each in states:
        summary.see(each)
    paces = {0: {"detect_every": 1.0, "locate_every": 1.0}}
    files = [file for name in formats for file in FORMATS[name].files]
    summary.build(seconds={}, paces=paces, files=files).save(folder / "summary.json")
    return folder
