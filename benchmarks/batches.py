"""Whether the size of a batch changes the answer.

``python -m benchmarks.batches DATA/clips/dfl_848x478.mp4 --sizes 1,8,64``
"""

import argparse
import json
from pathlib import Path

import numpy as np

import touchline as tl


def states(video: Path, batch_size: int) -> list[tl.FrameState]:
    """Analyse ``video`` with so many images in a network at once."""
    settings = tl.Settings.read(batch_size=batch_size)
    return list(tl.analyze(video, settings=settings))


def difference(first: list[tl.FrameState], second: list[tl.FrameState]) -> dict[str, object]:
    """Frames whose ids or classes differ, and the largest difference of a box in pixels."""
    unlike, farthest = 0, 0.0
    for one, other in zip(first, second, strict=True):
        ids = [
            np.asarray([s.objects.tracker_id, s.objects.class_id]).tolist() for s in (one, other)
        ]
        if ids[0] != ids[1]:
            unlike += 1
        elif len(one.objects):
            farthest = max(farthest, float(np.abs(one.objects.xyxy - other.objects.xyxy).max()))
    return {"frames": len(first), "unlike_frames": unlike, "farthest_px": farthest}


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--sizes", default="1,8,64")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    reference = states(arguments.video, sizes[0])
    for size in sizes[1:]:
        print(
            json.dumps({"batch_size": size, **difference(reference, states(arguments.video, size))})
        )


if __name__ == "__main__":
    main()
