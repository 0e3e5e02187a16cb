"""Joints of running, standing and crouching people.

Angles follow the run cycle of a person in side view: the thigh swings as a cosine, the knee bends
while the leg comes forward, arms swing against the legs, the trunk leans with speed. Lengths are
shares of body height after Drillis and Contini (1966), rounded.
"""

import numpy as np

from touchline.arrays import Float64

_LIMBS = ("hip", "knee", "ankle", "heel", "toe", "shoulder", "elbow", "wrist", "hand")
JOINTS = (
    *("pelvis", "neck", "skull", "crown"),
    *(f"{joint}_{side}" for side in ("left", "right") for joint in _LIMBS),
)
INDEX = {name: i for i, name in enumerate(JOINTS)}

_THIGH, _SHIN, _TRUNK, _UPPER_ARM, _FOREARM, _HAND = 0.245, 0.245, 0.29, 0.17, 0.15, 0.055
_SOLE = 0.03
"""Metres from ankle-level foot bones to the ground."""


def joints(
    position: Float64,
    heading: Float64,
    phase: Float64,
    *,
    speed: Float64,
    height: Float64,
    crouch: Float64,
) -> Float64:
    """Place the joints of n people.

    Args:
        position: (n, 2) metres on the pitch.
        heading: (n,) radians.
        phase: (n,) radians of the run cycle.
        speed: (n,) metres per second: sets stride, lean and arm swing.
        height: (n,) body heights in metres.
        crouch: (n,) 0 upright .. 1 a goalkeeper who waits for the shot.

    Returns:
        (n, 22, 3) metres in the order of ``JOINTS``; the lowest foot stands on the ground.
    """
    effort = np.clip(speed / 7.5, 0.0, 1.0)
    body = np.zeros((len(phase), len(JOINTS), 3))
    _trunk(body, effort, crouch)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        cycle = phase + (0.0 if sign > 0 else np.pi)
        _leg(body, side, _leg_angles(cycle, effort, crouch))
        _arm(body, side, _arm_angles(cycle, effort, crouch))
    feet = [INDEX[f"{joint}_{side}"] for joint in ("heel", "toe") for side in ("left", "right")]
    body *= height[:, None, None]
    body[..., 2] -= body[:, feet, 2].min(axis=1, keepdims=True) - _SOLE
    return _turn(body, heading, position)


def _direction(swing: Float64, spread: Float64 | float) -> Float64:
    """(n, 3) unit vectors that hang down, swung forward and spread to the left (radians)."""
    level = np.cos(spread) * np.ones_like(swing)
    sideways = np.sin(spread) * np.ones_like(swing)
    return np.stack([np.sin(swing) * level, sideways, -np.cos(swing) * level], axis=1)


def _trunk(body: Float64, effort: Float64, crouch: Float64) -> None:
    lean = 0.04 + 0.24 * effort + 0.5 * crouch
    up = -_direction(-lean, 0.0)
    head = -_direction(-0.5 * lean, 0.0)
    body[:, INDEX["neck"]] = _TRUNK * up * [1, 1, 1]
    body[:, INDEX["skull"]] = body[:, INDEX["neck"]] + 0.035 * head
    body[:, INDEX["crown"]] = body[:, INDEX["neck"]] + 0.18 * head


def _leg_angles(
    cycle: Float64, effort: Float64, crouch: Float64
) -> tuple[Float64, Float64, Float64]:
    """Thigh swing, knee bend and spread, radians."""
    moving = np.clip(effort * 6, 0, 1)
    swing = moving * (0.28 + 0.45 * effort) * np.cos(cycle) + 0.15 * effort + 0.75 * crouch
    bend = 0.06 + moving * (0.5 + 1.2 * effort) * np.maximum(0.0, -np.sin(cycle)) + 1.25 * crouch
    spread = 0.05 + 0.16 * crouch + 0.05 * (1 - moving)
    return swing, bend, spread


def _leg(body: Float64, side: str, angles: tuple[Float64, Float64, Float64]) -> None:
    sign = 1.0 if side == "left" else -1.0
    swing, bend, spread = angles
    hip = np.tile([0.0, sign * 0.052, -0.015], (len(swing), 1))
    knee = hip + _THIGH * _direction(swing, sign * spread)
    ankle = knee + _SHIN * _direction(swing - bend, sign * spread * 0.3)
    pitch = np.pi / 2 + 0.75 * (swing - bend) + 0.1
    foot = _direction(pitch, sign * 0.15)
    _put(body, side, hip=hip, knee=knee, ankle=ankle)
    heel = ankle + 0.022 * _direction(pitch - np.pi / 2, 0.0) - 0.025 * foot
    _put(body, side, heel=heel, toe=heel + 0.135 * foot)


def _arm_angles(
    cycle: Float64, effort: Float64, crouch: Float64
) -> tuple[Float64, Float64, Float64]:
    """Shoulder swing, elbow bend and spread, radians."""
    moving = np.clip(effort * 5, 0, 1)
    swing = -moving * (0.25 + 0.5 * effort) * np.cos(cycle) - 0.1 + 0.45 * crouch
    bend = 0.2 + 1.25 * moving * (0.3 + 0.7 * effort) + 0.5 * crouch
    return swing, bend, 0.16 + 0.12 * moving + 0.5 * crouch


def _arm(body: Float64, side: str, angles: tuple[Float64, Float64, Float64]) -> None:
    sign = 1.0 if side == "left" else -1.0
    swing, bend, spread = angles
    shoulder = body[:, INDEX["neck"]] + np.array([0.0, sign * 0.105, -0.03])
    elbow = shoulder + _UPPER_ARM * _direction(swing, sign * spread)
    forward = _direction(swing + bend, sign * spread * 0.4)
    wrist = elbow + _FOREARM * forward
    _put(body, side, shoulder=shoulder, elbow=elbow, wrist=wrist, hand=wrist + _HAND * forward)


def _put(body: Float64, side: str, **places: Float64) -> None:
    for name, place in places.items():
        body[:, INDEX[f"{name}_{side}"]] = place


def _turn(body: Float64, heading: Float64, position: Float64) -> Float64:
    """From own axes (forward, left, up) to the pitch."""
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    x = body[..., 0] * cos - body[..., 1] * sin + position[:, :1]
    y = body[..., 0] * sin + body[..., 1] * cos + position[:, 1:]
    return np.stack([x, y, body[..., 2]], axis=-1)
