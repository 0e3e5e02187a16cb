"""Where the camera's motion lost the pitch between two looks, and by how much.

Optical flow can follow what does not belong to the stadium (a score graphic, a banner over half of
the image) or give up. The vertices seen before and after then tell the motion that was missed.
"""

import cv2
import numpy as np

from touchline.arrays import Float64
from touchline.geometry import project_points

_TOLERANCE = 0.006
_MIN_COMMON = 4


def drift(before: Float64, after: Float64, motion: Float64, *, least: float) -> Float64 | None:
    """Find what is missing from the motion between two looks.

    Args:
        before: (32, 2) image units, where the earlier look has the vertices; NaN where nowhere.
        after: The same of the later one.
        motion: (3, 3) between their frames, in image units.
        least: Widths by which what was seen must be off in the median to be called lost.

    Returns:
        (3, 3) in image units, a shift with turn and zoom: `drift @ motion` takes what was seen
        before to where it is seen after. None where the motion is good, where fewer than four
        vertices were seen both times, or where no such drift explains most of them.
    """
    carried = project_points(before, motion)
    known = np.isfinite(carried).all(axis=1) & np.isfinite(after).all(axis=1)
    if known.sum() < _MIN_COMMON:
        return None
    carried, seen = carried[known], after[known]
    if np.median(np.linalg.norm(seen - carried, axis=1)) < least:
        return None
    found, agreeing = cv2.estimateAffinePartial2D(
        carried, seen, method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE
    )
    if found is None or agreeing.sum() < max(_MIN_COMMON, 0.6 * len(seen)):
        return None
    return np.vstack([found, [0.0, 0.0, 1.0]])


def part_of(similarity: Float64, shares: Float64) -> Float64:
    """Return the motion (n, 3, 3) that is reached after `shares` (n,) of a steady similarity.

    As complex numbers a similarity is z -> a z + b; a share s of it is z -> a^s z + b c with
    c = (a^s - 1) / (a - 1).
    """
    turn = complex(similarity[0, 0], similarity[1, 0])
    shift = complex(similarity[0, 2], similarity[1, 2])
    turns = turn**shares
    # Close to a = 1, c becomes s.
    steady = abs(turn - 1) < 1e-9
    shifts = shift * (shares if steady else (turns - 1) / (turn - 1))
    parts = np.tile(np.eye(3), (len(shares), 1, 1))
    parts[:, 0, 0] = parts[:, 1, 1] = turns.real
    parts[:, 1, 0], parts[:, 0, 1] = turns.imag, -turns.imag
    parts[:, 0, 2], parts[:, 1, 2] = shifts.real, shifts.imag
    return parts
