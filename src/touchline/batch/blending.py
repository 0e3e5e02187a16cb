"""The view of the pitch after a seam: from that of one piece to that of the next, in no step."""

from dataclasses import replace

import numpy as np

from touchline.frame import FrameState
from touchline.geometry import warp_points


def blended(state: FrameState, before: FrameState | None, weight: float) -> FrameState:
    """A frame that two pieces have seen, with a view between theirs.

    Both views are of one camera and differ by their errors alone: the mean of the matrices, each
    of one norm, lies between them. Places move with the view.

    Args:
        state: What is said of it, by the later piece.
        before: What the piece before says; None, and a view that one of them lacks, change nothing.
        weight: Of the view of the piece before, 0 to 1.
    """
    own, other = (None if each is None else each.pitch.homography for each in (state, before))
    if own is None or other is None or not weight:
        return state
    scaled = other * np.linalg.norm(own) / np.linalg.norm(other)
    view = (1 - weight) * own + weight * np.sign((own * scaled).sum()) * scaled
    objects = replace(state.objects, data=dict(state.objects.data))
    if len(objects) and "position" in objects.data:
        feet = np.stack(
            [objects.xyxy[:, [0, 2]].mean(axis=1), objects.xyxy[:, 3]], axis=1, dtype=np.float64
        )
        moved = warp_points(feet, view) - warp_points(feet, own)
        places = np.asarray(objects.data["position"], np.float64) + moved
        objects.data["position"] = places.astype(np.float32)
    return replace(state, objects=objects, pitch=replace(state.pitch, homography=view))
