"""Boxes that tracking filled in where the detector was silent: which of them stay."""

import cv2
import numpy as np

from touchline.arrays import Bools, Image
from touchline.frame import TrackedFrame
from touchline.verification.ledger import Ledger
from touchline.verification.rows import Rows

_GREEN = (np.array((35, 40, 40)), np.array((85, 255, 255)))
"""HSV range of grass, as the validator has it."""


def pitch_in_view(shown: TrackedFrame, rows: Rows) -> bool:
    """Whether the pitch is in the picture, and not a close-up, the bench or the crowd.

    A homography says so; where there is none (a camera behind the goal), half the picture must be
    green and everybody smaller than a third of it.
    """
    if shown.pitch.homography is not None:
        return True
    if shown.image is None:
        return False
    tallest = (rows.xyxy[:, 3] - rows.xyxy[:, 1]).max(initial=0.0) * shown.scale
    return tallest < shown.image.shape[0] / 3 and _green_share(shown.image) > 0.5


def settle(rows: Rows, confirmed: Bools, looked: Bools, ledger: Ledger) -> Bools:
    """Say which objects stay, frame by frame.

    A box that was filled in stays where it was looked at and confirmed. One in a frame between two
    looks stays if the track was there at both of them: at the last look before it, and at the next
    if the window holds one.

    Args:
        rows: The objects of the window, in frame order.
        confirmed: (n,) what was detected, or looked at and confirmed.
        looked: (n,) whether the frame of each was looked at.
        ledger: Knows who was there at the end of the last window.

    Returns:
        (n,) True for those that stay.
    """
    stays = confirmed | ~looked
    for track in np.unique(rows.tracker_id).tolist():
        mine = np.flatnonzero(rows.tracker_id == track)
        there, seen = confirmed[mine], looked[mine]
        if not seen.any():
            stays[mine] = ledger[track].present
            continue
        before = _carried(there, seen, first=ledger[track].present)
        after = _carried(there[::-1], seen[::-1], first=True)[::-1]
        stays[mine] &= seen | (before & after)
        ledger[track].present = bool(there[seen][-1])
    return stays


def _carried(there: Bools, seen: Bools, *, first: bool) -> Bools:
    """What was true at the last look at or before each place; ``first`` before any look."""
    last = np.maximum.accumulate(np.where(seen, np.arange(len(seen)), -1))
    return np.where(last >= 0, there[last], first)


def _green_share(image: Image) -> float:
    small = cv2.resize(image, (64, 36), interpolation=cv2.INTER_AREA)
    return float(cv2.inRange(cv2.cvtColor(small, cv2.COLOR_BGR2HSV), *_GREEN).mean() / 255)
