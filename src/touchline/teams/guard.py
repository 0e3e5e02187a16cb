"""Which team guards which goal: the deepest man before it is mostly one of those who guard it."""

from collections.abc import Sequence

import numpy as np

from touchline.arrays import Float64, Int64
from touchline.teams.evidence import Lineup

MEMORY = 60.0
"""Seconds in which a vote falls to 37 %: teams change ends."""
FEWEST = 3
"""Outfield players in a half from which the deepest one has a vote."""


def keeper_teams(
    keepers: Int64, teams: Float64, moments: Sequence[Lineup]
) -> tuple[Int64, Float64]:
    """The team of each keeper.

    Args:
        keepers: (k,) rows of their tracks.
        teams: (n, 2) probability of being an outfield player of each team, by row.
        moments: Who was where.

    Returns:
        (k,) 0 or 1, and -1 for one of whom nothing is known; (k,) how sure that is.
    """
    if not moments or not len(keepers):
        return np.full(len(keepers), -1), np.full(len(keepers), np.nan)
    votes = np.array([_vote(moment, teams) for moment in moments])
    times = np.array([moment.time for moment in moments])
    rows = np.concatenate([moment.rows for moment in moments])
    when = np.repeat(times, [len(moment.rows) for moment in moments])
    x = np.nan_to_num(np.concatenate([moment.position[:, 0] for moment in moments]))
    seen = np.bincount(rows, minlength=len(teams))[keepers]
    now = np.bincount(rows, when, len(teams))[keepers] / np.maximum(seen, 1)
    side = np.bincount(rows, np.sign(x), len(teams))[keepers]
    weight = np.exp(-np.abs(times - now[:, None]) / MEMORY)
    count = np.einsum("km,mst->kst", weight, votes)[np.arange(len(keepers)), (side > 0).astype(int)]
    known = (side != 0) & (count.sum(axis=1) > 0)
    sure = (count.max(axis=1) + 0.5) / (count.sum(axis=1) + 1)
    return np.where(known, count.argmax(axis=1), -1), np.where(known, sure, np.nan)


def _vote(moment: Lineup, teams: Float64) -> Float64:
    """For each goal (left, right), how likely the deepest outfield player is of each team."""
    vote = np.zeros((2, 2))
    x, players = moment.position[:, 0], teams[moment.rows]
    outfield = moment.inside & (players.sum(axis=1) > 0.5)
    for side, sign in enumerate((-1, 1)):
        here = np.flatnonzero(outfield & (sign * x > 0))
        if len(here) >= FEWEST:
            vote[side] = players[here[np.argmax(sign * x[here])]]
    return vote
