"""Weighted, robust least squares for a homography: Levenberg-Marquardt on its nine entries.

Hartley and Zisserman, Multiple View Geometry (2nd ed.), algorithm 4.3 and section 5.2 (covariance);
the loss is Geman and McClure's, so a point far off stops counting instead of pulling. A weak prior
says that the view is that of a camera with square pixels: without it, points in one strip of the
pitch bend a homography into a view that no camera has.
"""

from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64
from touchline.geometry import entry_jacobians, project_points
from touchline.pitch.camera import skew

NOISE = 0.004
"""Standard error of one confident keypoint, in widths of the image."""

TIGHT = 0.01
"""Scale of the loss, in widths, for the points of one image: trust those that agree best."""

_SKEW_SIGMA = 0.03
"""Of both entries of `camera.skew`; above what a lens or an off-centre crop costs."""

_SKEW_WEIGHT = (NOISE / _SKEW_SIGMA) ** 2
_PRIOR_POINTS = 8.0
"""How many points' worth of belief `NOISE` gets against the residuals of the fit at hand."""

_RIDGE = 1e-11
"""Keeps the equations solvable where no point has a say."""

_MAX_STEPS = 12
_SMALL_STEP = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class PointPairs:
    """Matched points in units (see `projection`).

    Attributes:
        pitch: (n, 2) float64.
        image: (n, 2) float64.
        weights: (n,) float64, 1 for a point known to within `NOISE`, less for a worse one.
    """

    pitch: Float64
    image: Float64
    weights: Float64


def refine(matrix: Float64, points: PointPairs) -> tuple[Float64, Float64]:
    """Improve a pitch-to-image homography and say how well its entries are known.

    Args:
        matrix: (3, 3) float64 first guess, norm 1, positive depth at the points.
        points: At least four matched points, in units.

    Returns:
        The refined matrix (3, 3), norm 1, and the covariance (9, 9) of its row-major entries.
        The covariance is infinite where the points do not determine the homography.
    """
    damping = 1e-3
    cost = _cost(matrix, points)
    for _ in range(_MAX_STEPS):
        step = _step(matrix, points, damping)
        candidate = matrix + step
        candidate /= np.linalg.norm(candidate)
        candidate_cost = _cost(candidate, points)
        if not candidate_cost <= cost:  # worse, or not a number
            damping *= 8
            continue
        matrix, cost, damping = candidate, candidate_cost, max(damping / 8, 1e-9)
        if np.abs(step).max() < _SMALL_STEP:
            break
    return matrix, _covariance(matrix, points)


def squared_errors(matrix: Float64, points: PointPairs) -> Float64:
    """Return the squared distances (n,) in image units; infinite behind the camera."""
    difference = project_points(points.pitch, matrix) - points.image
    squared = np.einsum("ij,ij->i", difference, difference)
    return np.where(np.isfinite(squared), squared, np.inf)


def _cost(matrix: Float64, points: PointPairs) -> float:
    ratio = squared_errors(matrix, points) / TIGHT**2
    # r / (1 + r), written so that an infinite error costs 1.
    seen = float(points.weights @ (1 - 1 / (1 + ratio)))
    return seen + _SKEW_WEIGHT / TIGHT**2 * float(np.sum(skew(matrix) ** 2))


def _skew_jacobian(matrix: Float64) -> Float64:
    """Derive the skew by the entries of `matrix`: (2, 9), by differences."""
    step = 1e-6
    nudged = matrix + step * np.eye(9).reshape(9, 3, 3)
    return np.asarray((skew(nudged) - skew(matrix)).T / step)


def _robust_weights(squared: Float64, points: PointPairs) -> Float64:
    return np.asarray(points.weights / (1 + squared / TIGHT**2) ** 2)


def _step(matrix: Float64, points: PointPairs, damping: float) -> Float64:
    weights = _robust_weights(squared_errors(matrix, points), points)
    usable = weights > 0
    jacobian = entry_jacobians(points.pitch[usable], matrix)
    residual = points.image[usable] - project_points(points.pitch[usable], matrix)
    weighted = jacobian * weights[usable, None, None]
    normal = np.einsum("nik,nil->kl", weighted, jacobian)
    gradient = np.einsum("nik,ni->k", weighted, residual)
    prior = _skew_jacobian(matrix)
    normal += _SKEW_WEIGHT * prior.T @ prior
    gradient -= _SKEW_WEIGHT * prior.T @ skew(matrix)
    entries = matrix.ravel()
    # Scaling all entries changes nothing: the outer product pins that direction.
    normal += damping * np.diag(np.diag(normal)) + _RIDGE * np.eye(9) + np.outer(entries, entries)
    return np.asarray(np.linalg.solve(normal, gradient).reshape(3, 3))


def _covariance(matrix: Float64, points: PointPairs) -> Float64:
    squared = squared_errors(matrix, points)
    weights = _robust_weights(squared, points)
    usable = weights > 0
    jacobian = entry_jacobians(points.pitch[usable], matrix)
    normal = np.einsum("nik,nil->kl", jacobian * weights[usable, None, None], jacobian)
    prior = _skew_jacobian(matrix)
    entries = matrix.ravel()
    normal += _SKEW_WEIGHT * prior.T @ prior + np.outer(entries, entries)
    if np.linalg.cond(normal) > 1e15:
        return np.full((9, 9), np.inf)
    residual = float(weights[usable] @ squared[usable]) / 2
    freedom = max(float(weights[usable].sum()) - 4, 0.0)
    variance = (_PRIOR_POINTS * NOISE**2 + residual) / (_PRIOR_POINTS + freedom)
    return np.asarray(variance * np.linalg.inv(normal))
