"""The stage itself: a window of frames in, the same frames with verified objects out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.errors import UsageError
from touchline.frame import Objects, TrackedFrame, concatenate
from touchline.verification.choosing import best_views, doubtful, note_look
from touchline.verification.gaps import settle
from touchline.verification.labels import Label, as_claimed
from touchline.verification.ledger import Ledger
from touchline.verification.proposals import between_looks, places, propose, remember
from touchline.verification.rows import Rows, answered
from touchline.verification.sight import Sight, views
from touchline.verification.verifier import Verifier

KEEP_BALL = 0.4
"""Probability of a football below which a detected ball is dropped."""
CONFIRM = 0.7
"""Probability from which a box that was filled in is confirmed."""
EXPERT_SHARE = 0.03
"""Share of the objects in frames looked at that the expensive verifier may see."""
SHORT, LONG = 1.0, 2.0
"""Seconds for which a track is carried into a frame in which nothing at all was detected; and into
any frame of a shot that is full of holes."""
_BALL_WEIGHTS = np.array([1, 2, 3, 2, 1]) / 9
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

    A track is looked at on its best views and again when it changes; what was said of it is kept
    for the shot. A track that shows no person of the game is dropped, and the rest take the role
    that was seen. The ball is looked at in each frame in which it was detected. A box that tracking
    filled in where the detector had looked in vain stays if a look confirms it. Where fewer than
    ``min_coverage`` of a shot's frames have objects, known tracks are proposed where they are
    missing, and kept where a look confirms them; frames without any detection always get proposals
    from the second before and after.

    A stage of the pipeline. Make a new one for each clip: its memory ends with the shot, and never
    outlives the clip.

    Args:
        verifier: Looks first, often: the student, or any other where there is just one.
        expert: Looks at what stays doubtful, at most ``EXPERT_SHARE`` of all; both are heard.
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
        self._ledger = Ledger()
        self._shot: int | None = None
        self._owed = 0.0

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
        sight = Sight.of(window)
        rows = sight.rows
        asked = self._choose(sight)
        opinions = np.full((len(rows), len(Label)), np.nan)
        opinions[asked] = self._ask(sight, asked)
        self._hear(sight, asked, opinions)
        self._ask_expert(sight, asked, opinions)
        rows = self._decide(sight, opinions)
        rows = rows[settle(rows, self._confirmed(sight, rows), sight.looked, self._ledger)]
        return answered(window, self._filled(rows, window))

    def _enter(self, window: Sequence[TrackedFrame]) -> None:
        """Begin a new memory at a cut, or let the old one fade up to this window."""
        shots = {shown.shot for shown in window}
        if len(shots) > 1:
            raise UsageError(f"a window lies in one shot; this one has frames of {sorted(shots)}.")
        if self._shot not in shots:
            self._shot, self._ledger = shots.pop(), Ledger()
        self._ledger.advance(window[0].time)

    def _choose(self, sight: Sight) -> Int64:
        """Rows (k,) of the objects that are looked at first."""
        rows = sight.rows
        self._ledger.count(sight.seen, rows.place[~rows.is_filled])
        self.spent.objects += int(sight.looked.sum())
        may = sight.looked & ~sight.close_up & (~rows.is_filled | sight.in_view)
        if self._full:
            return np.flatnonzero(may)
        people = may & ~rows.is_filled & ~rows.is_ball
        single = may & (rows.is_filled | rows.is_ball)
        best = best_views(rows, sight.window, self._ledger, people)
        return np.flatnonzero(best | single)

    def _ask(self, sight: Sight, asked: Int64) -> Float64:
        """The first verifier's probabilities (k, 6) of the chosen objects."""
        self.spent.student += len(asked)
        seen = views(sight.rows[asked], sight.window)
        return np.asarray(self._verifier.judge(seen), np.float64)

    def _hear(self, sight: Sight, asked: Int64, opinions: Float64) -> None:
        """Add the looks at detected people to what is known of their tracks."""
        rows = sight.rows
        votes = asked[~rows.is_ball[asked] & ~rows.is_filled[asked]]
        for track in np.unique(rows.tracker_id[votes]).tolist():
            mine = votes[rows.tracker_id[votes] == track]
            record = self._ledger[track]
            record.student.hear(opinions[mine], sight.weight[mine])
            note_look(record, rows, int(mine[-1]), sight.window[rows.place[mine[-1]]])

    def _ask_expert(self, sight: Sight, asked: Int64, opinions: Float64) -> None:
        """Show the most doubtful objects to the expert, and pool both words."""
        if self._expert is None:
            return
        rows = sight.rows
        chosen = asked if self._full else self._doubtful(sight, asked, opinions)
        self.spent.expert += len(chosen)
        said = np.asarray(self._expert.judge(views(rows[chosen], sight.window)), np.float64)
        votes = ~rows.is_ball[chosen] & ~rows.is_filled[chosen]
        for row, word in zip(chosen[votes].tolist(), said[votes], strict=True):
            record = self._ledger[int(rows.tracker_id[row])]
            record.expert.hear(word[None], sight.weight[row : row + 1])
        opinions[chosen] = _pooled(opinions[chosen], said)

    def _doubtful(self, sight: Sight, asked: Int64, opinions: Float64) -> Int64:
        """The rows (k,) that are worth an expensive look, within what may be spent."""
        self._owed += EXPERT_SHARE * int(sight.looked.sum())
        rows = replace(sight.rows, probability=_claims(sight.rows, opinions))
        chosen = doubtful(rows, asked, self._ledger, int(self._owed))
        self._owed -= len(chosen)
        return chosen

    def _decide(self, sight: Sight, opinions: Float64) -> Rows:
        """The objects with the verifier's classes, and its confidence where nobody else has one."""
        rows = sight.rows
        class_id = rows.class_id.copy()
        for track in np.unique(rows.tracker_id[~rows.is_ball]).tolist():
            mine = np.flatnonzero(rows.tracker_id == track)
            record, last = self._ledger[track], int(mine[-1])
            record.note_scores(rows.confidence[mine[~rows.is_filled[mine]]])
            record.seen_at = sight.window[rows.place[last]].time
            class_id[mine] = record.judge(int(rows.class_id[last]))
        probability = _claims(rows, opinions)
        told = rows.is_filled & np.isfinite(probability)
        confidence = np.where(told, probability, rows.confidence)
        return replace(rows, class_id=class_id, confidence=confidence, probability=probability)

    def _confirmed(self, sight: Sight, rows: Rows) -> Bools:
        """Which objects (n,) stand on what was seen in their own frame."""
        told = np.nan_to_num(rows.probability)
        balls = _steady(rows) >= KEEP_BALL
        persons = np.array(
            [self._ledger[track].is_person for track in rows.tracker_id.tolist()], np.bool_
        )
        detected = np.where(rows.is_ball, balls, persons)
        filled = sight.in_view & (told >= CONFIRM) & (rows.is_ball | persons)
        return np.asarray(np.where(rows.is_filled, filled, detected) & sight.looked)

    def _filled(self, rows: Rows, window: Sequence[TrackedFrame]) -> Rows:
        """Add confirmed proposals: in frames without any detection, or in a shot full of holes."""
        seen = rows[~rows.is_filled]
        known = places(seen[~seen.is_ball], window)
        reach = np.full(len(window), SHORT)
        reach[seen.place] = 0
        if self._ledger.looked >= MIN_LOOKS and self._ledger.coverage < self._min_coverage:
            reach[:] = LONG
        proposals = propose(rows, window, self._ledger, known=known, reach=reach)
        rows = concatenate([rows, self._kept(proposals, window)]).sorted()
        remember(known, self._ledger)
        return concatenate([rows, between_looks(rows, window)]).sorted()

    def _kept(self, proposals: Rows, window: Sequence[TrackedFrame]) -> Rows:
        """The proposals that the verifier confirms, with its probability as their confidence."""
        self.spent.student += len(proposals)
        opinions = np.asarray(self._verifier.judge(views(proposals, window)), np.float64)
        told = _claims(proposals, opinions)
        return replace(proposals, confidence=told, probability=told)[told >= CONFIRM]


def _claims(rows: Rows, opinions: Float64) -> Float64:
    """Probability (n,) of what is claimed, NaN where nobody looked."""
    return as_claimed(opinions, rows.is_ball)


def _pooled(first: Float64, second: Float64) -> Float64:
    """Two words (k, 6) on the same crops as one: their geometric mean."""
    mean = np.sqrt(first * second) + 1e-9
    return np.asarray(mean / mean.sum(axis=1, keepdims=True))


def _steady(rows: Rows) -> Float64:
    """Probability (n,) of a football, pooled with two looks before and after it; 0 for people.

    A ball is a dozen pixels: one blurred look should not drop it, nor one lucky look keep a shoe.
    """
    pooled = np.zeros(len(rows))
    balls = np.flatnonzero(rows.is_ball & np.isfinite(rows.probability) & ~rows.is_filled)
    if len(balls):
        sure = np.clip(rows.probability[balls], 0.01, 0.99)
        odds = np.pad(np.log(sure / (1 - sure)), 2, mode="edge")
        pooled[balls] = 1 / (1 + np.exp(-np.convolve(odds, _BALL_WEIGHTS, mode="valid")))
    return pooled
