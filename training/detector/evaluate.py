"""Measure a detector file on labelled frames of chosen matches.

`python -m training.detector.evaluate players.onnx --data DIR --matches 08fd33,a9f16c`
"""

import argparse
from pathlib import Path

import numpy as np

from touchline.detection import Detector, load_detector
from training.detector.data import CLASS_NAMES, LabelledFrame, frame_paths, read_frame
from training.detector.metrics import Scored, class_precision, count_balls

MIN_SCORE = 0.01
BALL_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.7)


def detect(detector: Detector, frame: LabelledFrame) -> Scored:
    """What the detector finds in a frame, in pixels of the frame."""
    found = detector.detect([frame.image])[0]
    assert found.confidence is not None
    assert found.class_id is not None
    xyxy, score = (array.astype(np.float32) for array in (found.xyxy, found.confidence))
    return Scored(xyxy, score, found.class_id.astype(np.int64))


def report(found: list[Scored], truth: list[Scored]) -> str:
    """A table of average precision by class, and of balls by threshold."""
    precision = np.array([class_precision(found, truth, c) for c in range(len(CLASS_NAMES))])
    lines = [f"{'class':12} {'boxes':>6} {'AP50':>6} {'AP50-95':>8}"]
    for class_id, name in enumerate(CLASS_NAMES):
        boxes = sum(int((t.class_id == class_id).sum()) for t in truth)
        row = precision[class_id]
        lines.append(f"{name:12} {boxes:6} {row[0]:6.3f} {row.mean():8.3f}")
    means = np.nanmean(precision[:, 0]), np.nanmean(precision)
    lines.append(f"{'mean':12} {'':6} {means[0]:6.3f} {means[1]:8.3f}")
    lines.append("ball threshold: recall within 15 px / false a frame")
    counts = [count_balls(found, truth, threshold) for threshold in BALL_THRESHOLDS]
    lines += [f"  {c.threshold:.2f}: {c.recall:.3f} / {c.false_per_frame:.3f}" for c in counts]
    return "\n".join(lines)


def labels_of(frame: LabelledFrame) -> Scored:
    """The labels of a frame as boxes that are certain."""
    return Scored(frame.xyxy, np.ones(len(frame.xyxy), np.float32), frame.class_id)


def main() -> None:
    """Print the tables that the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure a detector on labelled frames.")
    parser.add_argument("weights", help="shipped weights by name, or a file")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--matches", required=True, help="comma-separated")
    parser.add_argument("--imgsz", default="1920,1280", help="input widths, comma-separated")
    parser.add_argument("--every", type=int, default=1, help="take every n-th frame only")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    paths = frame_paths(args.data, only=args.matches.split(","))[:: args.every]
    for width in map(int, args.imgsz.split(",")):
        detector = load_detector(
            args.weights, confidence=MIN_SCORE, imgsz=width, threads=args.threads
        )
        frames = map(read_frame, paths)
        pairs = [(detect(detector, frame), labels_of(frame)) for frame in frames]
        found, truth = map(list, zip(*pairs, strict=True))
        print(f"{len(paths)} frames, {width} wide\n{report(found, truth)}", flush=True)


if __name__ == "__main__":
    main()
