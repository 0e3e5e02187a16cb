"""The view of the pitch from one piece to the next."""

from dataclasses import replace

import numpy as np
import pytest
import supervision as sv

from touchline.batch.blending import blended
from touchline.frame import FrameState, no_pitch

VIEW = np.array([[0.1, 0.02, -50.0], [0.0, 0.3, -80.0], [0.0, 0.001, 1.0]])
SHIFT = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, -0.2], [0.0, 0.0, 1.0]])
"""Half a metre to the right."""


def seen(view: np.ndarray | None, *, scale: float = 1.0) -> FrameState:
    feet = np.array([[300.0, 400.0, 1.0], [900.0, 500.0, 1.0]])
    boxes = np.array([[290, 300, 310, 400], [890, 400, 910, 500]], np.float32)
    places = np.full((2, 2), np.nan)
    if view is not None:
        places = (feet @ view.T)[:, :2] / (feet @ view.T)[:, 2:]
    objects = sv.Detections(boxes, data={"position": places.astype(np.float32)})
    homography = None if view is None else scale * view
    return FrameState(7, 0.28, 0, objects, replace(no_pitch(), homography=homography))


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("scale", [1.0, -3.0])
def test_places_go_over_from_one_view_to_the_other(weight: float, scale: float) -> None:
    before, after = seen(SHIFT @ VIEW, scale=scale), seen(VIEW)
    places = blended(after, before, weight).objects.data["position"]
    wanted = after.objects.data["position"] + weight * np.array([0.5, -0.2])
    assert places == pytest.approx(wanted, abs=0.03)


def test_a_view_that_one_of_them_lacks_changes_nothing() -> None:
    after = seen(VIEW)
    assert blended(after, None, 1.0) is after
    assert blended(after, seen(None), 1.0) is after
    lost = seen(None)
    assert blended(lost, after, 1.0) is lost
