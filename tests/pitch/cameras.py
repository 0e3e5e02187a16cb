"""Cameras that stand beside a pitch and see its vertices: the truth that fits are held against."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import supervision as sv
from hypothesis import strategies as st

from touchline.geometry import project_points
from touchline.pitch import PitchDimensions, PitchLook, fit_homography
from touchline.pitch.homography import confidences
from touchline.pitch.projection import pitch_units

FloatArray = npt.NDArray[np.float64]

SIZE = (1280, 720)
VERTICES = PitchDimensions().vertices()


@dataclass(frozen=True)
class Camera:
    """Stands at `place` (metres, z up), looks at `target` on the grass, with `focal` widths."""

    place: tuple[float, float, float]
    target: tuple[float, float]
    focal: float

    @property
    def to_pixels(self) -> FloatArray:
        """(3, 3) from pitch metres to pixels, positive in front."""
        forward = np.array([*self.target, 0.0]) - self.place
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(forward, right), forward])
        width, height = SIZE
        focal = self.focal * width
        intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
        shift = -rotation @ np.array(self.place)
        return intrinsics @ np.column_stack([rotation[:, :2], shift])

    def see(self, metres: npt.ArrayLike) -> FloatArray:
        """Pixels (n, 2) of pitch points (n, 2); NaN behind."""
        mapped = np.asarray(metres) @ self.to_pixels[:, :2].T + self.to_pixels[:, 2]
        depth = np.where(mapped[:, 2:] > 0, mapped[:, 2:], np.nan)
        return mapped[:, :2] / depth

    def visible(self, margin: float = 0.0) -> npt.NDArray[np.bool_]:
        """Which vertices (32,) are in the image, or at most `margin` pixels outside."""
        pixels = self.see(VERTICES)
        return ((pixels > -margin) & (pixels < np.array(SIZE) + margin)).all(axis=1)


cameras = st.builds(
    Camera,
    st.tuples(st.floats(-35, 35), st.floats(-110, -60), st.floats(12, 35)),
    st.tuples(st.floats(-40, 40), st.floats(-8, 8)),
    st.floats(0.9, 1.8),
)


def keypoints(xy: FloatArray, present: npt.NDArray[np.bool_], confidence: float = 0.9):
    """One pitch of the points that are present."""
    return sv.KeyPoints(
        xy=np.where(present[:, None], xy, 0).astype(np.float32)[None],
        keypoint_confidence=np.where(present, confidence, 0).astype(np.float32)[None],
    )


def seen(camera: Camera, *, noise: float = 0.0, seed: int = 0) -> sv.KeyPoints:
    """What a model with `noise` pixels of error would find through this camera."""
    errors = np.random.default_rng(seed).normal(0, noise, (32, 2)) if noise else 0.0
    return keypoints(camera.see(VERTICES) + errors, camera.visible())


def look(camera: Camera, *, noise: float = 0.0, seed: int = 0, shift: float = 0.0) -> PitchLook:
    """What a picture through this camera says, moved aside by `shift` pixels."""
    points = seen(camera, noise=noise, seed=seed)
    points = keypoints(points.xy[0] + [shift, 0], confidences(points) > 0)
    homography = fit_homography(points, SIZE)
    assert homography is not None
    image = project_points(project_points(VERTICES, pitch_units()), homography.projection)
    return PitchLook(homography.projection, homography.covariance, image, confidences(points))
