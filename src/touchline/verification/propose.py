"""Where a track should be in frames in which the detector missed it, and who is there."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from touchline.arrays import Float64
from touchline.frame import NO_CLASS, Objects, Source, TrackedFrame, concatenate
from touchline.geometry import pairwise_iou, plain, through
from touchline.verification.settle import CONFIRM
from touchline.verification.verifier import Verifier, View, as_claimed
from touchline.verification.vote import TrackRecords, Waypoint

SHORT, LONG = 1.0, 2.0
"""Seconds for which a track is carried into a frame in which nothing at all was detected; and into
any frame of a shot that is full of holes."""
TOP_SPEED = 9.0
"""Metres a second; faster is an error of the homography."""
STEP = 0.4
"""Least seconds between two places from which a speed is told."""
LOOKS = 2.0
"""Looks from which a track is known well enough to be proposed."""
SAME_PLACE = 0.5
"""Overlap with another box from which a proposal would only name the same man twice."""


class Proposal(NamedTuple):
    """A box where a track should be.

    Attributes:
        place: The number of its frame in the window.
        tracker_id: The track.
        class_id: Its class.
        xyxy: float64 (4,), pixels of the frame.
        probability: Of a person there, as the verifier sees it.
    """

    place: int
    tracker_id: int
    class_id: int
    xyxy: Float64
    probability: float = 0.0


def propose(
    frames: Sequence[TrackedFrame], tracks: TrackRecords, *, sparse: bool
) -> list[Proposal]:
    """Boxes where well-known tracks should be, in frames in which they are missing.

    Between two places a track walks straight, in metres; beyond them it goes on at its speed,
    which fades. Only frames that were looked at and whose homography is known get any.

    Args:
        frames: The window, with what stays of its objects.
        tracks: Its tracks; the places where they are now are kept for the windows to come.
        sparse: Whether every frame gets proposals, and not only those without any detection.

    Returns:
        Proposals that are not where another box of their frame is.
    """
    known = waypoints(frames)
    openings = _openings(frames, sparse=sparse)
    found: list[Proposal] = []
    for track, record in tracks.items():
        if record.class_id is None or not record.is_person or record.looks < LOOKS:
            continue
        way = [*record.waypoints, *known.get(track, [])]
        for place, homography, reach in openings:
            where = _where(way, frames[place].time, reach)
            if where is not None and track not in frames[place].objects.tracker_id:
                box = _in_picture(where, homography)
                found.append(Proposal(place, track, record.class_id, box))
    remember(known, tracks)
    return _apart(found, frames)


def confirm(
    proposals: Sequence[Proposal], frames: Sequence[TrackedFrame], verifier: Verifier
) -> list[Proposal]:
    """The proposals that a verifier confirms, with its probabilities.

    Raises:
        ModelError: The verifier failed.
    """
    views = [View.of(frames[each.place], each.xyxy) for each in proposals]
    probabilities = np.asarray(verifier.judge(views), np.float64)
    person = as_claimed(probabilities, np.zeros(len(views), np.bool_)).tolist()
    return [
        each._replace(probability=probability)
        for each, probability in zip(proposals, person, strict=True)
        if probability >= CONFIRM
    ]


def fill(frames: Sequence[TrackedFrame], proposals: Sequence[Proposal]) -> list[Objects]:
    """Add confirmed proposals to the objects of their frames, and what lies between two looks."""
    objects = [frame.objects for frame in frames]
    for place, own in enumerate(objects):
        if here := [each for each in proposals if each.place == place]:
            objects[place] = concatenate([own, _objects(here)])
    looked = [place for place, frame in enumerate(frames) if frame.image is not None]
    for first, last in pairwise(looked):
        before, after = _next_to_proposals(objects[first], objects[last])
        for place in range(first + 1, last) if len(before) else ():
            between = _blend(before, after, (place - first) / (last - first))
            objects[place] = concatenate([objects[place], between])
    return objects


def waypoints(frames: Sequence[TrackedFrame]) -> dict[int, list[Waypoint]]:
    """Where in metres each person was detected, by track, in order of time."""
    known: defaultdict[int, list[Waypoint]] = defaultdict(list)
    for frame in frames:
        homography, objects = frame.pitch.homography, frame.objects
        if homography is not None:
            for row in np.flatnonzero(~objects.is_filled & ~objects.is_ball).tolist():
                left, top, right, bottom = objects.xyxy[row]
                foot = np.array([(left + right) / 2, bottom])
                size = np.array([right - left, bottom - top]) * _metres_a_pixel(foot, homography)
                way = known[int(objects.tracker_id[row])]
                way.append(Waypoint(frame.time, _sent(foot, homography), size))
    return known


def remember(known: dict[int, list[Waypoint]], tracks: TrackRecords) -> None:
    """Keep the last two places of each track, ``STEP`` apart, for the windows to come."""
    for track, way in known.items():
        last = way[-1]
        older = [*tracks[track].waypoints, *way]
        before = [each for each in older if last.time - each.time >= STEP]
        tracks[track].waypoints = (*before[-1:], last)


def _openings(frames: Sequence[TrackedFrame], *, sparse: bool) -> list[tuple[int, Float64, float]]:
    """The frames that get proposals.

    Returns:
        Of each its number in the window, its homography, and for how many seconds a track is
        carried on to it in one direction; between two places, for twice as many.
    """
    return [
        (place, frame.pitch.homography, LONG if sparse else SHORT)
        for place, frame in enumerate(frames)
        if frame.image is not None
        and frame.pitch.homography is not None
        and (sparse or frame.objects.is_filled.all())
    ]


def _apart(proposals: Sequence[Proposal], frames: Sequence[TrackedFrame]) -> list[Proposal]:
    """The proposals that are not where another box of their frame, or a proposal, already is."""
    free: list[Proposal] = []
    taken = [frame.objects.xyxy for frame in frames]
    for each in proposals:
        own, here = each.xyxy[None], taken[each.place]
        if pairwise_iou(own, here).max(initial=0.0) < SAME_PLACE:
            free.append(each)
            taken[each.place] = np.vstack([here, own])
    return free


def _objects(proposals: Sequence[Proposal]) -> Objects:
    """Confirmed proposals of one frame as objects."""
    place, tracker_id, class_id, xyxy, probability = zip(*proposals, strict=True)
    return Objects(
        xyxy=np.array(xyxy),
        confidence=np.array(probability),
        class_id=np.array(class_id),
        tracker_id=np.array(tracker_id),
        source=np.full(len(place), Source.PROPOSED.value, "U12"),
        detected_class_id=np.full(len(place), NO_CLASS),
        extra={"verified": np.array(probability, np.float32)},
    )


def _next_to_proposals(first: Objects, last: Objects) -> tuple[Objects, Objects]:
    """The tracks that are at both of two looks, of which one end is a proposal."""
    _, one, other = np.intersect1d(first.tracker_id, last.tracker_id, return_indices=True)
    before, after = first[one], last[other]
    new = (before.source == Source.PROPOSED.value) | (after.source == Source.PROPOSED.value)
    return before[new], after[new]


def _blend(before: Objects, after: Objects, part: float) -> Objects:
    """Boxes of a frame at ``part`` of the way between two others a few frames apart."""
    count = len(before)
    return replace(
        before.with_columns(verified=np.full(count, np.nan, np.float32)),
        xyxy=(1 - part) * before.xyxy + part * after.xyxy,
        confidence=np.minimum(before.confidence, after.confidence),
        source=np.full(count, Source.PROPOSED.value, "U12"),
        detected_class_id=np.full(count, NO_CLASS),
    )


def _where(way: Sequence[Waypoint], time: float, reach: float) -> Waypoint | None:
    """Where a track seen at ``way`` (in order of time) is at another time."""
    later = bisect(way, time, key=lambda each: each.time)
    if 0 < later < len(way):
        return _mixed(way[later - 1], way[later], time, reach)
    if later:
        return _carried_on(way, time, reach)
    past = [replace(each, time=-each.time) for each in reversed(way)]
    return _carried_on(past, -time, reach)


def _mixed(before: Waypoint, after: Waypoint, time: float, reach: float) -> Waypoint | None:
    gap = after.time - before.time
    if gap > 2 * reach:
        return None
    part = (time - before.time) / gap
    foot = (1 - part) * before.foot + part * after.foot
    return Waypoint(time, foot, (1 - part) * before.size + part * after.size)


def _carried_on(way: Sequence[Waypoint], time: float, reach: float) -> Waypoint | None:
    """Beyond the last place, at the speed it had there, which falls to 37 % in a second."""
    if not way or time - way[-1].time > reach:
        return None
    last = way[-1]
    older = [each for each in way if last.time - each.time >= STEP]
    if not older:
        return replace(last, time=time)
    speed = (last.foot - older[-1].foot) / (last.time - older[-1].time)
    speed *= min(1.0, TOP_SPEED / max(float(np.linalg.norm(speed)), 1e-9))
    return Waypoint(time, last.foot + speed * (1 - np.exp(last.time - time)), last.size)


def _in_picture(where: Waypoint, homography: Float64) -> Float64:
    """Box (4,) in pixels of what stands at a place of the pitch."""
    foot = _sent(where.foot, np.asarray(np.linalg.inv(homography), np.float64))
    width, height = where.size / _metres_a_pixel(foot, homography)
    return np.array([foot[0] - width / 2, foot[1] - height, foot[0] + width / 2, foot[1]])


def _metres_a_pixel(point: Float64, homography: Float64) -> float:
    """Length on the pitch of one pixel to the side: people stand across the line of sight."""
    half = np.array((0.5, 0.0))
    ends = _sent(point - half, homography), _sent(point + half, homography)
    return max(float(np.linalg.norm(ends[1] - ends[0])), 1e-6)


def _sent(point: Float64, homography: Float64) -> Float64:
    return plain(through(point[None], homography)).reshape(2)
