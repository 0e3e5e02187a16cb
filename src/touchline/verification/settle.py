"""Which objects stay: what was detected and believed, and what a look confirmed."""

import numpy as np

from touchline.arrays import Bools, Float64, from_log_odds, log_odds
from touchline.frame import TrackedFrame
from touchline.verification.vote import TrackRecords
from touchline.verification.window import WindowTable

KEEP_BALL = 0.25
"""Probability of a football below which a detected ball is dropped: most of the evidence is in its
size, its path and the place, and of small or half hidden balls the verifiers see little."""
CONFIRM = 0.7
"""Probability from which a person who was filled in is confirmed."""
NO_BALL = 0.05
"""Probability below which a ball that was filled in is denied: it lies between two that were seen,
mostly hidden in part, and where a verifier sees nothing at all the way between was wrong."""
_DOUBT = 0.01
"""Least doubt in a look at a ball, either way."""
_BALL_WEIGHTS = np.array([1, 2, 3, 2, 1]) / 9


def settle(table: WindowTable, tracks: TrackRecords) -> list[TrackedFrame]:
    """Drop the objects that no verifier believes in, frame by frame.

    A person who was detected stays where its track is one, a ball where it was seen. A box that
    tracking filled in stays where it was looked at and confirmed, a ball where it was looked at and
    not denied. One in a frame between two looks
    stays if the track was there at both of them: at the last look before it, and at the next if the
    window holds one.

    Args:
        table: The objects of the window, with the classes of their tracks.
        tracks: What is known of their tracks: who was there at the end of the last window.

    Returns:
        The frames of the window with the objects that stay, and the column ``verified``.
    """
    confirmed = _confirmed(table, tracks)
    stays = confirmed | ~table.pictured
    for track in np.unique(table.objects.tracker_id).tolist():
        mine = np.flatnonzero(table.objects.tracker_id == track)
        there, looked, record = confirmed[mine], table.pictured[mine], tracks[track]
        if not looked.any():
            stays[mine] = record.present
            continue
        before = _carried(there, looked, first=record.present)
        after = _carried(there[::-1], looked[::-1], first=True)[::-1]
        stays[mine] &= looked | (before & after)
        record.present = bool(there[looked][-1])
    return table.split(stays)


def _confirmed(table: WindowTable, tracks: TrackRecords) -> Bools:
    """Which objects (n,) stand on what was seen in their own frame."""
    objects = table.objects
    person = np.array([tracks[track].is_person for track in objects.tracker_id.tolist()], np.bool_)
    detected = np.where(objects.is_ball, _steady_ball(table) >= KEEP_BALL, person)
    sure = np.nan_to_num(table.verified)
    filled = table.in_view & np.where(objects.is_ball, sure >= NO_BALL, (sure >= CONFIRM) & person)
    return np.asarray(np.where(objects.is_filled, filled, detected) & table.pictured)


def _steady_ball(table: WindowTable) -> Float64:
    """Probability (n,) of a football, pooled with two looks before and after it; 0 for people.

    The log odds of verifier and detector add up. A ball is a dozen pixels: one blurred look should
    not drop it, nor one lucky look keep a shoe.
    """
    objects = table.objects
    pooled = np.zeros(len(objects))
    balls = np.flatnonzero(objects.is_ball & np.isfinite(table.verified) & ~objects.is_filled)
    if len(balls):
        both = log_odds(table.verified[balls], least=_DOUBT)
        both += np.nan_to_num(log_odds(objects.probability[balls], least=_DOUBT))
        odds = np.pad(both, 2, mode="edge")
        pooled[balls] = from_log_odds(np.convolve(odds, _BALL_WEIGHTS, mode="valid"))
    return pooled


def _carried(there: Bools, looked: Bools, *, first: bool) -> Bools:
    """What was true at the last look at or before each place; ``first`` before any look."""
    last = np.maximum.accumulate(np.where(looked, np.arange(len(looked)), -1))
    return np.where(last >= 0, there[last], first)
