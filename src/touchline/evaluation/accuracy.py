"""How true results are: answers held against labels, match by match."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np
from rich.table import Table

from touchline.arrays import Float64
from touchline.errors import InputError, UsageError
from touchline.evaluation.labels import LabelledFrames, by_match
from touchline.evaluation.metrics import (
    BallCount,
    Hota,
    Interval,
    Matched,
    Tracking,
    average_precision,
    bootstrap,
    combined_hota,
    combined_tracking,
    count_balls,
    distances,
    gs_hota,
    joined,
    match_class,
    mean_ap,
    position_errors,
    tracking,
    who,
)
from touchline.evaluation.pairs import FORMATS, PathLike, read_pair
from touchline.evaluation.people import frame_intervals, sum_people
from touchline.evaluation.pitch import pitch_part, sum_pitch
from touchline.frame import ClassId

SAMPLES = 1000
"""Draws of matches behind an interval."""

Part = TypeVar("Part")
_Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over all matches, and its interval; None where there is nothing to draw from."""

    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trueness:
    """How true answers are by one metric.

    Attributes:
        metric: A key of ``METRICS``.
        frames: Labelled frames.
        matches: The figures of each match alone, by its name.
        figures: The figures of all matches as one, not means over them.
        drawn: What is drawn for the intervals: matches, or the frames of the only one.
    """

    metric: str
    frames: int
    matches: dict[str, dict[str, float]]
    figures: dict[str, Estimate]
    drawn: str = "matches"

    def as_dict(self) -> dict[str, object]:
        """The figures as JSON takes them: NaN is None, an infinite distance "infinite"."""
        return {
            "metric": self.metric,
            "frames": self.frames,
            "drawn": self.drawn,
            "figures": {name: _figure_as_json(each) for name, each in self.figures.items()},
            "matches": {
                match: {name: _as_json(value) for name, value in figures.items()}
                for match, figures in self.matches.items()
            },
        }

    def table(self) -> Table:
        """The figures as a person reads them."""
        matches = "one match" if len(self.matches) == 1 else f"{len(self.matches)} matches"
        levels = [each.interval.level for each in self.figures.values() if each.interval]
        title = f"{levels[0]:.0%} interval over {self.drawn}" if levels else "interval"
        result = Table(self.metric, f"{matches}, {self.frames} frames", title)
        for name, figure in self.figures.items():
            span = "one match" if len(self.matches) == 1 else ""
            if figure.interval is not None:
                span = f"{_text(figure.interval.low)} to {_text(figure.interval.high)}"
            result.add_row(name, _text(figure.value), span)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class _Boxes:
    """What a match adds to detection: each class by its id, and the balls."""

    classes: dict[int, Matched]
    balls: BallCount


def evaluate_truth(
    metric: str,
    pairs: Sequence[tuple[PathLike, PathLike]],
    *,
    form: str | None = None,
    samples: int = SAMPLES,
) -> Trueness:
    """Hold answers against labels.

    Args:
        metric: One of ``METRICS``: detection (COCO's AP by class; balls within 15 px), tracking
            (HOTA, IDF1, MOTA of people), people (roles, teams, ids, HOTA by role), pitch,
            positions (metres), state (GS-HOTA).
        pairs: Labels and the answer to them: ``predictions.json``, ``tracks.parquet``, MOT, an
            answer to SoccerNet GSR, or any format of labels. Frames of one match may be spread
            over several.
        form: One of ``touchline.evaluation.pairs.FORMATS``, for all labels; guessed for each
            unless told.
        samples: Draws of matches behind the intervals.

    Raises:
        InputError: A file cannot be read, does not say what the metric needs, or is of another
            video; the message names file, frame and field.
        UsageError: No pair, or a metric or format that does not exist.
    """
    if metric not in METRICS:
        raise UsageError(f"the metric is one of {', '.join(METRICS)}; got {metric!r}.")
    if form is not None and form not in FORMATS:
        raise UsageError(f"the format of labels is one of {', '.join(FORMATS)}; got {form!r}.")
    if not pairs:
        raise UsageError("labels and an answer to them are needed.")
    read = [read_pair(metric, labels, found, form) for labels, found in pairs]
    return METRICS[metric](metric, read, samples)


