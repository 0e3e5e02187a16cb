"""The bodies' surface: tubes of quads around the bones, and what each quad is painted with."""

from dataclasses import dataclass

import numpy as np

from touchline.arrays import Float64
from touchline.synthetic.looks import Colour, Person
from touchline.synthetic.skeleton import INDEX

SIDES = 12
"""Quads around a tube; side 0 starts at the left of the body and turns to its front."""

_REFERENCE = 1.8
"""Body height in metres for which the radii below hold."""


@dataclass(frozen=True, slots=True)
class Ring:
    """An ellipse around a bone: where along it, its half axes in metres, and the cloth above.

    ``cloth`` names what covers the surface from this ring to the next one of the tube.
    """

    along: float
    across: float
    deep: float
    cloth: str


@dataclass(frozen=True, slots=True)
class Tube:
    """Consecutive rings around the bone from one joint to another."""

    start: str
    end: str
    rings: tuple[Ring, ...]


_TRUNK = Tube(
    "pelvis",
    "neck",
    (
        Ring(-0.14, 0.135, 0.115, "shorts"),
        Ring(0.0, 0.165, 0.125, "shorts"),
        Ring(0.10, 0.170, 0.128, "shirt"),
        Ring(0.35, 0.162, 0.118, "shirt"),
        Ring(0.60, 0.180, 0.124, "shirt"),
        Ring(0.82, 0.205, 0.125, "shirt"),
        Ring(0.94, 0.170, 0.105, "shirt"),
        Ring(1.03, 0.070, 0.068, "skin"),
        Ring(1.20, 0.055, 0.062, "skin"),
    ),
)
_HEAD = Tube(
    "skull",
    "crown",
    (
        Ring(0.0, 0.045, 0.06, "skin"),
        Ring(0.2, 0.068, 0.085, "face"),
        Ring(0.45, 0.079, 0.098, "face"),
        Ring(0.68, 0.080, 0.100, "hair"),
        Ring(0.88, 0.064, 0.080, "hair"),
        Ring(1.0, 0.020, 0.030, "hair"),
    ),
)
_THIGH = (
    Ring(-0.05, 0.095, 0.105, "shorts"),
    Ring(0.25, 0.108, 0.115, "shorts"),
    Ring(0.62, 0.112, 0.115, "hem"),
    Ring(0.62, 0.076, 0.080, "skin"),
    Ring(0.97, 0.058, 0.060, "skin"),
)
_SHIN = (
    Ring(-0.06, 0.057, 0.060, "skin"),
    Ring(0.14, 0.056, 0.060, "socks"),
    Ring(0.36, 0.062, 0.068, "socks"),
    Ring(0.97, 0.040, 0.044, "socks"),
)
_FOOT = (
    Ring(-0.08, 0.036, 0.032, "shoes"),
    Ring(0.30, 0.044, 0.044, "shoes"),
    Ring(0.78, 0.048, 0.030, "shoes"),
    Ring(1.06, 0.022, 0.014, "shoes"),
)
_UPPER_ARM = (
    Ring(-0.12, 0.058, 0.062, "shirt_sleeve"),
    Ring(0.25, 0.066, 0.066, "shirt_sleeve"),
    Ring(0.66, 0.064, 0.064, "sleeve_hem"),
    Ring(0.66, 0.045, 0.045, "sleeve"),
    Ring(1.0, 0.042, 0.042, "sleeve"),
)
_FOREARM = (
    Ring(0.0, 0.043, 0.043, "sleeve"),
    Ring(0.30, 0.045, 0.045, "sleeve"),
    Ring(1.0, 0.031, 0.031, "sleeve"),
)
_HAND = (
    Ring(0.0, 0.030, 0.030, "hand"),
    Ring(0.5, 0.046, 0.040, "hand"),
    Ring(1.05, 0.024, 0.020, "hand"),
)
_LIMBS = (
    ("hip", "knee", _THIGH),
    ("knee", "ankle", _SHIN),
    ("heel", "toe", _FOOT),
    ("shoulder", "elbow", _UPPER_ARM),
    ("elbow", "wrist", _FOREARM),
    ("wrist", "hand", _HAND),
)
TUBES = (
    _TRUNK,
    _HEAD,
    *(Tube(f"{a}_{s}", f"{b}_{s}", rings) for s in ("left", "right") for a, b, rings in _LIMBS),
)


