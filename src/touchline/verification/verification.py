"""The stage itself: a window of frames in, their verified objects out.

::

    window of frames -> WindowTable -> select -> look -> vote -> settle -> propose -> objects
                                         ^                |
                                         +-- the expert --+
"""

from collections.abc import Sequence
from dataclasses import dataclass

from touchline.arrays import Int64
from touchline.errors import UsageError
from touchline.frame import Objects, TrackedFrame
from touchline.verification.look import look, pool
from touchline.verification.propose import confirm, fill, propose
from touchline.verification.select import select, select_doubtful
from touchline.verification.settle import settle
from touchline.verification.verifier import Verifier
from touchline.verification.vote import TrackRecords, add_expert_votes, add_student_votes, decide
from touchline.verification.window import WindowTable

EXPERT_SHARE = 0.03
"""Share of the objects in frames looked at that the expensive verifier may see."""
MIN_LOOKS = 10
"""Frames looked at in a shot before its coverage is judged."""


@dataclass(slots=True)
class Spent:
    """What verification cost so far: objects that could be looked at, and looks."""

    objects: int = 0
    student: int = 0
    expert: int = 0


class Verification:
    """A second opinion on every object of one clip.

    A track is looked at on its best views and again when it changes; its votes are kept for the
    shot. A track that shows no person of the game is dropped, and the rest take the role that was
    seen. The ball is looked at in each frame in which it was detected. A box that tracking
    filled in where the detector had looked in vain stays if a look confirms it. Where fewer than
    ``min_coverage`` of a shot's frames have objects, known tracks are proposed where they are
    missing, and kept where a look confirms them; frames without any detection always get proposals
    from the second before and after.

    A stage of the pipeline. Make a new one for each clip: its memory ends with the shot, and never
    outlives the clip.

    Args:
        verifier: Looks first, often: the student, or any other where there is just one.
        expert: Looks at what stays doubtful, at most ``EXPERT_SHARE`` of all; both have a vote.
        full: Take no shortcut: every object in every frame with a picture is looked at, by both.
        min_coverage: Share of frames with objects below which a shot is filled as a whole.

    Attributes:
        spent: Looks so far.
        name: Of the stage.
        reads: Columns that it reads.
        adds: Columns that it adds.
        looks: It needs pictures.

    Raises:
        UsageError: ``min_coverage`` is not from 0 to 1.
    """

    name = "verification"
    reads = ("tracker_id", "source", "detected_class_id")
    adds = ("verified",)
    looks = True

    def __init__(
        self,
        verifier: Verifier,
        *,
        expert: Verifier | None = None,
        full: bool = False,
        min_coverage: float = 0.7,
    ) -> None:
        if not 0 <= min_coverage <= 1:
            raise UsageError(f"min_coverage is from 0 to 1; got {min_coverage}.")
        self.spent = Spent()
        self._verifier = verifier
        self._expert = expert
        self._full = full
        self._min_coverage = min_coverage
        self._tracks = TrackRecords()
        self._shot: int | None = None
        self._expert_allowance = 0.0

    @property
    def memory(self) -> object:
        """What it carries over a cut; see ``touchline.pipeline.stages.Resumable``."""
        return self.spent, self._expert_allowance

    @memory.setter
    def memory(self, memory: tuple[Spent, float]) -> None:
        self.spent, self._expert_allowance = memory

    def process(self, window: Sequence[TrackedFrame]) -> list[Objects]:
        """Verify the next frames, all of one shot.

        Args:
            window: Frames in order, their objects with a ``tracker_id``; those with an image were
                looked at by the detector. More at once see further ahead: a second is good.

        Returns:
            The objects of each: those that no verifier believes in are gone, ``class_id`` is the
            verifier's, boxes may be added with the source ``proposed``, and the column
            ``verified``, float32 (n,), is the probability of what is claimed, NaN where
            nobody looked at this very box.

        Raises:
            UsageError: The frames are not of one shot.
            ModelError: A network failed.
        """
        if not window:
            return []
        self._enter(window)
        table = WindowTable.of(window)
        self.spent.objects += int(table.pictured.sum())
        rows = select(table, self._tracks, full=self._full)
        self.spent.student += len(rows)
        table = look(table, rows, self._verifier)
        add_student_votes(table, rows, self._tracks)
        if self._expert is not None:
            table = self._ask_expert(self._expert, table, rows)
        table = decide(table, self._tracks)
        frames = settle(table, self._tracks)
        proposals = propose(frames, self._tracks, sparse=self._is_sparse)
        self.spent.student += len(proposals)
        proposals = confirm(proposals, frames, self._verifier)
        return fill(frames, proposals)

    def _enter(self, window: Sequence[TrackedFrame]) -> None:
        """Begin a new memory at a cut, or let the old one fade up to this window."""
        shots = {frame.shot for frame in window}
        if len(shots) > 1:
            raise UsageError(f"a window lies in one shot; this one has frames of {sorted(shots)}.")
        if self._shot not in shots:
            self._shot, self._tracks = shots.pop(), TrackRecords()
        self._tracks.advance(window[0].time)
        self._tracks.count(window)

    def _ask_expert(self, expert: Verifier, table: WindowTable, rows: Int64) -> WindowTable:
        """Show the most doubtful of the rows (k,) to the expert, within what may be spent on it."""
        if not self._full:
            self._expert_allowance += EXPERT_SHARE * int(table.pictured.sum())
            rows = select_doubtful(table, rows, self._tracks, at_most=int(self._expert_allowance))
            self._expert_allowance -= len(rows)
        self.spent.expert += len(rows)
        second = look(table, rows, expert)
        both = pool(table, second, rows)
        add_expert_votes(second, rows, self._tracks)
        return both

    @property
    def _is_sparse(self) -> bool:
        """Whether the shot is full of holes: too few frames have an object."""
        enough = self._tracks.looked >= MIN_LOOKS
        return enough and self._tracks.coverage < self._min_coverage
