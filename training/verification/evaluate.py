"""Measure a verifier on crops of matches that it never saw.

`python -m training.verification.evaluate verifier.onnx --detector players.onnx --data DIR
--matches 08fd33,a9f16c`

The crops are the labelled boxes, a little off as a detector's are; what the detector took for a
person or a ball at a confidence of CANDIDATE or more and is none; and places without anything.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from touchline.detection import Detector, load_detector
from touchline.verification.labels import PEOPLE, Label
from touchline.verification.student import load_student
from touchline.verification.verifier import Verifier, View
from training.detector.data import BALL, LabelledFrame, frame_paths, read_frame
from training.detector.evaluate import detect
from training.detector.metrics import iou_matrix
from training.verification.metrics import (
    Probabilities,
    at_temperature,
    best_temperature,
    calibration_error,
    f1_scores,
)
from training.verification.mine import false_boxes
from training.verification.scenes import Scene
from training.verification.views import Sample, empty_places, jittered

CANDIDATE = 0.05
SAME_BOX = 0.5
EMPTY_ROUNDS = 3
UNSEEN = -1
"""The detector's class of what it did not find."""


@dataclass(frozen=True)
class Looks:
    """Views (n,) of one frame and what is known of each.

    `truth` int64 (n,) of `Label`; `claimed` int64 (n,) the detector's class, or UNSEEN, and
    `confidence` float32 (n,) its score.
    """

    frame: LabelledFrame
    views: list[View]
    truth: NDArray[np.int64]
    claimed: NDArray[np.int64]
    confidence: NDArray[np.float32]

    @property
    def is_ball(self) -> NDArray[np.bool_]:
        """Which views (n,) claim a ball."""
        return np.array([view.is_ball for view in self.views], bool)


def looks_at(frame: LabelledFrame, detector: Detector, rng: np.random.Generator) -> Looks:
    """The views of one frame: labels first, then mistakes, then empty places."""
    found = detect(detector, frame)
    wrong, is_ball = false_boxes(found, frame)
    samples = [_labelled(frame, index, rng) for index in range(len(frame.xyxy))]
    samples += [
        (View(frame.image, box, bool(ball)), Label.BACKGROUND)
        for box, ball in zip(wrong, is_ball, strict=True)
    ]
    kit = np.zeros(len(frame.xyxy), np.int64)
    scene = Scene(frame.image, frame.xyxy, frame.class_id, kit)
    samples += [sample for _ in range(EMPTY_ROUNDS) for sample in empty_places(scene, rng)]
    overlap = iou_matrix(frame.xyxy, found.xyxy)
    overlap *= (frame.class_id == BALL)[:, None] == (found.class_id == BALL)[None]
    claimed = np.full(len(samples), UNSEEN)
    confidence = np.zeros(len(samples), np.float32)
    for index in np.flatnonzero(overlap.max(1, initial=0) >= SAME_BOX):
        best = overlap[index].argmax()
        claimed[index], confidence[index] = found.class_id[best], found.score[best]
    truth = np.array([label for _, label in samples], np.int64)
    return Looks(frame, [view for view, _ in samples], truth, claimed, confidence)


def _labelled(frame: LabelledFrame, index: int, rng: np.random.Generator) -> Sample:
    class_id = int(frame.class_id[index])
    box = jittered(frame.xyxy[index], rng=rng, is_ball=class_id == BALL)
    return View(frame.image, box, class_id == BALL), Label(class_id)


