"""One man, one role: what the stretches of a track say together, unless it has changed its man."""

import numpy as np

from touchline.arrays import Float64, Int64

CHANGE = 0.01
"""Chance that from one stretch to the next a track has taken up another man."""

DOUBT = 1e-3
"""Least that a stretch says of anything: somebody else may have stood before the man."""


def joined(shares: Float64, ids: Int64) -> Float64:
    """Let the stretches of each track speak for each other, forward and backward in time.

    The forward-backward algorithm (Rabiner 1989) of a chain that seldom changes its state.

    Args:
        shares: (n, k) what each stretch says alone, in the order of time.
        ids: (n,) the track of each.

    Returns:
        (n, k), what all of them say of each.
    """
    if not len(shares):
        return shares
    order = np.argsort(ids, kind="stable")
    tracks, counts = np.unique(ids[order], return_counts=True)
    place = np.arange(len(ids)) - np.repeat(np.cumsum(counts) - counts, counts)
    track = np.repeat(np.arange(len(tracks)), counts)
    says = np.ones((counts.max(), len(tracks), shares.shape[1]))
    doubt = np.where(counts > 1, DOUBT, 0.0)
    says[place, track] = np.maximum(shares[order], doubt[track][:, None])
    before, after = np.ones_like(says), np.ones_like(says)
    for step in range(1, len(says)):
        before[step] = _moved(before[step - 1] * says[step - 1])
        after[-1 - step] = _moved(after[-step] * says[-step])
    both = (before * says * after)[place, track]
    answer = np.empty_like(shares)
    answer[order] = both / both.sum(axis=1, keepdims=True)
    return answer


def _moved(state: Float64) -> Float64:
    state = state / state.sum(axis=1, keepdims=True)
    return np.asarray((1 - CHANGE) * state + CHANGE / state.shape[1])