def _evaluator(
    part: Callable[[LabelledFrames, LabelledFrames], Part],
    sum_up: Callable[[Sequence[Part]], _Figures],
    of_one: Callable[[Sequence[Part], int], Mapping[str, Interval]] = lambda _, __: {},
) -> Callable[[str, Sequence[tuple[LabelledFrames, LabelledFrames]], int], Trueness]:
    """Evaluate by what each match adds, what the sum of several says, and intervals of one."""

    def evaluate(
        metric: str, read: Sequence[tuple[LabelledFrames, LabelledFrames]], samples: int
    ) -> Trueness:
        parts: dict[str, list[Part]] = {}
        for match, truth, found in (each for pair in read for each in by_match(*pair)):
            parts.setdefault(match, []).append(part(truth, found))
        if not parts:
            raise InputError(f"{read[0][0].source} has no labelled frame.")
        figures = dict(_figures(parts, sum_up, samples))
        alone = of_one(next(iter(parts.values())), samples) if len(parts) == 1 else {}
        figures |= {name: replace(figures[name], interval=each) for name, each in alone.items()}
        return Trueness(
            metric=metric,
            frames=sum(len(truth) for truth, _ in read),
            matches={name: sum_up(each) for name, each in parts.items()},
            figures=figures,
            drawn="frames" if alone else "matches",
        )

    return evaluate


def _figures(
    parts: Mapping[str, list[Part]], sum_up: Callable[[Sequence[Part]], _Figures], samples: int
) -> Iterator[tuple[str, Estimate]]:
    # All figures are resampled by the same draws: those of a draw are worked out once.
    @cache
    def drawn(names: tuple[str, ...]) -> _Figures:
        return sum_up([part for name in names for part in parts[name]])

    matches = sorted(parts)
    for name, value in drawn(tuple(matches)).items():

        def metric(names: Sequence[str], name: str = name) -> float:
            return drawn(tuple(sorted(names)))[name]

        several = len(matches) > 1
        yield (
            name,
            Estimate(value, bootstrap(matches, metric, samples=samples) if several else None),
        )


def _boxes(truth: LabelledFrames, found: LabelledFrames) -> _Boxes:
    # Every ball of an answer is claimed, whatever confidence it has.
    (balls,) = count_balls(truth, found, [0.0])
    return _Boxes({int(each): match_class(truth, found, each) for each in ClassId}, balls)


def _sum_boxes(parts: Sequence[_Boxes]) -> _Figures:
    by_class = {
        each.name.lower(): average_precision(joined([part.classes[each] for part in parts]))
        for each in ClassId
    }
    balls = BallCount(
        0.0,
        *(sum(getattr(part.balls, name) for part in parts) for name in _BALL_COUNTS),
    )
    known = [each.ap50 for each in by_class.values() if each.labelled]
    return {
        "mAP": mean_ap(by_class.values()),
        "mAP50": float(np.mean(known)) if known else math.nan,
        **{f"AP {name}": each.ap for name, each in by_class.items()},
        **{f"AP50 {name}": each.ap50 for name, each in by_class.items()},
        "balls found within 15 px": balls.recall,
        "false balls per frame": balls.false_per_frame,
    }


_BALL_COUNTS = ("found", "labelled", "false", "frames")


def _sum_tracking(parts: Sequence[Tracking]) -> _Figures:
    both = combined_tracking(parts)
    return {
        "HOTA": both.hota.hota,
        "DetA": both.hota.det_a,
        "AssA": both.hota.ass_a,
        "IDF1": both.identity.idf1,
        "MOTA": both.clear.mota,
        "switches": float(both.clear.switches),
    }


def _sum_positions(parts: Sequence[Float64]) -> _Figures:
    errors = distances(np.concatenate(parts))
    return {"median m": errors.median, "95 % m": errors.p95, "people": float(errors.count)}


def _sum_state(parts: Sequence[Hota]) -> _Figures:
    both = combined_hota(parts)
    return {"GS-HOTA": both.hota, "GS-DetA": both.det_a, "GS-AssA": both.ass_a}


METRICS: Mapping[
    str, Callable[[str, Sequence[tuple[LabelledFrames, LabelledFrames]], int], Trueness]
] = {
    "detection": _evaluator(_boxes, _sum_boxes),
    "tracking": _evaluator(tracking, _sum_tracking),
    "people": _evaluator(who, sum_people, frame_intervals),
    "pitch": _evaluator(pitch_part, sum_pitch),
    "positions": _evaluator(position_errors, _sum_positions),
    "state": _evaluator(gs_hota, _sum_state),
}


def _figure_as_json(figure: Estimate) -> dict[str, object]:
    interval = figure.interval
    return {
        "value": _as_json(figure.value),
        "interval": interval
        and {name: _as_json(getattr(interval, name)) for name in ("low", "high", "level")},
    }


def _as_json(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return "infinite" if math.isinf(value) else value


def _text(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.4g}"
