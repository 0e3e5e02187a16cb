"""A detector's figures match by match, and how sure they are over all matches.

Frames of a match are alike, so an interval says what other matches in place of these might have
given (`touchline.evaluation.metrics.bootstrap`). It is one of unseen matches only where the network
never saw them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from touchline.evaluation.metrics import bootstrap
from training.detector.data import CLASS_NAMES, PLAYER
from training.detector.metrics import Scored, average_precision, count_balls, match

MIN_IOU = 0.5
BALL_CONFIDENCE = 0.6
"""What a ball needs where a user asks for nothing else."""
SAMPLES = 500
PEOPLE = "people"
COLUMNS = (*CLASS_NAMES, "mean", PEOPLE, "found", "false")


@dataclass(frozen=True)
class Tally:
    """What the frames of one match add to the figures.

    `hits` has, for each class and for people as one, scores (n,), whether each is right (n,) and
    how many are labelled; `balls` float64 (3,) are those found at the default confidence, false
    ones and labelled ones.
    """

    frames: int
    hits: dict[str, tuple[NDArray[np.float32], NDArray[np.bool_], int]]
    balls: NDArray[np.float64]

    @classmethod
    def of(cls, found: list[Scored], truth: list[Scored]) -> Self:
        """Compare boxes with labels, one item a frame."""
        hits = {name: _hits(found, truth, number) for number, name in enumerate(CLASS_NAMES)}
        people = [[each.as_people() for each in some] for some in (found, truth)]
        hits[PEOPLE] = _hits(people[0], people[1], PLAYER)
        count = count_balls(found, truth, BALL_CONFIDENCE)
        labelled = hits[CLASS_NAMES[0]][2]
        balls = np.array([count.recall * labelled, count.false_per_frame * len(found), labelled])
        return cls(len(found), hits, balls)


def _hits(
    found: list[Scored], truth: list[Scored], class_id: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_], int]:
    mine = [(f.of(class_id), t.of(class_id)) for f, t in zip(found, truth, strict=True)]
    right = [match(f.xyxy, t.xyxy, iou=MIN_IOU) for f, t in mine]
    labelled = sum(len(t.score) for _, t in mine)
    return np.concatenate([f.score for f, _ in mine]), np.concatenate(right), labelled


def figure(matches: Sequence[Tally], column: str) -> float:
    """One of COLUMNS over some matches: AP50 of a class, their mean, or balls; NaN if unknown.

    `found` is the share of the labelled balls, `false` how many others there are in a frame.
    """
    if column == "mean":
        values = np.array([figure(matches, name) for name in CLASS_NAMES])
        return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
    if column in ("found", "false"):
        found, false, labelled = sum((each.balls for each in matches), np.zeros(3))
        if column == "false":
            return float(false / max(sum(each.frames for each in matches), 1))
        return float(found / labelled) if labelled else float("nan")
    scores, hits, labelled = zip(*(each.hits[column] for each in matches), strict=True)
    return average_precision(np.concatenate(scores), np.concatenate(hits), truths=sum(labelled))


def table(matches: dict[str, Tally]) -> str:
    """A line for each match, then one for all of them and two for the ends of the intervals."""
    lines = [f"{'match':16} {'frames':>6} " + " ".join(f"{name[:7]:>7}" for name in COLUMNS)]
    for name, tally in matches.items():
        lines.append(_line(name, tally.frames, [figure([tally], each) for each in COLUMNS]))
    tallies = list(matches.values())
    frames = sum(tally.frames for tally in tallies)
    intervals = [
        bootstrap(tallies, partial(figure, column=each), samples=SAMPLES) for each in COLUMNS
    ]
    for name, end in (("all", "value"), ("95 % from", "low"), ("95 % to", "high")):
        lines.append(_line(name, frames, [getattr(each, end) for each in intervals]))
    return "\n".join(lines)


def _line(name: str, frames: int, values: Sequence[float]) -> str:
    return f"{name:16} {frames:6} " + " ".join(f"{value:7.3f}" for value in values)
