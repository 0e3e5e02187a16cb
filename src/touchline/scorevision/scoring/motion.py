"""How players move from frame to frame: where the scene is cut, and whether moves are plausible."""

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.scorevision.scoring.answer import AnswerArrays, Players

CUT_MOVE, CUT_SHARE = 20.0, 0.5
"""A frame in which at least this share of the players moved further than so many pixels cuts."""
PLAUSIBLE_MOVE = 30.0
"""Pixels a player may move from one frame to the next."""
PLAUSIBLE_GAP = 2
"""Frames that may lie between the two, in numbers."""
STILL, SLOW = 2.0, 10.0
"""Pixels of a step up to which it counts in full, and by half; beyond, it counts in full again."""


def moves(players: Players) -> Float64:
    """Pixels (p,) that each player moved since the frame before; NaN where they were not in it.

    Where an id stands twice in the frame before, its last place counts.
    """
    if not len(players.rank):
        return np.empty(0)
    ids = int(players.tracker_id.max()) + 1
    key = players.rank * ids + players.tracker_id
    # The first of the reversed rows is the last of the rows.
    known, reverse = np.unique(key[::-1], return_index=True)
    place = np.minimum(np.searchsorted(known, key - ids), len(known) - 1)
    before = players.centre[len(key) - 1 - reverse[place]]
    moved: Float64 = np.hypot(*(players.centre - before).T)
    return np.where(known[place] == key - ids, moved, np.nan)


def find_cuts(players: Players, moved: Float64, frames: int) -> Bools:
    """Whether the scene is cut at each of the ``frames`` frames, by rank.

    ``moved further than 20 px / players in the frame >= 0.5``: a player who was not in the frame
    before has not moved, and the other classes are not asked.
    """
    far = np.bincount(players.rank[moved > CUT_MOVE], minlength=frames)
    everybody = np.bincount(players.rank, minlength=frames)
    cuts: Bools = (everybody > 0) & (far >= CUT_SHARE * everybody)
    return cuts


def segments_of(cuts: Bools) -> Int64:
    """Segment (f,) of each frame, from 0.

    The frame of a cut still belongs to the segment before it: the validator counts on after it
    has written the frame down. The jump itself is so held against the segment that it ends.
    """
    segment: Int64 = np.cumsum(cuts) - cuts
    return segment


def plausibilities(answer: AnswerArrays, moved: Float64, segment: Int64) -> Float64:
    """Share (s,) of moves up to 30 px in each segment, of those across at most 2 frames.

    1 for a segment of one frame, 0.5 for one without such a move.
    """
    rank = answer.players.rank
    before = np.maximum(rank - 1, 0)
    near = answer.number[rank] - answer.number[before] <= PLAUSIBLE_GAP
    counted = ~np.isnan(moved) & (segment[rank] == segment[before]) & near
    sizes = np.bincount(segment)
    total = np.bincount(segment[rank[counted]], minlength=len(sizes))
    jumps = counted & (moved > PLAUSIBLE_MOVE)
    bad = np.bincount(segment[rank[jumps]], minlength=len(sizes))
    share = np.where(total > 0, 1 - bad / np.maximum(total, 1), 0.5)
    return np.where(sizes < 2, 1.0, share)


def player_consistency(players: Players) -> float:
    """Mean over the steps of all tracks, times 100: up to 2 px 1, up to 10 px 0.5, further 1.

    A step leads from one appearance of an id to the next, however many frames lie between, and
    whether or not they are in one frame. 0 without any step.
    """
    # A stable sort: by id, then by frame, then as listed.
    order = np.lexsort((players.rank, players.tracker_id))
    same = np.diff(players.tracker_id[order]) == 0
    steps = np.hypot(*np.diff(players.centre[order], axis=0)[same].T)
    if not steps.size:
        return 0.0
    return float(np.where((steps > STILL) & (steps <= SLOW), 0.5, 1.0).mean() * 100)
