"""Shadows that people and the ball throw on the grass."""

from dataclasses import replace

import cv2
import numpy as np

from touchline.arrays import Float64, Image, Mask
from touchline.synthetic.camera import NEAREST, Camera, reach_into_picture
from touchline.synthetic.canvas import mix
from touchline.synthetic.looks import Appearance
from touchline.synthetic.skeleton import INDEX

_BONES = tuple(
    (INDEX[a], INDEX[b], width)
    for a, b, width in (
        ("pelvis", "neck", 0.36),
        ("skull", "crown", 0.18),
        *(
            (f"{a}_{s}", f"{b}_{s}", width)
            for s in ("left", "right")
            for a, b, width in (
                ("hip", "knee", 0.19),
                ("knee", "ankle", 0.11),
                ("heel", "toe", 0.09),
                ("shoulder", "elbow", 0.11),
                ("elbow", "hand", 0.09),
            )
        ),
    )
)
_CIRCLE = np.stack([f(np.linspace(0, 2 * np.pi, 14, endpoint=False)) for f in (np.cos, np.sin)], 1)
"""OpenCV fills an ellipse with fractional bits only through its polygon."""
_FLOODLIGHTS = np.array([[1.4, 1.0, 1.1], [-1.4, 1.0, 1.1], [1.4, -1.0, 1.1], [-1.4, -1.0, 1.1]])


def cast_shadows(
    image: Image, camera: Camera, *, skeletons: Float64, ball: Float64, look: Appearance
) -> None:
    """Darken the grass of a uint8 (H, W, 3) picture where people hold off the light.

    Painted at half size: shadows have no sharp edges.

    The sun throws one shadow, the floodlights of a night match four pale ones, and right under the
    feet it is dark in any light.
    """
    half = replace(camera, focal=camera.focal / 2, size=(camera.size[0] // 2, camera.size[1] // 2))
    dark = np.zeros((half.size[1], half.size[0]), np.uint8)
    if look.hardness > 0.5:
        _throw(dark, half, skeletons, towards=look.sun, strength=0.5 * look.hardness)
    else:
        for lamp in _FLOODLIGHTS:
            _throw(dark, half, skeletons, towards=lamp, strength=0.09 + 0.1 * look.hardness)
    _contact(dark, half, skeletons, ball)
    soft = np.minimum(cv2.GaussianBlur(dark, (3, 3), 0.6), 190)
    weight = cv2.resize(soft, camera.size, interpolation=cv2.INTER_LINEAR)
    mix(image, np.zeros(3), np.asarray(weight, np.uint8))


def _throw(
    dark: Mask,
    camera: Camera,
    skeletons: Float64,
    *,
    towards: Float64,
    strength: float,
) -> None:
    """Add the shadows of one lamp: bones thrown on the ground and drawn as wide as the body."""
    ground = skeletons - skeletons[..., 2:] * (towards / towards[2])
    pixels, depth = camera.project(ground)
    mask = np.zeros(dark.shape, np.uint8)
    for points, far in zip(pixels, depth, strict=True):
        if far.min() > 2 * NEAREST and reach_into_picture(points, camera.size):
            _bones(mask, points, camera.focal / far.mean())
    cv2.addWeighted(mask, strength, dark, 1.0, 0.0, dst=dark)


def _bones(mask: Mask, points: Float64, scale: float) -> None:
    pixels = np.round((points - 0.5) * 16).astype(int)
    for start, end, width in _BONES:
        thick = max(1, round(0.6 * width * scale))
        ends = tuple(pixels[start].tolist()), tuple(pixels[end].tolist())
        cv2.line(mask, *ends, 255, thick, cv2.LINE_AA, 4)


def _contact(dark: Mask, camera: Camera, skeletons: Float64, ball: Float64) -> None:
    """A soft dark spot under each foot near the ground, and under a low ball."""
    feet = skeletons[:, [INDEX["toe_left"], INDEX["toe_right"]]].reshape(-1, 3)
    radius = np.append(np.full(len(feet), 0.22), 0.12)
    height = np.append(feet[:, 2], ball[2] - 0.11)
    spots = np.vstack([feet, ball]) * [1, 1, 0]
    pixels, depth = camera.project(spots)
    flat = np.clip(np.sin(camera.tilt), 0.08, 1.0)
    strength = 0.4 * np.clip(1 - height / 0.6, 0, 1)
    for point, far, size, weight in zip(pixels, depth, radius, strength, strict=True):
        if far > 2 * NEAREST and weight > 0 and (np.abs(point) < 1e4).all():
            reach = max(size * camera.focal / far, 1.0)
            centre = np.round((point - 0.5) * 16).astype(int)
            axes = np.round(np.array([reach, max(reach * flat, 0.7)]) * 16).astype(int)
            rim = np.round(_CIRCLE * axes + centre).astype(np.int32)
            cv2.fillConvexPoly(dark, rim, 255 * float(weight), cv2.LINE_8, 4)
