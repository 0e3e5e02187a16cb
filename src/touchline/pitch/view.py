"""The camera that sees a pitch: a pinhole with a lens, somewhere above the ground.

Pitch positions are metres on the ground (z = 0, up is +z), image positions are image units (see
``projection``): centred, in widths, y down. The lens is one coefficient of radial distortion
(Brown 1966). Grounds differ in size: ``wider`` and ``longer`` move touchlines and goal lines, not
the boxes' sizes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from touchline.arrays import Float64
from touchline.geometry import project_points
from touchline.pitch.camera import focal_length, rays
from touchline.pitch.projection import METRES_PER_UNIT, facing, inverse, pitch_units

PARAMETERS = 12
"""Of ``PitchCamera.stepped``: log focal length, turn 3, centre 3, lens, wider, longer, middle 2."""
NEAREST = 0.5
"""Metres before the camera from which a point is in front of it."""
_BENT_UP_TO = 1.5
"""Squared distance from the middle, in widths, up to which the lens bends more and more."""
_END = 30.0
"""Metres from the halfway line beyond which markings belong to an end."""
_GRID = np.stack(np.meshgrid(np.linspace(-0.45, 0.45, 7), np.linspace(-0.4, 0.45, 6)), -1)
_ENOUGH = 24
"""Points of the ground from which a homography can be told: of three rows at least."""
_TURNS = 3
"""Turns in which a focal length and a rotation are found."""
_FINE = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 11), np.linspace(-0.5, 0.5, 31)), -1)
"""For pitches that are a thin strip of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class PitchCamera:
    """A camera above the pitch.

    Attributes:
        focal: Focal length in widths of the image.
        rotation: (3, 3) float64 from the pitch's axes to the camera's: x right, y down, z forward.
        centre: (3,) float64 metres.
        bend: Radial distortion: what lies r widths from the middle lands at r (1 + bend r^2).
        wider, longer: Metres by which the ground is larger than the dimensions say.
        middle: (2,) float64 image units, the principal point.
    """

    focal: float
    rotation: Float64
    centre: Float64
    bend: float = 0.0
    wider: float = 0.0
    longer: float = 0.0
    middle: Float64 = field(default_factory=lambda: np.zeros(2))

    def stepped(self, step: Float64) -> "PitchCamera":
        """The camera after a step (12,) in its parameters; the turn is a rotation vector."""
        turn, _ = cv2.Rodrigues(step[1:4])
        return PitchCamera(
            self.focal * float(np.exp(step[0])),
            turn @ self.rotation,
            self.centre + step[4:7],
            self.bend + float(step[7]),
            self.wider + float(step[8]),
            self.longer + float(step[9]),
            self.middle + step[10:12],
        )

    def project(self, points: Float64, width: float) -> Float64:
        """Where pitch points (n, 2) in metres lie in the image, (n, 2) units; NaN behind.

        Args:
            points: As the dimensions have them.
            width: Of the pitch by those dimensions; what lies on a touchline moves with it.
        """
        return np.asarray(project_all([self], points, width)[0])

    def plain(self) -> Float64:
        """The homography (3, 3) from metres to image units without the lens."""
        lens = np.diag([self.focal, self.focal, 1.0])
        lens[:2, 2] = self.middle
        ground = np.column_stack([self.rotation[:, :2], -self.rotation @ self.centre])
        return np.asarray(lens @ ground)

    def turned(self) -> "PitchCamera":
        """The camera that sees the same lines where the pitch is turned by 180 degrees."""
        turn = np.diag([-1.0, -1.0, 1.0])
        return replace(self, rotation=self.rotation @ turn, centre=turn @ self.centre)

    @property
    def roll(self) -> float:
        """How far the image's x axis is from level, as a sine."""
        return float(self.rotation[0, 2])


def project_all(cameras: Sequence[PitchCamera], points: Float64, width: float) -> Float64:
    """Where pitch points (n, 2) lie for each of k cameras: (k, n, 2) image units; NaN behind."""
    wider = np.array([each.wider for each in cameras])[:, None] / 2
    longer = np.array([each.longer for each in cameras])[:, None] / 2
    x, y = points.T
    edge = np.abs(np.abs(y) - width / 2) < 1e-6
    x = x + np.sign(x) * (np.abs(x) > _END) * longer
    y = y + np.sign(y) * edge * wider
    centre = np.array([each.centre for each in cameras])
    rotation = np.array([each.rotation for each in cameras])
    offset = np.stack([x, y, np.zeros_like(x)], axis=-1) - centre[:, None]
    seen = offset @ rotation.transpose(0, 2, 1)
    depth = np.where(seen[..., 2] > NEAREST, seen[..., 2], np.nan)
    ray = seen[..., :2] / depth[..., None]
    focal, bend = (np.array([getattr(e, name) for e in cameras]) for name in ("focal", "bend"))
    ray = ray * focal[:, None, None]
    square = np.minimum((ray**2).sum(axis=-1), _BENT_UP_TO)
    middle = np.array([each.middle for each in cameras])
    return np.asarray(ray * (1 + bend[:, None] * square)[..., None] + middle[:, None])


