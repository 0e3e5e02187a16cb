"""What the detector's precision gains, and its recall loses, when a verifier filters its boxes.

`python -m training.verification.sweep verifier.onnx --detector players.onnx --data DIR
--matches 08fd33,a9f16c`

People are kept by the pipeline's rule (`touchline.verification.vote`): the verifier's odds,
backed by those of a detector that is sure. A frame counts as crowded when it is among the third
with the most false people at the lowest confidence.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from touchline.detection import Detector, load_detector
from touchline.verification.student import load_student
from touchline.verification.verifier import Verifier, View, as_claimed
from training.detector.data import BALL, LabelledFrame, frame_paths, read_frame
from training.detector.evaluate import detect
from training.detector.metrics import NEAR_SHARE, balls_found, match

TAUS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
PEOPLE_CONFIDENCES = (0.12, 0.3, 0.45)
BALL_CONFIDENCES = (0.12, 0.4, 0.6)
"""Where filtering may start: what a pipeline would ask of the detector."""
MIN_IOU = 0.5


@dataclass(frozen=True)
class Filtered:
    """Boxes of one kind (people or balls) in one frame, best first.

    `xyxy` float32 (n, 4), `score` (n,) the detector's, `claim` (n,) the verifier's probability
    that it is what was claimed, of people backed by the score; `truth` float32 (m, 4) the labelled
    boxes. A ball is found within `near` pixels.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    claim: NDArray[np.float32]
    truth: NDArray[np.float32]
    is_ball: bool
    near: float = 0.0

    def count(self, confidence: float, tau: float) -> NDArray[np.int64]:
        """Right boxes, boxes, and labels, when both thresholds apply: int64 (3,)."""
        boxes = self.xyxy[(self.score >= confidence) & (self.claim >= tau)]
        if self.is_ball:
            hits = balls_found(boxes, self.truth, near=self.near)
        else:
            hits = match(boxes, self.truth, iou=MIN_IOU)
        return np.array([hits.sum(), len(boxes), len(self.truth)])


def backed(claim: NDArray[np.float64], score: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probability of a person (n,) as the pipeline has it: a detector that is sure counts."""
    odds = log_odds(claim) + np.maximum(log_odds(score.astype(np.float64)), 0)
    return np.asarray(1 / (1 + np.exp(-odds)))


def log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural log of the odds (n,), kept finite."""
    safe = probability.clip(1e-4, 1 - 1e-4)
    return np.asarray(np.log(safe / (1 - safe)))


def filtered(
    frame: LabelledFrame, detector: Detector, verifier: Verifier
) -> tuple[Filtered, Filtered]:
    """The people and the balls of one frame."""
    found = detect(detector, frame)
    is_ball = found.class_id == BALL
    views = [View(frame.image, b, bool(i)) for b, i in zip(found.xyxy, is_ball, strict=True)]
    alone = as_claimed(verifier.judge(views).astype(np.float64), is_ball)
    claim = np.where(is_ball, alone, backed(alone, found.score)).astype(np.float32)
    kinds, near = [], NEAR_SHARE * frame.image.shape[1]
    for kind in (False, True):
        mine = np.flatnonzero(is_ball == kind)
        mine = mine[np.argsort(-found.score[mine], kind="stable")]
        truth = frame.xyxy[(frame.class_id == BALL) == kind]
        kinds.append(Filtered(found.xyxy[mine], found.score[mine], claim[mine], truth, kind, near))
    return kinds[0], kinds[1]


def crowded(people: list[Filtered]) -> list[Filtered]:
    """The third of the frames with the most false people at the lowest confidence."""
    counts = [each.count(PEOPLE_CONFIDENCES[0], 0.0) for each in people]
    false = np.array([boxes - right for right, boxes, _ in counts])
    worst = np.argsort(-false, kind="stable")[: max(len(people) // 3, 1)]
    return [people[index] for index in worst]


def table(frames: list[Filtered], confidences: tuple[float, ...]) -> str:
    """Precision, recall and false boxes a frame, a line for each pair of thresholds."""
    lines = ["confidence   tau  precision  recall  false/frame"]
    for confidence in confidences:
        for tau in TAUS:
            right, boxes, labels = sum(
                (each.count(confidence, tau) for each in frames), np.zeros(3, np.int64)
            )
            lines.append(
                f"{confidence:10.2f}  {tau:.2f}  {right / max(boxes, 1):9.4f}  "
                f"{right / max(labels, 1):6.4f}  {(boxes - right) / max(len(frames), 1):6.2f}"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the tables that the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure what filtering by a verifier does.")
    parser.add_argument("weights", help="shipped weights by name, or a file")
    parser.add_argument("--detector", required=True, help="a detector that knows no more")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--matches", required=True, help="comma-separated")
    parser.add_argument("--imgsz", type=int, default=1920)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    lowest = min(*PEOPLE_CONFIDENCES, *BALL_CONFIDENCES)
    detector = load_detector(
        args.detector, confidence=lowest, imgsz=args.imgsz, threads=args.threads
    )
    student = load_student(args.weights, threads=args.threads)
    paths = frame_paths(args.data, only=args.matches.split(","))
    kinds = [filtered(read_frame(path), detector, student) for path in paths]
    people, balls = [people for people, _ in kinds], [ball for _, ball in kinds]
    worst = crowded(people)
    print(f"people, {len(people)} frames\n{table(people, PEOPLE_CONFIDENCES)}")
    print(f"people, the {len(worst)} most crowded\n{table(worst, PEOPLE_CONFIDENCES)}")
    print(f"balls\n{table(balls, BALL_CONFIDENCES)}")


if __name__ == "__main__":
    main()
