"""Labelled frames out of plain rows."""

from dataclasses import replace

import numpy as np

from touchline.evaluation.labels import LabelledFrames, PitchFrames, blank_objects


def labelled(
    frame: list[int],
    xyxy: list[list[float]],
    *,
    frames: int = 1,
    match: tuple[str, ...] | None = None,
    pitch: PitchFrames | None = None,
    **columns: list,
) -> LabelledFrames:
    """Frames with those objects: players unless ``columns`` say otherwise."""
    n = len(frame)
    given = {"class_id": [2] * n} | columns
    return LabelledFrames(
        source="rows",
        name=tuple(str(each) for each in range(frames)),
        number=np.arange(frames),
        match=match or ("a",) * frames,
        objects=replace(
            blank_objects(n),
            frame=np.array(frame, np.int64),
            xyxy=np.array(xyxy, np.float64).reshape(-1, 4),
            **{name: np.array(values) for name, values in given.items()},
        ),
        pitch=pitch,
    )