def camera_of(projection: Float64) -> PitchCamera:
    """The camera nearest to a homography (3, 3) from metres to image units, facing the pitch."""
    seen = rays(projection / np.linalg.norm(projection))
    lengths = np.linalg.norm(seen[:, :2], axis=0)
    seen = seen / lengths.mean()
    axes = np.column_stack([seen[:, 0], seen[:, 1], np.cross(seen[:, 0], seen[:, 1])])
    rotation = _nearest_rotation(axes)
    return PitchCamera(float(focal_length(projection)), rotation, -rotation.T @ seen[:, 2])


def camera_from(view: Float64, like: PitchCamera, height: float) -> PitchCamera:
    """The camera at the place, and with the lens, of another one that shows what a homography does.

    Its turn is the one that brings the directions in which ground lies nearest to those of its
    pixels (Wahba 1965), its focal length then the best in the image, in turns: what a homography
    says of perspective is far less sure than where it puts things.

    Args:
        view: (3, 3) from metres to image units without the lens, positive depth in front.
        like: The other one; as it is where hardly any ground is in view.
        height: Of the image in widths.
    """
    ground, image = ground_in_view(view, height)
    if len(ground) < _ENOUGH:
        return like
    away = np.column_stack([ground, np.zeros(len(ground))]) - like.centre
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    image = image - like.middle
    focal, rotation = like.focal, like.rotation
    for _ in range(_TURNS):
        seen = np.column_stack([image / focal, np.ones(len(image))])
        seen /= np.linalg.norm(seen, axis=1, keepdims=True)
        rotation = _nearest_rotation(seen.T @ away)
        ray = away @ rotation.T
        ray = ray[:, :2] / ray[:, 2:]
        focal = float((image * ray).sum() / (ray**2).sum())
    return replace(like, focal=focal, rotation=rotation)


def mean_camera(cameras: Sequence[PitchCamera], weights: Float64) -> PitchCamera:
    """The mean of k cameras, each weighted (k,), turned as the one that counts most."""
    shares = weights / weights.sum()
    numbers = [[e.focal, *e.centre, e.bend, e.wider, e.longer, *e.middle] for e in cameras]
    focal, *centre, bend, wider, longer, right, down = shares @ np.array(numbers)
    rotation = cameras[int(shares.argmax())].rotation
    middle = np.array([right, down])
    return PitchCamera(focal, rotation, np.array(centre), bend, wider, longer, middle)


def _nearest_rotation(matrix: Float64) -> Float64:
    """The rotation (3, 3) nearest to a matrix (Kabsch 1976)."""
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray(u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt)


def ground_in_view(projection: Float64, height: float) -> tuple[Float64, Float64]:
    """Points of the pitch that a homography shows: (n, 2) metres and (n, 2) image units.

    Args:
        projection: (3, 3) from metres to image units.
        height: Of the image in widths.
    """
    for grid in (_GRID, _FINE):
        image = (grid * [1.0, height]).reshape(-1, 2)
        ground = project_points(image, inverse(projection))
        near = np.abs(np.nan_to_num(ground, nan=np.inf)) < [65.0, 45.0]
        seen = near.all(axis=1)
        if seen.sum() >= _ENOUGH:
            break
    return ground[seen], image[seen]


def homography_of(
    camera: PitchCamera, size: tuple[int, int], width: float, *, ground: Float64 | None = None
) -> Float64 | None:
    """The homography (3, 3) in units of ``projection`` that comes nearest to what a camera shows.

    Where the lens bends nothing it is exact; else least squares over ground in view (direct linear
    transform). None where hardly any ground is in view.

    Args:
        camera: The view.
        size: (width, height) of the image in pixels.
        width: Of the pitch, metres.
        ground: (n, 2) metres over which it is fitted; None is what the camera has in view.
    """
    plain = camera.plain()
    if camera.bend:
        if ground is None:
            ground, _ = ground_in_view(plain, size[1] / size[0])
        if len(ground) < 4:
            return None
        found, _ = cv2.findHomography(ground / METRES_PER_UNIT, camera.project(ground, width), 0)
        if found is None:
            return None
        matrix = np.asarray(found, np.float64)
        return facing(matrix, ground / METRES_PER_UNIT)
    matrix = plain @ inverse(pitch_units())
    return np.asarray(matrix / np.linalg.norm(matrix))