def roles_with_detector(
    probabilities: Probabilities, claimed: NDArray[np.int64], confidence: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Roles (n,) by the product of the verifier's and the detector's word.

    The detector gives its confidence to the class that it named and the rest to the other two;
    it has no say where it found nothing.
    """
    sure = confidence.clip(1 / 3, 0.95)
    named = claimed[:, None] == np.array(PEOPLE)[None]
    weight = np.where(named, sure[:, None], (1 - sure[:, None]) / 2)
    weight[claimed == UNSEEN] = 1
    return _roles(probabilities[:, list(PEOPLE)] * weight)


def _roles(scores: NDArray[np.floating]) -> NDArray[np.int64]:
    roles: NDArray[np.int64] = np.array(PEOPLE, np.int64)[scores.argmax(1)]
    return roles


def report(looks: list[Looks], probabilities: Probabilities) -> str:
    """What is right among the views, as lines of text; rows of `probabilities` are the views'."""
    truth = np.concatenate([each.truth for each in looks])
    is_ball = np.concatenate([each.is_ball for each in looks])
    claimed = np.concatenate([each.claimed for each in looks])
    confidence = np.concatenate([each.confidence for each in looks])
    is_person = np.isin(truth, PEOPLE)
    person = probabilities[:, list(PEOPLE)].sum(1) > 0.5
    ball = probabilities[:, Label.FOOTBALL] > 0.5
    temperature = best_temperature(probabilities, truth)
    scaled = at_temperature(probabilities, temperature)
    shown, known = probabilities[is_person], truth[is_person]
    by_detector = np.where(claimed == UNSEEN, Label.PLAYER, claimed)[is_person]
    both = roles_with_detector(shown, claimed[is_person], confidence[is_person])
    lines = [
        f"{len(truth)} views, {int(is_person.sum())} people",
        f"person or not: {_accuracy(person, is_person, ~is_ball)}",
        f"ball or not:   {_accuracy(ball, truth == Label.FOOTBALL, is_ball)}",
        f"label right:   {(probabilities.argmax(1) == truth).mean():.4f}",
        f"calibration error {calibration_error(probabilities, truth):.4f}, "
        f"{calibration_error(scaled, truth):.4f} at the best temperature {temperature:.3f}",
        "F1 goalkeeper, player, referee, mean:",
        f"  verifier {_f1(_roles(shown[:, list(PEOPLE)]), known)}",
        f"  detector {_f1(by_detector, known)}",
        f"  both     {_f1(both, known)}",
    ]
    return "\n".join(lines)


def _accuracy(said: NDArray[np.bool_], truth: NDArray[np.bool_], of: NDArray[np.bool_]) -> str:
    right = (said == truth)[of]
    yes, no = right[truth[of]], right[~truth[of]]
    return (
        f"{right.mean():.4f} of {len(right)} (of {len(yes)} that are: {yes.mean():.4f}, "
        f"of {len(no)} that are not: {no.mean():.4f})"
    )


def _f1(said: NDArray[np.int64], truth: NDArray[np.int64]) -> str:
    scores = f1_scores(said, truth, PEOPLE)
    return " ".join(f"{score:.3f}" for score in (*scores, scores.mean()))


def judge(verifier: Verifier, looks: list[Looks]) -> Probabilities:
    """The verifier's answers (n, 6) to the views of all frames."""
    return np.concatenate([verifier.judge(each.views) for each in looks])


def main() -> None:
    """Print what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure a verifier on crops.")
    parser.add_argument("weights", help="shipped weights by name, or a file")
    parser.add_argument("--detector", required=True, help="a detector that knows no more")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--matches", required=True, help="comma-separated")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    detector = load_detector(args.detector, confidence=CANDIDATE, threads=args.threads)
    rng = np.random.default_rng(0)
    paths = frame_paths(args.data, only=args.matches.split(","))
    looks = [looks_at(read_frame(path), detector, rng) for path in paths]
    probabilities = judge(load_student(args.weights, threads=args.threads), looks)
    print(report(looks, probabilities))
    places = np.repeat([each.frame.match for each in looks], [len(each.truth) for each in looks])
    for name in dict.fromkeys(places.tolist()):
        mine = [each for each in looks if each.frame.match == name]
        print(f"\n{name}: {report(mine, probabilities[places == name])}")


if __name__ == "__main__":
    main()
