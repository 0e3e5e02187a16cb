"""What was seen of the pitch near one moment, carried to it by the camera's motion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64, Indices
from touchline.frame import N_KEYPOINTS
from touchline.geometry import project_points
from touchline.pitch.fitting import PointPairs
from touchline.pitch.homography import RANSAC_WIDTHS, sample_consensus


@dataclass(frozen=True, slots=True, eq=False)
class FramePoints:
    """What the model saw in one frame, in units.

    Attributes:
        vertices: (n,) numbers of the points, 0..31.
        points: The n points, weighted by confidence.
        projection: (3, 3) pitch to image, the frame's own fit, or None.
    """

    vertices: Indices
    points: PointPairs
    projection: Float64 | None


@dataclass(frozen=True, slots=True, eq=False)
class PointWindow:
    """All looks near one moment, carried to it.

    Attributes:
        vertices: (n,) numbers of the points, 0..31; a vertex comes once a look.
        points: The n points, weighted by confidence and by nearness in time.
        projections: (k, 3, 3), the looks' own fits.
    """

    vertices: Indices
    points: PointPairs
    projections: Float64

    @classmethod
    def of(cls, looks: Sequence[FramePoints], motions: Float64, nearness: Float64) -> "PointWindow":
        """Carry looks to one moment.

        Args:
            looks: At least one.
            motions: (looks, 3, 3) from each look's frame to the moment, in image units.
            nearness: (looks,) how much each look counts, 0..1.
        """
        counts = [len(look.vertices) for look in looks]
        vertices = np.concatenate([look.vertices for look in looks])
        weights = np.concatenate([look.points.weights for look in looks])
        weights = weights * np.repeat(nearness, counts)
        # A network errs alike in neighbouring frames: many looks at a vertex are worth one.
        weights /= np.maximum(np.bincount(vertices, weights, N_KEYPOINTS), 1.0)[vertices]
        image = np.concatenate([look.points.image for look in looks])
        carried = project_points(image[:, None], np.repeat(motions, counts, axis=0))[:, 0]
        pitch = np.concatenate([look.points.pitch for look in looks])
        own = [
            m @ k.projection
            for m, k in zip(motions, looks, strict=True)
            if k.projection is not None
        ]
        known = np.isfinite(carried).all(axis=1)
        points = PointPairs(pitch[known], carried[known], weights[known])
        return cls(vertices[known], points, np.array(own).reshape(-1, 3, 3))

    def first_guess(self) -> Float64 | None:
        """Choose the look's fit that most points agree with; without any, fit all points afresh."""
        if len(self.projections) == 0:
            return sample_consensus(self.points)
        best = self.projections[int(np.argmax(self.support(self.projections)))]
        return np.asarray(best / np.linalg.norm(best))

    def support(self, projections: Float64) -> Float64:
        """Return the share (...,) of the points, by weight, that agree with fits (..., 3, 3)."""
        distance = np.linalg.norm(
            project_points(self.points.pitch, projections) - self.points.image, axis=-1
        )
        total = max(float(self.points.weights.sum()), 1e-12)
        return np.asarray((distance < RANSAC_WIDTHS) @ self.points.weights / total)

    def settle(self, projected: Float64) -> Float64:
        """Move vertices (32, 2) from where a fit puts them towards where they were seen.

        The mean of the fit (weight 1) and of the points that agree with it (at most 1 together).
        What a plane cannot follow, such as a lens that bends lines, shows in that difference.
        """
        distance = np.linalg.norm(self.points.image - projected[self.vertices], axis=1)
        # Fading, not a limit: a point that comes to agree must not make its vertex jump.
        closeness = np.clip(1 - (distance / RANSAC_WIDTHS) ** 2, 0, None) ** 2
        weights = self.points.weights * closeness
        total = 1 + np.bincount(self.vertices, weights, N_KEYPOINTS)
        x, y = (
            np.bincount(self.vertices, weights * self.points.image[:, axis], N_KEYPOINTS)
            for axis in (0, 1)
        )
        return np.asarray((projected + np.stack([x, y], axis=1)) / total[:, None])
