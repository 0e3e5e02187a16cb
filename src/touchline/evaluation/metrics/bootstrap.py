"""How sure a figure is: what it would be with other matches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from touchline.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the interval that holds it with probability ``level``.

    Attributes:
        value: The figure over all matches.
        low: Lower end.
        high: Upper end.
        level: Share of the resamples between the two.
        matches: How many matches there were; with one, the interval says nothing.
    """

    value: float
    low: float
    high: float
    level: float
    matches: int


def bootstrap(
    matches: Sequence[T],
    metric: Callable[[Sequence[T]], float],
    *,
    samples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Give the percentile interval of a metric, matches drawn with replacement (Efron 1979).

    Frames of one match are alike, so matches are drawn and not frames. A draw in which the metric
    is NaN (no label of a class, say) is left out.

    Args:
        matches: What each match adds to the metric.
        metric: The figure of some of them, a match possibly several times.
        samples: How often to draw.
        seed: Of the draws.
        level: Share of the draws inside the interval.

    Raises:
        UsageError: There is no match, or ``samples`` or ``level`` is out of range.
    """
    if not matches or samples < 1 or not 0 < level < 1:
        raise UsageError(
            f"at least one match and one sample and a level between 0 and 1 are needed; "
            f"got {len(matches)}, {samples} and {level}"
        )
    random = np.random.default_rng(seed)
    draws = random.integers(len(matches), size=(samples, len(matches)))
    values = np.array([metric([matches[row] for row in draw]) for draw in draws])
    known = values[~np.isnan(values)]
    ends = [50 * (1 - level), 50 * (1 + level)]
    low, high = np.percentile(known, ends) if len(known) else (np.nan, np.nan)
    return Interval(metric(matches), float(low), float(high), level, len(matches))