_RINGS = [(tube, ring) for tube in TUBES for ring in tube.rings]
_START = np.array([INDEX[tube.start] for tube, _ in _RINGS])
_END = np.array([INDEX[tube.end] for tube, _ in _RINGS])
_ALONG = np.array([ring.along for _, ring in _RINGS])
_ACROSS = np.array([ring.across for _, ring in _RINGS])
_DEEP = np.array([ring.deep for _, ring in _RINGS])
_LENGTHS = [len(tube.rings) for tube in TUBES]
_LOWER = np.concatenate(
    [np.arange(n - 1) + sum(_LENGTHS[:i]) for i, n in enumerate(_LENGTHS)]
).astype(np.intp)
"""Index of the ring at which each belt of quads starts; it ends at the next ring."""
_ANGLES = 2 * np.pi * np.arange(SIDES) / SIDES
N_QUADS = len(_LOWER) * SIDES
_BELTS = [_RINGS[i] for i in _LOWER]
_FACING = _ANGLES + np.pi / SIDES
"""Direction of the middle of each side: 0 left, pi/2 front, pi right, 3 pi/2 back."""


def surface(joints: Float64, height: Float64) -> tuple[Float64, Float64]:
    """The quads of n people.

    Args:
        joints: (n, 22, 3) metres, see ``skeleton.joints``.
        height: (n,) metres.

    Returns:
        Corners (n, N_QUADS, 4, 3) in metres and outward unit normals (n, N_QUADS, 3).
    """
    across, deep, centre = _ring_axes(joints)
    scale = height[:, None, None, None] / _REFERENCE
    cos, sin = np.cos(_ANGLES)[:, None], np.sin(_ANGLES)[:, None]
    reach = across[:, :, None] * _ACROSS[:, None, None] * cos
    reach = reach + deep[:, :, None] * _DEEP[:, None, None] * sin
    points = centre[:, :, None] + scale * reach
    low, high = points[:, _LOWER], points[:, _LOWER + 1]
    corners = np.stack([low, np.roll(low, -1, 2), np.roll(high, -1, 2), high], axis=3)
    normals = _normals(across[:, _LOWER], deep[:, _LOWER])
    return corners.reshape(len(joints), N_QUADS, 4, 3), normals.reshape(len(joints), N_QUADS, 3)


def _ring_axes(joints: Float64) -> tuple[Float64, Float64, Float64]:
    """Per ring: unit vectors to the left and to the front, and the centre; each (n, rings, 3)."""
    start, end = joints[:, _START], joints[:, _END]
    bone = end - start
    axis = bone / np.linalg.norm(bone, axis=-1, keepdims=True)
    left = joints[:, INDEX["hip_left"]] - joints[:, INDEX["hip_right"]]
    left = (left / np.linalg.norm(left, axis=-1, keepdims=True))[:, None]
    across = left - (left * axis).sum(-1, keepdims=True) * axis
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    return across, np.cross(across, axis), start + _ALONG[:, None] * bone


def _normals(across: Float64, deep: Float64) -> Float64:
    """Of an ellipse the normal weighs each axis by the other's length."""
    wide, thick = _ACROSS[_LOWER][:, None, None], _DEEP[_LOWER][:, None, None]
    cos, sin = np.cos(_FACING)[:, None], np.sin(_FACING)[:, None]
    normals = across[:, :, None] * cos * thick + deep[:, :, None] * sin * wide
    unit: Float64 = normals / np.linalg.norm(normals, axis=-1, keepdims=True)
    return unit


def paint(person: Person, rng: np.random.Generator) -> Float64:
    """(N_QUADS, 3) float64 BGR: the colours of one person's quads under full light.

    Folds of cloth are a small random change of brightness from quad to quad.
    """
    colours = [_colour(person, tube, ring, s) for tube, ring in _BELTS for s in range(SIDES)]
    folds = rng.normal(1.0, 0.05, (N_QUADS, 1))
    return np.asarray(colours, np.float64) * np.clip(folds, 0.85, 1.15)


def _colour(person: Person, tube: Tube, ring: Ring, side: int) -> Colour:
    kit = person.kit
    if ring.cloth == "shirt":
        return _shirt(person, ring.along, side)
    if ring.cloth == "face":
        return person.skin if np.sin(_FACING[side]) > -0.25 else person.hair
    if ring.cloth in ("sleeve", "sleeve_hem"):
        return kit.shirt if kit.long_sleeves else person.skin
    if ring.cloth == "hand":
        return (225, 228, 230) if kit.long_sleeves else person.skin
    sleeve = kit.second if kit.pattern == "sleeves" else kit.shirt
    cloths = {
        "shorts": kit.shorts,
        "hem": kit.shorts,
        "socks": kit.socks,
        "shoes": person.shoes,
        "hair": person.hair,
        "shirt_sleeve": sleeve,
    }
    return cloths.get(ring.cloth, person.skin)


def _shirt(person: Person, along: float, side: int) -> Colour:
    kit = person.kit
    second = {
        "plain": False,
        "sleeves": False,
        "stripes": side % 3 == 1,
        "hoops": 0.3 < along < 0.5 or 0.7 < along < 0.9,
        "halves": np.cos(_FACING[side]) > 0,
        "sash": abs(np.cos(_FACING[side]) - (1.6 * along - 0.9)) < 0.35,
    }[kit.pattern]
    return kit.second if second else kit.shirt
