"""Fit how often a box of a score is right: `BALL_ODDS` and `PEOPLE_ODDS` of `detection.evidence`.

`python -m training.detector.calibrate players.onnx --data DATA/players --matches 08fd33,a9f16c`

The network must not have seen these matches: export the checkpoint that left them out.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from touchline.detection import Detector, load_detector
from touchline.geometry import pairwise_iou
from training.detector.data import BALL, LabelledFrame, frame_paths, read_frame
from training.detector.evaluate import detect
from training.detector.metrics import NEAR_SHARE

MIN_SCORE = 0.02
SAME = 0.5
"""IoU from which a box is of the person labelled."""
WIDTHS = (1920, 1280, 960)
Pairs = tuple[NDArray[np.float64], NDArray[np.float64]]


def judged(detector: Detector, frame: LabelledFrame) -> tuple[Pairs, Pairs]:
    """Scores and rightness (1 or 0) of the balls and of the people found in a frame."""
    found = detect(detector, frame)
    ball, label = found.class_id == BALL, frame.class_id == BALL
    middles = [(boxes[:, :2] + boxes[:, 2:]) / 2 for boxes in (found.xyxy[ball], frame.xyxy[label])]
    apart = np.linalg.norm(middles[0][:, None] - middles[1][None], axis=2)
    near = (apart <= NEAR_SHARE * found.width).any(axis=1)
    overlaps = pairwise_iou(found.xyxy[~ball], frame.xyxy[~label])
    right = np.zeros(len(overlaps))
    for row in range(len(overlaps) if label.size > label.sum() else 0):
        right[row] = overlaps[row].max() >= SAME
        overlaps[:, overlaps[row].argmax()] *= 1 - right[row]
    balls = found.score[ball].astype(np.float64), near.astype(np.float64)
    return balls, (found.score[~ball].astype(np.float64), right)


def logistic(scores: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset of the log odds of being right over those of the score (Platt 1999)."""
    safe = np.clip(scores, 1e-4, 1 - 1e-4)
    columns = np.stack([np.log(safe / (1 - safe)), np.ones(len(safe))], axis=1)
    weights = np.zeros(2)
    for _ in range(50):  # Newton's steps, a trace of ridge
        sure = 1 / (1 + np.exp(-columns @ weights))
        curvature = (columns * (sure * (1 - sure))[:, None]).T @ columns + 1e-3 * np.eye(2)
        weights += np.linalg.solve(curvature, columns.T @ (right - sure) - 1e-3 * weights)
    return float(weights[0]), float(weights[1])


def main() -> None:
    """Print the constants for the network on the command line."""
    parser = argparse.ArgumentParser(description="Fit how often a box of a score is right.")
    parser.add_argument("weights", help="a file that has not seen the matches")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--matches", required=True, help="comma-separated")
    args = parser.parse_args()
    frames = [read_frame(path) for path in frame_paths(args.data, only=args.matches.split(","))]
    detectors = [
        load_detector(args.weights, confidence=MIN_SCORE, imgsz=width, threads=1)
        for width in WIDTHS
    ]
    looks = [judged(detector, frame) for detector in detectors for frame in frames]
    for name, part in (("BALL_ODDS", 0), ("PEOPLE_ODDS", 1)):
        scores, right = (np.concatenate([look[part][i] for look in looks]) for i in (0, 1))
        slope, offset = logistic(scores, right)
        print(
            f"{name} = ({slope:.2f}, {offset:.2f})  # {len(scores)} boxes, {right.mean():.3f} right"
        )


if __name__ == "__main__":
    main()
