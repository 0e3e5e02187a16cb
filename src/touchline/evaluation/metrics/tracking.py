"""How good tracks of people are: HOTA, IDF1 and MOTA, over one match or several."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.evaluation.labels import LabelledFrames, LabelledObjects
from touchline.evaluation.metrics.hota import (
    Clear,
    Hota,
    Identity,
    TrackedBoxes,
    clear,
    combined_clear,
    combined_hota,
    combined_identity,
    hota,
    identity,
)
from touchline.evaluation.metrics.pairing import judged, people, unasked
from touchline.frame import NO_ID


@dataclass(frozen=True, slots=True)
class Tracking:
    """Scores of tracks; those of several matches are combined by ``combined_tracking``."""

    hota: Hota
    identity: Identity
    clear: Clear


def tracking(truth: LabelledFrames, found: LabelledFrames) -> Tracking:
    """Score the tracks of people, all roles as one; ``found`` is aligned with ``truth``.

    A found person who is paired with a label that is not asked for counts neither way. One without
    an id is a track of one box.

    Raises:
        InputError: Somebody has no box in the image, or an id occurs twice in a frame.
    """
    labels = people(truth)
    mine = tracked_boxes(labels.where(~unasked(labels)))
    theirs = tracked_boxes(judged(labels, people(found)))
    return Tracking(hota(mine, theirs), identity(mine, theirs), clear(mine, theirs))


def combined_tracking(parts: Sequence[Tracking]) -> Tracking:
    """Score several matches as one, over all their boxes, as TrackEval combines sequences."""
    return Tracking(
        combined_hota([part.hota for part in parts]),
        combined_identity([part.identity for part in parts]),
        combined_clear([part.clear for part in parts]),
    )


def tracked_boxes(objects: LabelledObjects) -> TrackedBoxes:
    """Turn objects into rows with an id each; one without an id gets one of its own."""
    ids = objects.tracker_id.copy()
    lonely = np.flatnonzero(ids == NO_ID)
    ids[lonely] = np.minimum(ids.min(initial=0), NO_ID) - 1 - np.arange(len(lonely))
    return TrackedBoxes(
        frame=objects.frame,
        tracker_id=ids,
        xyxy=objects.xyxy,
        confidence=objects.confidence,
        class_id=objects.class_id,
    )
