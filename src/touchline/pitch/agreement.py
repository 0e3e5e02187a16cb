"""How well a camera's lines and the paint agree, and what is enough.

Precision is the share of the markings in the picture that lie on a ridge, recall the share of the
ridges that markings explain. Right homographies reach .95 and .63, those of another frame .09; a
pitch shifted by a metre .41. The pitch turned by 180 degrees agrees as well as the right one.
"""

from dataclasses import astuple, dataclass

import cv2
import numpy as np

from touchline.arrays import Bools
from touchline.pitch.alignment import seen_markings
from touchline.pitch.markings import Markings
from touchline.pitch.paint import WIDTH, Paint
from touchline.pitch.view import PitchCamera

TOLERANCE = 4.0
"""Pixels of a picture ``WIDTH`` wide between a marking and its ridge."""
_SHOWN, _LINE = 25.0, 0.5
"""Pixels of a line in the picture, and the share of them on a ridge, from which it is seen."""


@dataclass(frozen=True, slots=True)
class LineFit:
    """How markings and paint agree.

    Attributes:
        precision: Share of the markings in the picture that lie on a ridge.
        recall: Share of the ridges that markings explain.
        long_recall: The same of ridges along straight lines: what else is bright is mostly people.
        lines: How many different lines are seen.
        length: Widths of the picture of markings on ridges.
    """

    precision: float = 0.0
    recall: float = 0.0
    long_recall: float = 0.0
    lines: int = 0
    length: float = 0.0

    @property
    def balance(self) -> float:
        """Harmonic mean of precision and long recall."""
        return harmonic_mean(self.precision, self.long_recall)

    def confirms(self, kind: str) -> bool:
        """Whether it is enough for a camera of a kind, see ``LIMITS``."""
        mine = np.array(astuple(self))
        return any((mine >= astuple(least)).all() for least in LIMITS[kind])


LIMITS = {
    "points": (
        LineFit(precision=0.3),
        LineFit(precision=0.15, recall=0.5, long_recall=0.8, lines=3, length=0.6),
    ),
    "few": (
        LineFit(precision=0.6, recall=0.4, long_recall=0.8, lines=2, length=0.6),
        LineFit(precision=0.85, long_recall=0.6, lines=3, length=1.0),
    ),
    "followed": (LineFit(precision=0.5, long_recall=0.6),),
    "lines": (LineFit(precision=0.85, long_recall=0.6, lines=5),),
}
"""What is asked of a camera: by who else speaks for it. A homography of many points is independent
of the paint, three to five points fit any camera, a followed one was right a moment ago, and what a
search over lines has found has nobody else. One of several is enough: from a wide view far lines
are too thin to be seen, and what there is of paint must be theirs then; stands and boards that are
green add ridges that no marking explains, and then the markings must lie on paint all the more."""


def harmonic_mean(first: float, second: float) -> float:
    """Of two shares; 0 where both are."""
    both = first + second
    return 2 * first * second / both if both else 0.0


def agreement(camera: PitchCamera, markings: Markings, paint: Paint, long: Bools) -> LineFit:
    """Hold a camera's lines against the paint; ``long`` (n,) is what lies on straight lines."""
    seen = seen_markings(camera, markings, paint.height)
    if len(seen.rows) < 10 or len(paint) < 30:
        return LineFit()
    off, _ = paint.across(seen.pixels, seen.normal, TOLERANCE)
    hit = np.isfinite(off)
    along = np.stack([np.sin(seen.normal), -np.cos(seen.normal)], axis=1)
    reach = along * seen.length[:, None] * 0.55
    drawn = np.zeros((paint.height, WIDTH), np.uint8)
    ends = np.stack([seen.pixels - reach, seen.pixels + reach], axis=1).astype(np.int32)
    cv2.polylines(drawn, list(ends), isClosed=False, color=1, thickness=round(2 * TOLERANCE) + 1)
    columns, rows = paint.points.astype(np.intp).T
    explained = drawn[rows.clip(0, paint.height - 1), columns.clip(0, WIDTH - 1)] > 0
    line = markings.line[seen.rows]
    shown = np.bincount(line, seen.length)
    on_paint = np.bincount(line, seen.length * hit)
    return LineFit(
        precision=float(seen.length @ hit / seen.length.sum()),
        recall=float(explained.mean()),
        long_recall=float(explained[long].mean()) if long.sum() > 30 else 0.0,
        lines=int(((shown > _SHOWN) & (on_paint > _LINE * shown)).sum()),
        length=float(seen.length @ hit / WIDTH),
    )
