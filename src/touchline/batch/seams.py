"""Which shot and which track of a piece goes on with which of the one before it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.batch.parts import PartEnd
from touchline.batch.pieces import Piece
from touchline.frame import FrameState, Objects
from touchline.geometry import pairwise_iou

ALIKE = 0.5
"""IoU from which boxes of one frame show the same object, ..."""
LEAST = 3
"""... if it is so in so many frames."""


@dataclass(slots=True, eq=False)
class Renaming:
    """Numbers of shots and ids of a piece as they are in the whole match.

    Attributes:
        base: What is added to an id that goes on with none.
        first_shot: The number of the piece's first shot, unless ``shots`` has it.
        ids: Those that go on with one of the piece before.
        shots: Likewise.
    """

    base: int
    first_shot: int
    ids: dict[int, int] = field(default_factory=dict)
    shots: dict[int, int] = field(default_factory=dict)

    def id(self, own: int) -> int:
        """An id in the whole match; -1 stays, and so do the negative ones of unnamed objects."""
        return own if own < 0 else self.ids.get(own, own + self.base)

    def shot(self, own: int) -> int:
        """The number of a shot in the whole match."""
        if own in self.shots:
            return self.shots[own]
        known = [each for each in self.shots if each < own]
        if not known:
            return self.first_shot + own
        return self.shots[max(known)] + own - max(known)


def names_of(ends: Sequence[PartEnd], pieces: Sequence[Piece]) -> list[Renaming]:
    """The names of the pieces of one match, in order."""
    names = [Renaming(0, 0)]
    for number in range(1, len(ends)):
        before, after, last = ends[number - 1], ends[number], names[-1]
        base = last.base + before.next_id
        own = Renaming(base, 0)
        seen = {state.index: state for state in before.tail}
        pairs = [(seen[state.index], state) for state in after.head if state.index in seen]
        for one, other in pairs:
            least = max(own.shots.values(), default=-1) + 1
            own.shots.setdefault(other.shot, max(last.shot(one.shot), least))
        kept = [state.shot for state in before.tail if state.index < pieces[number].first]
        own.first_shot = last.shot(kept[-1]) + 1
        own.ids = {new: last.id(old) for new, old in _continued(pairs).items()}
        names.append(own)
    return names


def _continued(pairs: Sequence[tuple[FrameState, FrameState]]) -> dict[int, int]:
    """The track of a piece, and the one of the piece before that shows the same object."""
    votes: Counter[tuple[int, int]] = Counter()
    for one, other in pairs:
        votes.update(_same(*(Objects.from_supervision(each.objects) for each in (one, other))))
    if not votes:
        return {}
    olds, news = (sorted({pair[place] for pair in votes}) for place in (0, 1))
    table = np.zeros((len(olds), len(news)))
    for (old, new), count in votes.items():
        table[olds.index(old), news.index(new)] = count
    rows, columns = linear_sum_assignment(table, maximize=True)
    return {
        news[column]: olds[row]
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if table[row, column] >= LEAST
    }


def _same(one: Objects, other: Objects) -> list[tuple[int, int]]:
    """Ids of boxes of one frame that show the same object: of the piece before, of this one."""
    one, other = one[one.tracker_id >= 0], other[other.tracker_id >= 0]
    if not len(one) or not len(other):
        return []
    iou = pairwise_iou(one.xyxy, other.xyxy)
    iou[one.is_ball[:, None] != other.is_ball] = 0
    rows, columns = linear_sum_assignment(iou, maximize=True)
    good = iou[rows, columns] >= ALIKE
    return list(
        zip(
            one.tracker_id[rows[good]].tolist(),
            other.tracker_id[columns[good]].tolist(),
            strict=True,
        )
    )
