"""One match's pitch, stadium and people; paints a moment of it through a camera."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import supervision as sv

from touchline.arrays import Float64, Image
from touchline.frame import ClassId
from touchline.pitch import PitchDimensions
from touchline.synthetic.camera import Camera
from touchline.synthetic.canvas import NOBODY, Canvas, empty_canvas
from touchline.synthetic.figures import Figure, Squad
from touchline.synthetic.goals import goals
from touchline.synthetic.lens import EXPOSURE, scoreboard, soften
from touchline.synthetic.light import cast_shadows
from touchline.synthetic.looks import KEEPERS, N_PEOPLE, N_PLAYERS, Appearance, Colour
from touchline.synthetic.play import Moment
from touchline.synthetic.sphere import BALL, Sphere
from touchline.synthetic.stadium import Stadium
from touchline.synthetic.truth import Truth, make_keypoints, make_objects
from touchline.synthetic.turf import Turf

_CONCRETE = np.array([86, 82, 80])
"""Wherever there is neither grass nor stand."""


class _Painted(Protocol):
    def draw(self, canvas: Canvas, camera: Camera, /) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class CameraView:
    """How a moment is filmed.

    Attributes:
        camera: The camera in the middle of the exposure.
        before: The camera one frame earlier, for motion blur; the same one for none.
        interval: Seconds between frames.
        index: Frame number: how the crowd sits.
        shot: Number of the shot.
        depth_blur: Blur of everything behind the people, in pixels (sigma); 0 for none.
        clock: Seconds on the scoreboard's clock, or None for no scoreboard.
    """

    camera: Camera
    before: Camera
    interval: float
    index: int
    shot: int
    depth_blur: float
    clock: float | None


class Scene:
    """Everything that can be filmed in one match."""

    def __init__(self, look: Appearance, dimensions: PitchDimensions) -> None:
        self._look = look
        self._concrete: Colour = tuple((_CONCRETE * look.brightness).astype(int).tolist())
        self._squad = Squad(look)
        self._turf = Turf(look, dimensions)
        self._stadium = Stadium(look, dimensions)
        self._goals = goals(dimensions)
        self._vertices = dimensions.vertices()

    def film(self, moment: Moment, view: CameraView) -> tuple[Image, Truth]:
        """Paint one frame: uint8 (H, W, 3) BGR without grain, and what is in it."""
        camera = view.camera
        canvas = empty_canvas(camera.size, self._concrete)
        skeletons = self._squad.skeletons(moment)
        self._turf.draw(canvas.image, camera)
        cast_shadows(canvas.image, camera, skeletons=skeletons, ball=moment.ball, look=self._look)
        self._stadium.draw(canvas.image, camera, view.index // 4)
        if view.depth_blur > 0:
            canvas.image[:] = cv2.GaussianBlur(canvas.image, (0, 0), view.depth_blur)
        figures = self._squad.figures(skeletons, camera)
        ball = self._sphere(moment, view)
        covered = self._paint(canvas, camera, figures=figures, ball=ball)
        image = soften(canvas.image, before=view.before, camera=camera, interval=view.interval)
        if view.clock is not None:
            scoreboard(image, canvas.owner, self._look, seconds=view.clock)
        boxes = {figure.number: figure.xyxy for figure in figures} | {BALL: ball.xyxy}
        return image, Truth(
            objects=_objects_in_view(boxes, covered, canvas=canvas, moment=moment),
            keypoints=_vertices_in_view(self._vertices, camera),
            homography=camera.to_ground(),
            shot=view.shot,
            owner=None if moment.owner is None else moment.owner + 1,
            kick=moment.kick,
            ball_height=float(moment.ball[2]),
        )

    def _sphere(self, moment: Moment, view: CameraView) -> Sphere:
        ahead, _ = view.camera.project(moment.ball + moment.ball_velocity * EXPOSURE)
        here, _ = view.camera.project(moment.ball)
        spin = float(moment.ball[:2].sum()) / 0.11
        return Sphere(moment.ball, view.camera, smear=ahead - here, spin=spin, look=self._look)

    def _paint(
        self, canvas: Canvas, camera: Camera, *, figures: list[Figure], ball: Sphere
    ) -> dict[int, int]:
        """Everything that stands, far things first: pixels covered by each person and the ball."""
        covered: dict[int, int] = {}
        things: list[tuple[float, Figure | Sphere | _Painted]] = [
            *((figure.depth, figure) for figure in figures),
            (ball.depth - 0.15, ball),
            *((part.depth(camera), part) for part in self._goals),
        ]
        for _, thing in sorted(things, key=lambda pair: -pair[0]):
            if isinstance(thing, Figure):
                covered[thing.number] = thing.draw(canvas)
            elif isinstance(thing, Sphere):
                covered[BALL] = thing.draw(canvas)
            else:
                thing.draw(canvas, camera)
        return covered


def class_of(number: int) -> ClassId:
    """The class of the person (or the ball) with this number on the canvas."""
    if number == BALL:
        return ClassId.BALL
    if number in KEEPERS:
        return ClassId.GOALKEEPER
    return ClassId.PLAYER if number < N_PLAYERS else ClassId.REFEREE


def _objects_in_view(
    boxes: dict[int, Float64], covered: dict[int, int], *, canvas: Canvas, moment: Moment
) -> sv.Detections:
    width, height = canvas.size
    seen = np.bincount(canvas.owner[canvas.owner != NOBODY], minlength=N_PEOPLE + 1)
    kept, ids = [], []
    for number, box in sorted(boxes.items()):
        cut = np.clip(box, 0, [width, height, width, height])
        if (cut[2:] - cut[:2]).min() >= 1 and covered[number] > 0:
            kept.append(cut)
            ids.append(number)
    visible = [min(1.0, float(seen[n]) / covered[n]) for n in ids]
    named = [0 if n == BALL else n + 1 for n in ids]
    people = np.hstack([moment.position, moment.velocity])
    ball = np.hstack([moment.ball[:2], moment.ball_velocity[:2]])
    return make_objects(
        np.array(kept, np.float32),
        [int(class_of(n)) for n in ids],
        named,
        visible=visible,
        motion=np.array([ball if n == BALL else people[n] for n in ids]),
    )


def _vertices_in_view(vertices: Float64, camera: Camera) -> sv.KeyPoints:
    points, depth = camera.project(np.column_stack([vertices, np.zeros(len(vertices))]))
    inside = (depth > 0) & (points > 0).all(axis=1) & (points < np.array(camera.size)).all(axis=1)
    return make_keypoints(np.where(inside[:, None], points, 0))
