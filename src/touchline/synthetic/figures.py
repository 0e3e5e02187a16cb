"""Paints people: bodies of shaded quads, numbers on backs, each on its own fine patch."""

from dataclasses import dataclass

import cv2
import numpy as np

from touchline.arrays import Float64, Image, Indices
from touchline.synthetic.camera import NEAREST, Camera
from touchline.synthetic.canvas import SUBPIXEL, Canvas
from touchline.synthetic.looks import KEEPERS, N_PEOPLE, Appearance, Person
from touchline.synthetic.mesh import paint, surface
from touchline.synthetic.play import Moment
from touchline.synthetic.skeleton import INDEX, joints

_FINE = 240
"""Height in pixels of the patch on which a figure is painted before it is scaled down."""
_TURN_AWAY = -0.12
"""Quads whose normal is turned further from the camera than this cosine are not painted."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One person, ready to paint.

    Attributes:
        xyxy: (4,) float64 continuous pixels: the extent of the body, in and out of the picture.
        depth: Metres to the camera.
        corners: (m, 4, 2) pixels of the quads, far ones first.
        colours: (m, 3) BGR.
        back: (4, 2) pixels of the number's corners (top left first), None when it is not seen.
        person: Whose body it is.
        number: Index in ``Appearance.people``.
    """

    xyxy: Float64
    depth: float
    corners: Float64
    colours: Float64
    back: Float64 | None
    person: Person
    number: int

    def draw(self, canvas: Canvas) -> int:
        """Paint and return how many whole pixels the figure covers, in and out of the picture."""
        left, top = np.floor(self.xyxy[:2]).astype(int)
        right, bottom = np.ceil(self.xyxy[2:]).astype(int)
        fine = int(np.clip(round(_FINE / (bottom - top)), 2, 6))
        patch = np.zeros(((bottom - top) * fine, (right - left) * fine, 4), np.uint8)
        self._fill(patch, np.array([left, top]), fine)
        small = cv2.resize(patch, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        image = np.asarray(small, np.uint8)
        canvas.paste(image, int(left), int(top), owner=self.number)
        return int((image[..., 3] > 127).sum())

    def _fill(self, patch: Image, origin: Indices, fine: int) -> None:
        corners = ((self.corners - origin) * fine - 0.5) * 2**SUBPIXEL
        opaque = np.column_stack([self.colours, np.full(len(self.colours), 255.0)])
        for quad, colour in zip(np.round(corners).astype(np.int32), opaque.tolist(), strict=True):
            cv2.fillConvexPoly(patch, quad, colour, cv2.LINE_8, SUBPIXEL)
        if self.back is not None and self.person.number is not None:
            _stamp(patch, (self.back - origin) * fine, self.person)


class Squad:
    """The 25 people of a match and their paint."""

    def __init__(self, look: Appearance) -> None:
        rng = np.random.default_rng([look.seed, 1])
        self._look = look
        self._paint = np.stack([paint(person, rng) for person in look.people])
        self.height = np.array([person.height for person in look.people])

    def skeletons(self, moment: Moment) -> Float64:
        """(25, 22, 3) metres: everyone's joints."""
        return joints(
            moment.position,
            moment.heading,
            moment.phase,
            speed=np.linalg.norm(moment.velocity, axis=1),
            height=self.height,
            crouch=_crouch(moment),
        )

    def figures(self, skeletons: Float64, camera: Camera) -> list[Figure]:
        """Whoever is in the picture, far ones first."""
        corners, normals = surface(skeletons, self.height)
        pixels, depth = camera.project(corners)
        near = depth.min(axis=(1, 2))
        low, high = pixels.min(axis=(1, 2)), pixels.max(axis=(1, 2))
        apart = ((low > np.array(camera.size) - 1) | (high < 1)).any(axis=1)
        inside = (near > 2 * NEAREST) & ~apart
        people = sorted(np.flatnonzero(inside), key=lambda i: -near[i])
        to_camera = np.asarray(camera.position) - corners.mean(axis=2)
        return [
            self._figure(
                int(i),
                skeletons[i],
                camera=camera,
                body=(pixels[i], depth[i]),
                shape=(normals[i], to_camera[i]),
            )
            for i in people
        ]

    def _figure(
        self,
        number: int,
        skeleton: Float64,
        *,
        camera: Camera,
        body: tuple[Float64, Float64],
        shape: tuple[Float64, Float64],
    ) -> Figure:
        (pixels, depth), (normals, to_camera) = body, shape
        facing = (normals * to_camera).sum(1) / np.linalg.norm(to_camera, axis=1)
        seen = np.flatnonzero(facing > _TURN_AWAY)
        order = seen[np.argsort(-depth[seen].mean(axis=1))]
        light = _light(normals[order], self._look)
        return Figure(
            xyxy=np.concatenate([pixels[order].min(axis=(0, 1)), pixels[order].max(axis=(0, 1))]),
            depth=float(depth.mean()),
            corners=pixels[order],
            colours=np.clip(self._paint[number][order] * light[:, None], 0, 255),
            back=_back(skeleton, camera),
            person=self._look.people[number],
            number=number,
        )


def _crouch(moment: Moment) -> Float64:
    """Keepers bend their knees when the ball is near."""
    crouch = np.zeros(N_PEOPLE)
    for keeper in KEEPERS:
        gap = np.linalg.norm(moment.ball[:2] - moment.position[keeper])
        crouch[keeper] = np.clip(1.1 - gap / 40, 0.1, 0.75)
    return crouch


def _light(normals: Float64, look: Appearance) -> Float64:
    """Lambert's law for the sun on top of light from the sky and, weaker, from the grass."""
    sky = 0.84 + 0.16 * normals[:, 2]
    sun = np.maximum(0.0, normals @ look.sun)
    return sky * (1 - 0.25 * look.hardness) + (0.15 + 0.4 * look.hardness) * sun


def _back(skeleton: Float64, camera: Camera) -> Float64 | None:
    """Where the shirt number goes: (4, 2) pixels, or None when the back is turned away."""
    pelvis, neck = skeleton[INDEX["pelvis"]], skeleton[INDEX["neck"]]
    left = skeleton[INDEX["hip_left"]] - skeleton[INDEX["hip_right"]]
    left = left / np.linalg.norm(left)
    spine = neck - pelvis
    rear = np.cross(spine, left) / np.linalg.norm(spine)
    middle = pelvis + 0.62 * spine + 0.127 * rear
    to_camera = np.asarray(camera.position) - middle
    if rear @ to_camera < 0.35 * np.linalg.norm(to_camera):
        return None
    half, up = 0.115 * left, 0.26 * spine
    return camera.project(middle + np.stack([half + up, up - half, -half - up, half - up]))[0]


def _stamp(patch: Image, corners: Float64, person: Person) -> None:
    """Print the number into the quad ``corners`` (4, 2) of the patch."""
    digits = np.zeros((48, 48), np.uint8)
    text = str(person.number)
    scale = 1.6 if len(text) == 1 else 1.15
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 5)
    where = ((48 - width) // 2, (48 + height) // 2)
    cv2.putText(digits, text, where, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 5, cv2.LINE_AA)
    source = np.array([[0, 0], [47, 0], [47, 47], [0, 47]], np.float32)
    warp = cv2.getPerspectiveTransform(source, (corners - 0.5).astype(np.float32))
    mask = cv2.warpPerspective(digits, warp, (patch.shape[1], patch.shape[0]))
    patch[(mask > 100) & (patch[..., 3] > 0)] = (*person.kit.second, 255)
