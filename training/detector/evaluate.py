"""Measure a detector file on labelled frames: all of them, and match by match with intervals.

`python -m training.detector.evaluate players.onnx --data DIR --matches 08fd33,a9f16c`
"""

import argparse
from pathlib import Path

import numpy as np

from touchline.detection import Detector, load_detector
from training.detector.data import (
    CLASS_NAMES,
    MATCH_KEY,
    LabelledFrame,
    frame_paths,
    match_of,
    read_frame,
)
from training.detector.intervals import Tally, table
from training.detector.metrics import NEAR_SHARE, Scored, class_precision, count_balls
from training.detector.sets import SETS

MIN_SCORE = 0.01
BALL_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.7)


def detect(detector: Detector, frame: LabelledFrame) -> Scored:
    """What the detector finds in a frame, in pixels of the frame."""
    found = detector.detect([frame.image])[0]
    assert found.confidence is not None
    assert found.class_id is not None
    xyxy, score = (array.astype(np.float32) for array in (found.xyxy, found.confidence))
    return Scored(xyxy, score, found.class_id.astype(np.int64), frame.image.shape[1])


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
    lines.append(f"ball threshold: recall within {NEAR_SHARE:.1%} of the width / false a frame")
    counts = [count_balls(found, truth, threshold) for threshold in BALL_THRESHOLDS]
    lines += [f"  {c.threshold:.2f}: {c.recall:.3f} / {c.false_per_frame:.3f}" for c in counts]
    return "\n".join(lines)


def labels_of(frame: LabelledFrame) -> Scored:
    """The labels of a frame as boxes that are certain."""
    certain = np.ones(len(frame.xyxy), np.float32)
    return Scored(frame.xyxy, certain, frame.class_id, frame.image.shape[1])


def by_match(matches: list[str], found: list[Scored], truth: list[Scored]) -> str:
    """The table of `intervals` for frames of which each has its match, what was found, labels."""
    tallies = {}
    for name in sorted(set(matches)):
        mine = [row for row, match in enumerate(matches) if match == name]
        tallies[name] = Tally.of([found[row] for row in mine], [truth[row] for row in mine])
    return table(tallies)


def main() -> None:
    """Print the tables that the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure a detector on labelled frames.")
    parser.add_argument("weights", help="shipped weights by name, or a file")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--matches", help="comma-separated; all of them by default")
    parser.add_argument("--key", help="pattern whose first group is the match in a file's name")
    parser.add_argument("--imgsz", default="1920,1280", help="input widths, comma-separated")
    parser.add_argument("--every", type=int, default=1, help="take every n-th frame only")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    known = SETS.get(args.data.name)
    key = args.key or (known.key if known else MATCH_KEY)
    only = args.matches.split(",") if args.matches else ()
    paths = frame_paths(args.data, only=only, key=key)[:: args.every]
    matches = [match_of(path.name, key) for path in paths]
    for width in map(int, args.imgsz.split(",")):
        detector = load_detector(
            args.weights, confidence=MIN_SCORE, imgsz=width, threads=args.threads
        )
        frames = (read_frame(path, key) for path in paths)
        pairs = [(detect(detector, frame), labels_of(frame)) for frame in frames]
        found, truth = map(list, zip(*pairs, strict=True))
        print(f"{len(paths)} frames, {width} wide\n{report(found, truth)}")
        print(by_match(matches, found, truth), flush=True)


if __name__ == "__main__":
    main()
