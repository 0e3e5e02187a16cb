"""What a user puts together in an afternoon, by the clock: the pipeline that ours is held against.

    python -m benchmarks.afternoon CLIP YOLOX [--size 1280x736] [--threads 2] [--frames 100]

A stock YOLOX on ONNX Runtime looks at every frame for people and the ball, ByteTrack of Roboflow's
``trackers`` gives ids. YOLOX is the published network of COCO's 80 classes as ONNX with raw
outputs: ``images`` float (N, 3, H, W) BGR 0 to 255, and (N, anchors, 85) at strides 8, 16 and 32.

``trackers`` (Apache-2.0) brings the OpenCV that needs a display, in a version that Touchline does
not take; so it is in no lock file, and the benchmark is given an environment of its own:
``pip install . "trackers==2.6.*"`` there. Prints JSON: seconds by the clock and of the processor,
by stage and in all; loading the network is not counted.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import supervision as sv

from touchline.arrays import Float32, Image
from touchline.inference import import_onnxruntime

STRIDES = (8, 16, 32)
PERSON, BALL = 0, 32
"""Of COCO's classes."""
FAINTEST, OVERLAP = 0.1, 0.65
"""Lowest score that ByteTrack is given, and the IoU from which boxes are one."""
PADDING = 114


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Count the block to a stage."""
        started = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - started


def letterboxed(image: Image, size: tuple[int, int]) -> tuple[Float32, float]:
    """The image at the top left of a grey canvas, float32 (1, 3, h, w), and its scale."""
    scale = min(size[0] / image.shape[1], size[1] / image.shape[0])
    inner = round(image.shape[1] * scale), round(image.shape[0] * scale)
    canvas = np.full((size[1], size[0], 3), PADDING, np.uint8)
    canvas[: inner[1], : inner[0]] = cv2.resize(image, inner)
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], np.float32), scale


def people_and_ball(answer: Float32, size: tuple[int, int], scale: float) -> sv.Detections:
    """Boxes in pixels of the frame, from the raw outputs (anchors, 85) of one image."""
    shapes = [(size[1] // stride, size[0] // stride) for stride in STRIDES]
    cells = np.concatenate([np.indices(shape)[::-1].reshape(2, -1).T for shape in shapes])
    stride = np.repeat(STRIDES, [rows * columns for rows, columns in shapes])[:, None]
    scores = answer[:, 4:5] * answer[:, [5 + PERSON, 5 + BALL]]
    kept = scores.max(1) >= FAINTEST
    centre = (answer[kept, :2] + cells[kept]) * stride[kept]
    half = np.exp(answer[kept, 2:4]) * stride[kept] / 2
    found = sv.Detections(
        xyxy=np.concatenate([centre - half, centre + half], 1) / scale,
        confidence=scores[kept].max(1),
        class_id=scores[kept].argmax(1),
    )
    return found.with_nms(OVERLAP)


def analysed(
    clip: Path, session: Any, *, tracker: Any, size: tuple[int, int], frames: int | None
) -> dict[str, object]:
    """Look at every frame; what it took."""
    clock, seen, ids = Clock(), 0, set()
    started, worked = time.perf_counter(), time.process_time()
    with av.open(str(clip)) as container:
        container.streams.video[0].thread_type = "AUTO"
        pictures = container.decode(video=0)
        while frames is None or seen < frames:
            with clock("decode"):
                picture = next(pictures, None)
                if picture is None:
                    break
                image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
            with clock("detection"):
                planes, scale = letterboxed(image, size)
                found = people_and_ball(session.run(None, {"images": planes})[0][0], size, scale)
            with clock("tracking"):
                tracked = tracker.update(found)
            ids |= {each for each in tracked.tracker_id.tolist() if each >= 0}
            seen += 1
    seconds = time.perf_counter() - started
    return {
        "frames": seen,
        "ids": len(ids),
        "seconds": round(seconds, 2),
        "processor_seconds": round(time.process_time() - worked, 2),
        "stages": {stage: round(value, 2) for stage, value in clock.seconds.items()},
    }


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clip", type=Path)
    parser.add_argument("yolox", type=Path, help="for example yolox_nano as ONNX, any size")
    parser.add_argument("--size", default="1280x736", help="multiples of 32")
    parser.add_argument("--threads", type=int, default=0, help="of ONNX Runtime; 0 is every core")
    parser.add_argument("--frames", type=int, help="no more than these")
    arguments = parser.parse_args()
    try:
        from trackers import ByteTrackTracker
    except ImportError as error:
        raise SystemExit(
            'it takes the package trackers: pip install . "trackers==2.6.*", in an environment of '
            f"its own ({error})"
        ) from None
    ort = import_onnxruntime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = ort.InferenceSession(arguments.yolox, options, providers=["CPUExecutionProvider"])
    with av.open(str(arguments.clip)) as container:
        fps = float(container.streams.video[0].average_rate or 25)
    width, height = (int(side) for side in arguments.size.split("x"))
    report = analysed(
        arguments.clip,
        session,
        tracker=ByteTrackTracker(frame_rate=fps),
        size=(width, height),
        frames=arguments.frames,
    )
    versions = {name: metadata.version(name) for name in ("onnxruntime", "trackers")}
    print(json.dumps({"clip": arguments.clip.name, "size": arguments.size, **report, **versions}))


if __name__ == "__main__":
    main()
