"""Where a track should be in frames in which the detector missed it."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from touchline.arrays import Float64
from touchline.frame import NO_CLASS, Source, TrackedFrame, concatenate
from touchline.geometry import pairwise_iou, plain, through
from touchline.verification.ledger import Anchor, Ledger
from touchline.verification.rows import Rows

TOP_SPEED = 9.0
"""Metres a second; faster is an error of the homography."""
STEP = 0.4
"""Least seconds between two places from which a speed is told."""
LOOKS = 2.0
"""Looks from which a track is known well enough to be proposed."""
SAME_PLACE = 0.5
"""Overlap with another box from which a proposal would only name the same man twice."""


def places(rows: Rows, window: Sequence[TrackedFrame]) -> dict[int, list[Anchor]]:
    """Where in metres each track was seen, in order of time.

    Args:
        rows: What was detected and stays, in frame order.
        window: The frames.
    """
    known: defaultdict[int, list[Anchor]] = defaultdict(list)
    for row, track in enumerate(rows.tracker_id.tolist()):
        frame = window[rows.place[row]]
        if frame.pitch.homography is not None:
            place = _on_pitch(rows.xyxy[row], frame.pitch.homography)
            known[track].append(Anchor(frame.time, *place))
    return known


def remember(known: dict[int, list[Anchor]], ledger: Ledger) -> None:
    """Keep the last two places of each track, ``STEP`` apart, for the windows to come."""
    for track, anchors in known.items():
        last = anchors[-1]
        older = [*ledger[track].anchors, *anchors]
        before = [each for each in older if last.time - each.time >= STEP]
        ledger[track].anchors = (*before[-1:], last)


def propose(
    rows: Rows,
    window: Sequence[TrackedFrame],
    ledger: Ledger,
    *,
    known: dict[int, list[Anchor]],
    reach: Float64,
) -> Rows:
    """Boxes where well-known tracks should be, in the frames in which they are missing.

    Between two places a track walks straight, in metres; beyond them it goes on at its speed,
    which fades. Only frames that were looked at and whose homography is known get any. They are
    proposals: the caller shows them to the verifier and keeps what it confirms.

    Args:
        rows: What stays of the window so far.
        window: The frames.
        ledger: The tracks, with their places before this window.
        known: Their places in this window.
        reach: (f,) seconds for which a track is carried on in one direction to each frame; between
            two places, twice that. 0 is not at all.
    """
    found = [rows[:0]]
    for track, record in ledger.tracks().items():
        if record.class_id is None or not record.is_person or record.looks < LOOKS:
            continue
        there = set(rows.place[rows.tracker_id == track].tolist())
        anchors = [*record.anchors, *known.get(track, [])]
        for place in np.flatnonzero(reach > 0).tolist():
            if place not in there:
                where = _where(anchors, window[place].time, float(reach[place]))
                found += _proposal(track, record.class_id, place, window[place], where)
    return _apart(concatenate(found), rows)


def _apart(proposals: Rows, others: Rows) -> Rows:
    """The proposals that are not where another box of their frame, or a proposal, already is."""
    free: list[int] = []
    for row, place in enumerate(proposals.place.tolist()):
        before = proposals[free]
        here: Float64 = np.concatenate(
            [others.xyxy[others.place == place], before.xyxy[before.place == place]]
        )
        own: Float64 = proposals.xyxy[[row]]
        if pairwise_iou(own, here).max(initial=0.0) < SAME_PLACE:
            free.append(row)
    return proposals[free]


def between_looks(rows: Rows, window: Sequence[TrackedFrame]) -> Rows:
    """Boxes in the frames that lie between two looks, where one end is a kept proposal.

    Args:
        rows: What stays of the window, kept proposals included, in frame order.
        window: The frames.
    """
    found = [rows[:0]]
    seen = [place for place, shown in enumerate(window) if shown.image is not None]
    for first, last in pairwise(seen):
        here, there = rows[rows.place == first], rows[rows.place == last]
        _, one, other = np.intersect1d(here.tracker_id, there.tracker_id, return_indices=True)
        before, after = here[one], there[other]
        new = (before.source == Source.PROPOSED.value) | (after.source == Source.PROPOSED.value)
        found += [
            _blend(before[new], after[new], place, (place - first) / (last - first))
            for place in range(first + 1, last)
        ]
    return concatenate(found)


def _blend(before: Rows, after: Rows, place: int, part: float) -> Rows:
    """Boxes of a frame at ``part`` of the way between two others a few frames apart."""
    count = len(before)
    return replace(
        before,
        place=np.full(count, place),
        xyxy=(1 - part) * before.xyxy + part * after.xyxy,
        confidence=np.minimum(before.confidence, after.confidence),
        source=np.full(count, Source.PROPOSED.value, "U12"),
        detected_class_id=np.full(count, NO_CLASS),
        probability=np.full(count, np.nan),
    )


def _proposal(
    track: int, class_id: int, place: int, shown: TrackedFrame, where: Anchor | None
) -> list[Rows]:
    """The box of one track in one frame: one row, or none."""
    homography = shown.pitch.homography
    if shown.image is None or homography is None or where is None:
        return []
    return [
        Rows(
            place=np.array([place]),
            xyxy=_in_picture(where, homography)[None],
            confidence=np.zeros(1),
            class_id=np.array([class_id]),
            tracker_id=np.array([track]),
            source=np.array([Source.PROPOSED.value], "U12"),
            detected_class_id=np.array([NO_CLASS]),
            probability=np.full(1, np.nan),
        )
    ]


def _where(anchors: Sequence[Anchor], time: float, reach: float) -> Anchor | None:
    """Where a track seen at ``anchors`` (in order of time) is at another time."""
    later = bisect(anchors, time, key=lambda anchor: anchor.time)
    if 0 < later < len(anchors):
        return _mixed(anchors[later - 1], anchors[later], time, reach)
    if later:
        return _carried_on(anchors, time, reach)
    past = [replace(anchor, time=-anchor.time) for anchor in reversed(anchors)]
    return _carried_on(past, -time, reach)


def _mixed(before: Anchor, after: Anchor, time: float, reach: float) -> Anchor | None:
    gap = after.time - before.time
    if gap > 2 * reach:
        return None
    part = (time - before.time) / gap
    foot = (1 - part) * before.foot + part * after.foot
    return Anchor(time, foot, (1 - part) * before.size + part * after.size)


def _carried_on(anchors: Sequence[Anchor], time: float, reach: float) -> Anchor | None:
    """Beyond the last anchor, at the speed it had there, which falls to 37 % in a second."""
    if not anchors or time - anchors[-1].time > reach:
        return None
    last = anchors[-1]
    older = [anchor for anchor in anchors if last.time - anchor.time >= STEP]
    if not older:
        return replace(last, time=time)
    speed = (last.foot - older[-1].foot) / (last.time - older[-1].time)
    speed *= min(1.0, TOP_SPEED / max(float(np.linalg.norm(speed)), 1e-9))
    return Anchor(time, last.foot + speed * (1 - np.exp(last.time - time)), last.size)


def _on_pitch(xyxy: Float64, homography: Float64) -> tuple[Float64, Float64]:
    """Foot (2,) and upright size (2,) in metres of a box (4,) in pixels."""
    foot = np.array([(xyxy[0] + xyxy[2]) / 2, xyxy[3]])
    return _sent(foot, homography), (xyxy[2:] - xyxy[:2]) * _metres_a_pixel(foot, homography)


def _in_picture(anchor: Anchor, homography: Float64) -> Float64:
    """Box (4,) in pixels of what stands at a place of the pitch."""
    foot = _sent(anchor.foot, np.asarray(np.linalg.inv(homography), np.float64))
    width, height = anchor.size / _metres_a_pixel(foot, homography)
    return np.array([foot[0] - width / 2, foot[1] - height, foot[0] + width / 2, foot[1]])


def _metres_a_pixel(point: Float64, homography: Float64) -> float:
    """Length on the pitch of one pixel to the side: people stand across the line of sight."""
    half = np.array((0.5, 0.0))
    ends = _sent(point - half, homography), _sent(point + half, homography)
    return max(float(np.linalg.norm(ends[1] - ends[0])), 1e-6)


def _sent(point: Float64, homography: Float64) -> Float64:
    return plain(through(point[None], homography)).reshape(2)
