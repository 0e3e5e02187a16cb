"""What cheating earns at a validator, and what is true of it.

A synthetic match is rendered and analysed; of the honest answer five others are made, each with one
thing changed: the boxes, the keypoints, or what is left out. All are scored as a validator scores
them and held against the exact truth.

``python -m benchmarks.cheats --seed 7 --seconds 8``
"""

import argparse
import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.cheat_answers import (
    SIZE,
    boxes_on_blobs,
    every_sixth,
    random_boxes,
    self_filtered,
    template_keypoints,
)
from touchline.evaluation.formats import from_truth, read_predictions
from touchline.evaluation.labels import LabelledFrames, aligned
from touchline.evaluation.metrics import (
    count_balls,
    match_class,
    pitch_accuracy,
    pitch_parts,
    tracking,
)
from touchline.frame import ClassId
from touchline.outputs import DATA_FORMATS
from touchline.pipeline import run_job
from touchline.scorevision.report import ClipScore, Judge, load_judge
from touchline.scorevision.response import read_response
from touchline.scorevision.score import Terms, score_clips
from touchline.synthetic import Truth, write_match

FPS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer, as it is paid and as it is; None where nothing says.

    Attributes:
        name: What was done.
        validated: Frames that count for the next three; below 75 a validator scores nobody.
        box: The validator's box score, 0 to 1.
        keypoints: Its keypoint score, 0 to 1.
        quality: Half of each: the final score without speed is 0.65 times this.
        precision: Share of the boxes of people that are on one (IoU 0.5), all frames, all roles.
        recall: Share of the people who have a box.
        hota: HOTA of people.
        ball: Share of the visible balls with a ball within 15 pixels.
        pck: Share of the visible keypoints within 1 % of the width.
        metres: Median error of the pitch on the ground, in frames that have one.
    """

    name: str
    validated: int
    box: float | None
    keypoints: float | None
    quality: float | None
    precision: float | None
    recall: float | None
    hota: float | None
    ball: float | None
    pck: float | None
    metres: float | None


def measure(folder: Path, truths: Sequence[Truth], *, judge: Judge, seed: int) -> list[Row]:
    """Score the honest answer in ``folder``, beside its ``match.mp4``, and five made from it."""
    video = folder / "match.mp4"
    honest = json.loads((folder / "predictions.json").read_bytes())
    answers = {
        "honest": honest,
        "random boxes": random_boxes(honest, video, seed=seed),
        "boxes on blobs": boxes_on_blobs(honest, video, judge=judge),
        "template keypoints": template_keypoints(honest),
        "every 6th frame": every_sixth(honest),
        "self-filtered": self_filtered(honest, video, judge=judge),
    }
    paths = {name: folder / f"{name}.json" for name in answers}
    for name, answer in answers.items():
        paths[name].write_text(json.dumps(answer))
    scored = [(read_response(path), Terms(seed=seed)) for path in paths.values()]
    scores = score_clips(scored, video, judge=judge)
    labels = from_truth(truths, size=SIZE)
    return [_row(*each, labels) for each in zip(paths, scores, paths.values(), strict=True)]


def heading(judge: Judge, *, shown: str = "a synthetic match") -> str:
    """By whom the crops were judged, and of what."""
    if judge.is_validators:
        return f"Judged by the CLIP that validators use, on {shown}."
    return (
        f"Judged by {judge.name} in place of the CLIP that validators use, on {shown}: "
        "box scores are estimates, not a validator's."
    )


def table(rows: Sequence[Row]) -> Table:
    """The figures as a person reads them."""
    result = Table(*(field.name for field in fields(Row)))
    for row in rows:
        name, validated, *figures = asdict(row).values()
        shown = ["-" if each is None else f"{each:.3f}" for each in figures]
        result.add_row(name, str(validated), *shown)
    return result


def count_people(labels: LabelledFrames, found: LabelledFrames) -> tuple[float, float]:
    """Precision and recall of people at IoU 0.5, all roles as one; NaN of nothing."""
    matched = match_class(_one_role(labels), _one_role(found), ClassId.PLAYER)
    counted = ~matched.ignored[0]
    hits = float((matched.hit[0] & counted).sum())
    return share(hits, counted.sum()), share(hits, matched.labelled)


def _row(name: str, score: ClipScore, path: Path, labels: LabelledFrames) -> Row:
    found = aligned(labels, read_predictions(path, size=SIZE))
    precision, recall = count_people(labels, found)
    pitch = pitch_accuracy(pitch_parts(labels, found))
    return Row(
        name=name,
        validated=len(score.validated),
        box=known(score.box),
        keypoints=known(score.reported_keypoints),
        quality=known(score.quality),
        precision=known(precision),
        recall=known(recall),
        hota=known(tracking(labels, found).hota.hota),
        ball=known(count_balls(labels, found, [0.0])[0].recall),
        pck=known(pitch.pck[0.01]),
        metres=known(pitch.metres.median),
    )


def _one_role(frames: LabelledFrames) -> LabelledFrames:
    ball = frames.objects.class_id == ClassId.BALL
    roles = np.where(ball, ClassId.BALL, ClassId.PLAYER)
    return replace(frames, objects=replace(frames.objects, class_id=roles))


def share(part: float, whole: float) -> float:
    """A part of a whole; NaN of nothing."""
    return part / whole if whole else math.nan


def known(value: float | None) -> float | None:
    """A figure, rounded; None where nothing tells it."""
    return None if value is None or not math.isfinite(value) else round(float(value), 6)


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--frames", type=int, help="length in frames, in place of --seconds")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seconds = arguments.seconds if arguments.frames is None else arguments.frames / FPS
    judge = load_judge()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truths = write_match(folder, seed=arguments.seed, seconds=seconds, fps=FPS, size=SIZE)
        run_job(folder / "match.mp4", folder, formats=DATA_FORMATS)
        rows = measure(folder, truths, judge=judge, seed=arguments.seed)
    if arguments.json:
        print(json.dumps({"judge": heading(judge), "rows": [asdict(row) for row in rows]}))
        return
    console = Console()
    console.print(heading(judge))
    console.print(table(rows))


if __name__ == "__main__":
    main()
