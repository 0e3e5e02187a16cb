"""What cheating with boxes earns on labelled frames of real matches, and what is true of it.

Single frames have no clip around them: there are no tracks, no keypoints and no frames to leave
out. What is left are the cheats with boxes, scored frame by frame as a validator scores them and
held against people's labels.

``python -m benchmarks.cheats_labelled DATA/players --matches 08fd33,a9f16c``
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.cheat_answers import (
    Image,
    Objects,
    filtered,
    objects_on_blobs,
    objects_on_grass,
)
from benchmarks.cheats import count_people, heading, known, share
from touchline.detection import Detector, load_detector
from touchline.errors import InputError
from touchline.evaluation.formats import read_yolo
from touchline.evaluation.labels import LabelledFrames, blank_objects
from touchline.evaluation.metrics import count_balls
from touchline.frame import Objects as FrameObjects
from touchline.frame import Source, TrackedFrame, no_pitch
from touchline.outputs.predictions import frame_to_wire
from touchline.scorevision.report import Judge, student_judge
from touchline.scorevision.scoring import clip_box_score, score_frame_boxes
from touchline.verification import Verification, Verifier, load_student

SHOWN = "labelled frames of real matches"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer, as it is paid and as it is; None where nothing says.

    Attributes:
        name: What was done.
        boxes: Mean number of boxes in a frame.
        mean: Mean score of the frames, before it is cut.
        box: The validator's box score of all frames as one clip, 0 to 1.
        precision: Share of the boxes of people that are on one (IoU 0.5), all roles.
        recall: Share of the people who have a box.
        ball_precision: Share of the balls that are within 15 pixels of one.
        ball: Share of the labelled balls with a ball within 15 pixels.
    """

    name: str
    boxes: float
    mean: float | None
    box: float
    precision: float | None
    recall: float | None
    ball_precision: float | None
    ball: float | None


def labelled(folder: Path, matches: Sequence[str]) -> LabelledFrames:
    """The frames of those matches.

    Raises:
        InputError: The folder cannot be read, or a match has no frame in it.
    """
    frames = read_yolo(folder)
    missing = sorted(set(matches) - set(frames.match))
    if missing or not matches:
        known = ", ".join(sorted(set(frames.match)))
        raise InputError(f"{folder} has no frame of match {missing}; it has {known}.")
    return frames.where(np.flatnonzero(np.isin(frames.match, matches)))


def read_image(path: Path) -> Image:
    """One image, uint8 (H, W, 3) BGR.

    Raises:
        InputError: OpenCV cannot read it.
    """
    image = cv2.imread(str(path))
    if image is None:
        raise InputError(f"{path} is not an image that OpenCV can read.")
    return image.astype(np.uint8, copy=False)


def honest_objects(image: Image, detector: Detector, verifier: Verifier) -> Objects:
    """What the pipeline would say of one frame: found, verified, in the order of its answers."""
    found = detector.detect([image])[0]
    found.tracker_id = np.arange(len(found))
    found.data["source"] = np.full(len(found), Source.DETECTED)
    found.data["detected_class_id"] = np.asarray(found.class_id, np.int64)
    frame = TrackedFrame(0, 0.0, 0, FrameObjects.from_supervision(found), no_pitch(), image)
    # A frame is a clip of its own: what was said of another must not count here.
    (verified,) = Verification(verifier).process([frame])
    state = replace(frame, objects=verified).state()
    objects: Objects = frame_to_wire(state, size=(image.shape[1], image.shape[0]))["objects"]
    return objects


def answers_to(
    image: Image, honest: Objects, *, judge: Judge, rng: np.random.Generator
) -> dict[str, Objects]:
    """The honest answer to a frame and three others."""
    return {
        "honest": honest,
        "random boxes": objects_on_grass(image, rng),
        "boxes on blobs": objects_on_blobs(image, judge),
        "self-filtered": filtered(image, honest, judge),
    }


def paid(image: Image, objects: Objects, judge: Judge) -> float | None:
    """A frame's box score; None without an object: such a frame is not evaluated."""
    if not objects:
        return None
    return score_frame_boxes(image, objects, scorer=judge.of_frame(image, objects)).score


def measure(
    labels: LabelledFrames, *, detector: Detector, verifier: Verifier, seed: int
) -> list[Row]:
    """Score four answers to each frame; ``verifier`` judges, and verifies the honest one."""
    judge, rng = student_judge(verifier), np.random.default_rng(seed)
    answers: dict[str, list[Objects]] = {}
    scores: dict[str, list[float | None]] = {}
    for name in labels.name:
        image = read_image(Path(labels.source) / "images" / name)
        honest = honest_objects(image, detector, verifier)
        for kind, objects in answers_to(image, honest, judge=judge, rng=rng).items():
            answers.setdefault(kind, []).append(objects)
            scores.setdefault(kind, []).append(paid(image, objects, judge))
    return [_row(kind, answers[kind], scores[kind], labels) for kind in answers]


def found_in(labels: LabelledFrames, answer: Sequence[Objects]) -> LabelledFrames:
    """The objects of an answer, one list for each labelled frame, in the form of labels."""
    rows: list[tuple[int, Mapping[str, object]]] = [
        (place, each) for place, objects in enumerate(answer) for each in objects
    ]
    objects = replace(
        blank_objects(len(rows)),
        frame=np.array([place for place, _ in rows], np.int64),
        xyxy=np.array([each["bbox"] for _, each in rows], np.float64).reshape(-1, 4),
        class_id=np.array([each["class_id"] for _, each in rows], np.int64),
        confidence=np.array([each["confidence"] for _, each in rows], np.float64),
    )
    return replace(labels, source="answer", objects=objects)


def table(rows: Sequence[Row]) -> Table:
    """The figures as a person reads them."""
    result = Table(*(field.name for field in fields(Row)))
    for row in rows:
        name, *figures = asdict(row).values()
        result.add_row(name, *("-" if each is None else f"{each:.3f}" for each in figures))
    return result


def _row(
    name: str, answer: list[Objects], scores: list[float | None], labels: LabelledFrames
) -> Row:
    found = found_in(labels, answer)
    evaluated = [score for score in scores if score is not None]
    precision, recall = count_people(labels, found)
    balls = count_balls(labels, found, [0.0])[0]
    return Row(
        name=name,
        boxes=len(found.objects) / len(labels),
        mean=float(np.mean(evaluated)) if evaluated else None,
        box=clip_box_score(evaluated, selected=len(labels)),
        precision=known(precision),
        recall=known(recall),
        ball_precision=known(share(balls.found, balls.found + balls.false)),
        ball=known(balls.recall),
    )


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="holds images and labels, as YOLO has them")
    parser.add_argument("--matches", required=True, help="comma-separated")
    parser.add_argument("--detector", default="players", help="shipped by name, or a file")
    parser.add_argument("--student", default="verifier", help="shipped by name, or a file")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    labels = labelled(arguments.data, arguments.matches.split(","))
    detector, student = load_detector(arguments.detector), load_student(arguments.student)
    rows = measure(labels, detector=detector, verifier=student, seed=arguments.seed)
    first = f"{heading(student_judge(student), shown=SHOWN)} {len(labels)} frames."
    if arguments.json:
        print(json.dumps({"judge": first, "rows": [asdict(row) for row in rows]}))
        return
    console = Console()
    console.print(first)
    console.print(table(rows))


if __name__ == "__main__":
    main()
