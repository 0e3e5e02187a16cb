"""Trackers of other libraries, and of one's own, in the place of ours.

A ``PlayerTracker`` of other settings needs no adapter: ``Tracks`` takes it as it is.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import supervision as sv

from touchline.arrays import Float64
from touchline.errors import UsageError
from touchline.frame import NO_ID, Objects, missing
from touchline.geometry import pairwise_iou
from touchline.tracking.foreign import require_tracked


class UpdatesDetections(Protocol):
    """A tracker as the field writes them, such as those of ``trackers`` and ``supervision``.

    ``update`` is called once for each frame that the detector looked at. Where it has a parameter
    ``camera_motion`` it gets the (3, 3) homography from the last such frame's pixels to this one's;
    where it has one called ``frames``, how many frames of the video have passed since.
    """

    def update(self, detections: sv.Detections) -> sv.Detections:
        """The people of the next frame with ``tracker_id``; -1 or left out: no track (yet)."""


NewTracker = Callable[[float], UpdatesDetections]
"""Makes a tracker for one shot of a video with so many frames a second."""


class AdaptedTracker:
    """Gives ids by another's ``update``; they become ours, and are never used again.

    Args:
        tracker: Made for one shot.
        first_id: Id of the first track.

    Raises:
        UsageError: ``tracker`` has no ``update``.
    """

    def __init__(self, tracker: UpdatesDetections, *, first_id: int) -> None:
        if not callable(getattr(tracker, "update", None)):
            raise UsageError(f"a tracker has update(detections); {type(tracker).__name__} has not")
        self.next_id = first_id
        self._tracker = tracker
        self._takes = inspect.signature(tracker.update).parameters
        self._ids: dict[int, int] = {}

    def track(self, objects: Objects, camera_motion: Float64 | None, *, frames: float) -> Objects:
        """The people among the objects of the next frame, each with its id.

        Columns that the tracker has lost are those of the box that each one covers most.

        Raises:
            UsageError: The tracker answers something else than ``UpdatesDetections`` says.
        """
        people = objects[~objects.is_ball]
        known: dict[str, Any] = {"camera_motion": camera_motion, "frames": max(1, round(frames))}
        asked = {name: value for name, value in known.items() if name in self._takes}
        given = people.to_supervision()
        found = self._tracker.update(given, **asked)
        require_tracked(found, f"{type(self._tracker).__name__}.update")
        answer = Objects.from_supervision(found)
        tracked = _with_lost(answer[answer.tracker_id != NO_ID], people)
        for each in tracked.tracker_id.tolist():
            if each not in self._ids:
                self._ids[each] = self.next_id
                self.next_id += 1
        ids = np.array([self._ids[each] for each in tracked.tracker_id.tolist()], np.int64)
        return replace(tracked, tracker_id=ids, detected_class_id=tracked.class_id)

    def roles(self) -> Mapping[int, int]:
        """Nothing more than the tracker has said of each frame."""
        return {}

    def looks(self) -> Mapping[int, Float64]:
        """Nothing: others do not say what their tracks look like."""
        return {}


def _with_lost(tracked: Objects, given: Objects) -> Objects:
    """The tracked with the further columns that their boxes had and a tracker did not hand back."""
    lost = {name: each for name, each in given.extra.items() if name not in tracked.extra}
    if not lost or not len(given) or not len(tracked):
        return tracked
    overlap = pairwise_iou(tracked.xyxy, given.xyxy)
    source = overlap.argmax(axis=1)
    unknown = overlap.max(axis=1) == 0
    columns = {name: column[source] for name, column in lost.items()}
    for column in columns.values():
        column[unknown] = missing(column, int(unknown.sum()))
    return tracked.with_columns(**columns)
