"""Collect what detectors take for people and balls though nobody labelled it.

`python -m training.verification.mine A.onnx B.onnx --data DIR --out mined.npz`

The file holds, for each frame, boxes float32 (n, 4) under its name and, under its name and
`:ball`, whether each was taken for a ball.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from touchline.detection import Detector, load_detector
from training.detector.data import BALL, LabelledFrame, frame_paths, read_frame
from training.detector.evaluate import detect
from training.detector.metrics import Scored, centre_distance, iou_matrix
from training.pitch.data import Sample, load_samples
from training.verification import surroundings

CONFIDENCE = 0.02
FAR_PIXELS = 15.0
"""A box that far from every labelled ball is certainly none of them."""
MAX_IOU = 0.3
"""A box of a person that shares more with a label is a poor box, and not a mistake."""


def false_boxes(
    found: Scored, frame: LabelledFrame
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Boxes (n, 4) of no labelled object, and which of them (n,) were taken for a ball."""
    xyxy, is_ball = found.xyxy, found.class_id == BALL
    people, balls = frame.xyxy[frame.class_id != BALL], frame.xyxy[frame.class_id == BALL]
    apart = iou_matrix(xyxy, people).max(1, initial=0) < MAX_IOU
    far = centre_distance(xyxy, balls).min(1, initial=np.inf) > FAR_PIXELS
    wrong = np.where(is_ball, far, apart)
    return xyxy[wrong], is_ball[wrong]


def _outside(sample: Sample, detectors: Sequence[Detector]) -> dict[str, NDArray[Any]]:
    """What the file holds of a frame of the pitch set, under `pitch:` and its name."""
    image = surroundings.undistorted(sample)
    found = [detect(each, surroundings.unlabelled(sample, image)) for each in detectors]
    people = [boxes.xyxy[boxes.class_id != BALL] for boxes in found]
    xyxy = surroundings.off_pitch(sample, image, np.concatenate(people))
    name = f"{surroundings.PREFIX}{sample.name}"
    return {name: xyxy, f"{name}:ball": np.zeros(len(xyxy), bool)}


def mined(path: Path, name: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The boxes (n, 4) and flags (n,) of one frame; none where the file does not know it."""
    with np.load(path) as file:
        if name not in file:
            return np.zeros((0, 4), np.float32), np.zeros(0, bool)
        return file[name], file[f"{name}:ball"]


def main() -> None:
    """Mine the frames that the command line names."""
    parser = argparse.ArgumentParser(description="Collect the mistakes of detectors.")
    parser.add_argument("detectors", nargs="+", help="ONNX files")
    parser.add_argument("--data", type=Path, required=True, help="folder of images/ and labels/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pitch", type=Path, help="folder of the pitch set")
    args = parser.parse_args()
    detectors = [load_detector(file, confidence=CONFIDENCE) for file in args.detectors]
    arrays: dict[str, Any] = {}
    for path in frame_paths(args.data):
        frame = read_frame(path)
        found = [false_boxes(detect(each, frame), frame) for each in detectors]
        arrays[frame.name] = np.concatenate([xyxy for xyxy, _ in found])
        arrays[f"{frame.name}:ball"] = np.concatenate([is_ball for _, is_ball in found])
    for sample in load_samples(args.pitch) if args.pitch else ():
        arrays |= _outside(sample, detectors)
    np.savez(args.out, **arrays)


if __name__ == "__main__":
    main()
