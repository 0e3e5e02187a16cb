"""A camera from three to five points, where a homography needs more: a main camera is likely.

It stands beside the middle of the pitch, some 78 m away and 20 m up. From four places about there
it is turned to what was seen, and the paint chooses.
"""

import numpy as np

from touchline.arrays import Bools, Float64
from touchline.pitch.agreement import LineFit, agreement, harmonic_mean
from touchline.pitch.alignment import BODY, Anchors, Belief, align
from touchline.pitch.markings import Markings
from touchline.pitch.paint import Paint
from touchline.pitch.view import PitchCamera

FEWEST = 3
"""Points from which a camera is looked for."""
USUAL = Belief(np.array([0.0, -78.0, 20.0]), np.array([15.0, 22.0, 8.0]), np.log(2.0), 1.0)
"""Where main cameras stand, and how they zoom."""
_WIDER = Belief(USUAL.centre, 1.5 * np.array([15.0, 22.0, 8.0]))
_PLACES = np.array([[0, -70, 14], [0, -95, 28], [-15, -78, 20], [15, -78, 20]], np.float64)


def rescued(
    anchors: Anchors, markings: Markings, paint: Paint, long: Bools
) -> tuple[PitchCamera, LineFit]:
    """The main camera that agrees best with a few points and with the paint, and how well."""
    found = []
    for centre in _PLACES:
        camera = _towards(anchors, centre)
        camera = align(
            camera, markings, anchors=anchors, belief=USUAL, free=BODY, radii=[24.0] * 12
        )
        camera = align(
            camera,
            markings,
            paint=paint,
            anchors=anchors,
            belief=_WIDER,
            free=BODY,
            radii=[24.0, 24.0, 24.0, 12.0, 12.0, 6.0, 6.0, 4.0, 4.0],
        )
        found.append((camera, agreement(camera, markings, paint, long)))
    camera, _ = max(found, key=lambda each: harmonic_mean(each[1].precision, each[1].recall))
    camera = align(camera, markings, paint=paint, anchors=anchors, radii=[5.0, 5.0, 4.0, 4.0])
    return camera, agreement(camera, markings, paint, long)


def _towards(anchors: Anchors, centre: Float64) -> PitchCamera:
    """An upright camera at a place that sees the middle of some points where they are."""
    weights = anchors.weights / anchors.weights.sum()
    rays = np.column_stack([anchors.pitch, np.zeros(len(weights))]) - centre
    ahead, there = weights @ rays, weights @ anchors.image
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    spread = np.sqrt(rays.var(axis=0).sum()), np.sqrt(anchors.image.var(axis=0).sum())
    focal = float(np.clip(spread[1] / max(spread[0], 1e-3), 0.5, 8.0))
    pan = np.arctan2(ahead[0], ahead[1]) - np.arctan(there[0] / focal)
    tilt = np.arctan2(-ahead[2], np.hypot(ahead[0], ahead[1])) - np.arctan(there[1] / focal)
    forward = np.array([np.sin(pan) * np.cos(tilt), np.cos(pan) * np.cos(tilt), -np.sin(tilt)])
    right = np.array([np.cos(pan), -np.sin(pan), 0.0])
    return PitchCamera(focal, np.stack([right, np.cross(forward, right), forward]), centre)
