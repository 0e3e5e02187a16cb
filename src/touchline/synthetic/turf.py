"""The pitch itself: mown, worn grass as a texture, and its lines painted exactly."""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from touchline.arrays import Float32, Float64, Image, Mask
from touchline.pitch import PitchDimensions
from touchline.synthetic.camera import NEAREST, Camera, reach_into_picture
from touchline.synthetic.canvas import SUBPIXEL, mix
from touchline.synthetic.looks import Appearance
from touchline.synthetic.surface import Surface, mipmaps

MARGIN = 9.0
"""Metres of grass around the lines."""
LINE = 0.12
"""Width of a painted line in metres, the most that the Laws allow."""

_DENSITY = 14
"""Texture pixels per metre."""
_ACROSS, _DOWN = 2, 4
"""Supersampling of the lines: far ones are much thinner in height than in width."""
_SOFTNESS = 1.0
"""Far grass is seen at a flat angle: one coarser mip level keeps it from glittering."""
_MUD = (0.5, 1.0, 0.98)
"""Bare ground: blue, green and red as shares of the green of the grass."""
_SPOT = 0.1 * np.array([[-1, 0.4], [0.4, 1], [1, -0.4], [-0.4, -1]])
"""A painted spot of 0.2 m, as a square seen from so far."""
_PAINT = np.array([212.0, 226.0, 220.0])


class Turf:
    """Grass and lines of one pitch."""

    def __init__(self, look: Appearance, dimensions: PitchDimensions) -> None:
        rng = np.random.default_rng([look.seed, 2])
        length, width = dimensions.length + 2 * MARGIN, dimensions.width + 2 * MARGIN
        self._quads = _line_quads(dimensions)
        texture = _grass(look, rng, (length, width))
        corner = np.array([-length / 2, -width / 2, 0.0])
        along, up = np.array([length, 0, 0]), np.array([0, width, 0.0])
        self._grass = Surface(corner, along, up, (mipmaps(texture),))
        self._strength = float(rng.uniform(0.72, 0.95))

    def draw(self, image: Image, camera: Camera) -> None:
        """Paint grass and lines over a uint8 (H, W, 3) picture."""
        self._grass.draw(image, camera, softness=_SOFTNESS)
        coverage = self.line_coverage(camera)
        mix(
            image, _PAINT, np.asarray(cv2.convertScaleAbs(coverage, alpha=self._strength), np.uint8)
        )

    def line_coverage(self, camera: Camera) -> Mask:
        """uint8 (H, W): the share of each pixel that line paint covers, 255 for all of it."""
        width, height = camera.size
        pixels, depth = camera.project(self._quads)
        inside = (depth.min(axis=1) > NEAREST) & reach_into_picture(pixels, camera.size)
        fine = pixels[inside] * [_ACROSS, _DOWN] - 0.5
        mask = np.zeros((height * _DOWN, width * _ACROSS), np.uint8)
        for quad in np.round(fine * 2**SUBPIXEL).astype(np.int32):
            cv2.fillConvexPoly(mask, quad, 255, cv2.LINE_8, SUBPIXEL)
        coverage = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(coverage, np.uint8)


def _line_quads(dimensions: PitchDimensions) -> Float64:
    """(n, 4, 3): every painted line cut into strips of at most two metres, and the spots."""
    strips = [_strip(start, end) for line in dimensions.lines() for start, end in pairwise(line)]
    reach = dimensions.length / 2 - dimensions.penalty_spot
    spots = [(_SPOT + np.array([x, 0.0]))[None] for x in (-reach, 0.0, reach)]
    flat = np.concatenate([*strips, *spots])
    return np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=2)


def _strip(start: Float64, end: Float64) -> Float64:
    """(n, 4, 2): a straight line, longer by half its width at both ends to close corners."""
    length = float(np.linalg.norm(end - start))
    ahead = (end - start) / length
    aside = LINE / 2 * np.array([-ahead[1], ahead[0]])
    cuts = np.linspace(-LINE / 2, length + LINE / 2, int(np.ceil(length / 2)) + 1)
    points = start + cuts[:, None] * ahead
    low, high = points[:-1], points[1:]
    return np.stack([low + aside, high + aside, high - aside, low - aside], axis=1)


def _grass(look: Appearance, rng: np.random.Generator, metres: tuple[float, float]) -> Image:
    """The texture, top row = far touchline: mown bands, blotches, blades, worn mud."""
    width, height = (int(side * _DENSITY) for side in metres)
    shape = (height, width)
    x = ((np.arange(width) + 0.5) / _DENSITY - metres[0] / 2).astype(np.float32)[None]
    y = (metres[1] / 2 - (np.arange(height) + 0.5) / _DENSITY).astype(np.float32)[:, None]
    light = 0.045 * rng.standard_normal(shape, np.float32)
    light += look.contrast * _mown(look, x, y)
    light += 0.025 * _blotches(rng, shape, 60) + 0.02 * _blotches(rng, shape, 8)
    light += 1 - look.contrast / 2
    mud = look.wear * _worn(rng, x, y)
    hue = 0.02 * _blotches(rng, shape, 110)
    channels = [
        light * (look.grass[i] * (1 + tint * hue) * (1 - mud) + look.grass[1] * bare * mud)
        for i, (tint, bare) in enumerate(zip((-1, 0, 1), _MUD, strict=True))
    ]
    return np.dstack([np.clip(channel, 0, 255).astype(np.uint8) for channel in channels])


def _mown(look: Appearance, x: Float32, y: Float32) -> Float32:
    """0 dark .. 1 light, with edges as soft as a mower leaves them; x (1, w), y (h, 1)."""
    phase = np.float32(np.pi / look.band)
    waves: dict[str, Callable[[], Float32]] = {
        "bands": lambda: np.sin(phase * (x + 52.5)),
        "checks": lambda: np.sin(phase * (x + 52.5)) * np.sin(phase * (y + 34)),
        "rings": lambda: np.sin(phase * np.hypot(x, y)),
        "slanted": lambda: np.sin(phase * (x + 0.5 * y)),
        "none": lambda: np.zeros_like(x),
    }
    mown: Float32 = 0.5 + 0.5 * np.clip(waves[look.mowing]() * 8, -1, 1)
    return mown


def _blotches(rng: np.random.Generator, shape: tuple[int, int], size: int) -> Float32:
    """Smooth noise of unit strength whose blobs are ``size`` texture pixels wide."""
    small = rng.standard_normal((shape[0] // size + 2, shape[1] // size + 2), np.float32)
    blobs = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(blobs, np.float32)


def _worn(rng: np.random.Generator, x: Float32, y: Float32) -> Float32:
    """0..0.8: bare before the goals and in the middle; x (1, w), y (h, 1)."""
    goal = 0.75 * np.exp(-(((np.abs(x) - 49) / 5) ** 2)) * np.exp(-((y / 5) ** 2))
    middle = 0.4 * np.exp(-((x / 9) ** 2)) * np.exp(-((y / 9) ** 2))
    patchy = np.clip(0.5 + 0.5 * _blotches(rng, (y.size, x.size), 14), 0, 1)
    bare: Float32 = np.clip((goal + middle) * patchy, 0, 0.8)
    return bare
