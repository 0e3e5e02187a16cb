"""Frames and answers of the kinds that were recorded of a validator, made, and how they score.

The recordings are no part of the project. The numbers in ``made.json`` are what this code gave when
it agreed with every recorded one: what changes them would change a score.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.scorevision.scoring.answers import HEIGHT, TO_IMAGE, WIDTH, Floats, frame, person, seen
from tests.scorevision.scoring.scorers import COLOURS_RGB
from touchline.scorevision.scoring.template import VERTICES

PAINT = (180, 235, 180)
"""White paint on grass, still green enough to be grass."""
EDGES = [(0, 5), (24, 29), (0, 24), (5, 29), (13, 16), (9, 12), (17, 20), (1, 9), (4, 12), (17, 25)]
"""Vertices that a straight line of the pitch joins."""
BALL, PLAYER, REFEREE = 0, 2, 3


def scores(kind: str) -> dict[str, dict[str, Any]]:
    """The numbers of all made ``keypoints`` or ``pictures``, by name."""
    text = (Path(__file__).parent / "made.json").read_text()
    found: dict[str, dict[str, Any]] = json.loads(text)[kind]
    return found


# Answers for the keypoint score

Change = Callable[[int, Floats, np.random.Generator], Floats]


def noise(points: Floats, rng: np.random.Generator, spread: float) -> Floats:
    """The points that are there, each a little off."""
    return points + rng.normal(0, spread, points.shape) * points.any(axis=1)[:, None]


CHANGES: dict[str, Change] = {
    "clean": lambda n, points, rng: points,
    "noisy": lambda n, points, rng: noise(points, rng, 2.0),
    "very_noisy": lambda n, points, rng: noise(points, rng, 6.0),
    "scene_cut": lambda n, points, rng: seen(shift=300.0) if n >= 6 else points,
    "teleporting_players": lambda n, points, rng: points,
    "no_keypoints": lambda n, points, rng: np.zeros_like(points),
    "some_frames_short": lambda n, points, rng: points[:20] if n % 3 == 0 else points,
    "full_hd": lambda n, points, rng: points * 1.5,
}
"""From the points of frame n to those of the answer."""


def keypoint_case(name: str) -> dict[str, Any]:
    """Arguments of ``keypoint_score``: a clip of 12 frames in which two people walk."""
    rng = np.random.default_rng(len(name))
    scale = 1.5 if name == "full_hd" else 1
    frames = {}
    for n in range(12):
        jump = 400 * (n % 5 == 4) if name == "teleporting_players" else 0
        people = [person(scale * (300 + 5 * n + jump)), person(scale * (900 - n), id=2)]
        points = CHANGES[name](n, seen(shift=0.7 * n), rng).round(2)
        frames[str(n)] = frame(points, *people)
    lines = [tuple(round(scale * v) for v in line) for line in edges(TO_IMAGE)]
    return {
        "width": round(WIDTH * scale),
        "height": round(HEIGHT * scale),
        "frames_to_validate": list(range(12)),
        "frames": frames,
        "pitch_lines": dict.fromkeys(frames, lines),
    }


def edges(to_image: Floats) -> list[tuple[int, ...]]:
    """The straight lines of the pitch in whole pixels: x1, y1, x2, y2."""
    at = cv2.perspectiveTransform(VERTICES[:, None], to_image)[:, 0].round().astype(int)
    return [(*at[first].tolist(), *at[second].tolist()) for first, second in EDGES]


# Pictures of a painted pitch

PICTURES = {"wide": TO_IMAGE, "near": np.diag([1.4, 1.4, 1.0]) @ TO_IMAGE, "stand": None}


def pitch_picture(name: str) -> tuple[np.ndarray, Floats]:
    """A painted pitch below a stand, uint8 (720, 1280, 3) BGR, and its keypoints (32, 2).

    From near, only some of its lines are painted.
    """
    image = np.full((HEIGHT, WIDTH, 3), (60, 160, 60), np.uint8)
    image[:120] = 90
    to_image = PICTURES[name]
    if to_image is None:
        image[:500] = 90
        return image, np.zeros((32, 2))
    for x1, y1, x2, y2 in edges(to_image)[:: 3 if name == "near" else 1]:
        cv2.line(image, (x1, y1), (x2, y2), PAINT, 5)
    cv2.rectangle(image, (600, 300), (630, 380), (30, 30, 220), -1)
    at = cv2.perspectiveTransform(VERTICES[:, None], to_image)[:, 0]
    inside = ((at >= (0, 120)) & (at < (WIDTH, HEIGHT))).all(axis=1)
    return image, np.where(inside[:, None], at.round(1), 0.0)


# Frames for the box score


def one(bbox: list[float], claim: int = PLAYER) -> dict[str, Any]:
    return {"id": 1, "bbox": bbox, "class_id": claim}


def moved(other: dict[str, Any], by: float, *, claim: int | None = None) -> dict[str, Any]:
    bbox = [value + by for value in other["bbox"]]
    return one(bbox, other["class_id"] if claim is None else claim)


def people(rng: np.random.Generator, count: int, *, roles: bool = True) -> list[dict[str, Any]]:
    """Boxes of chance, some of them too small."""
    corners = rng.integers((0, 152), (WIDTH - 60, HEIGHT - 150), (count, 2))
    sides = rng.integers((12, 30), (58, 150), (count, 2))
    claims = rng.integers(1, 4, count) if roles else np.full(count, PLAYER)
    boxes = np.hstack([corners, corners + sides]).astype(float).tolist()
    return [one(box, int(claim)) for box, claim in zip(boxes, claims, strict=True)]


def box_case(name: str) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """A frame of coloured blocks, uint8 (720, 1280, 3) BGR, and the objects of its answer."""
    rng = np.random.default_rng(41)
    colours = np.array([colour[::-1] for colour in COLOURS_RGB.values()], np.uint8)
    blocks = colours[rng.integers(0, len(colours), (9, 16))]
    image = cv2.resize(blocks, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    ball, other = one([150, 296, 166, 312], BALL), one([1163, 585, 1179, 601], BALL)
    mixed, players = [*people(rng, 12), ball], people(rng, 12, roles=False)
    cases = {
        "mixed_with_ball": mixed,
        "players_only": players,
        "overlapping_boxes": [*players, *(moved(each, 8, claim=REFEREE) for each in players), ball],
        "two_footballs": [ball, other, *players],
        "ball_under_player_box": [one([130, 230, 190, 320]), ball],
        "huge_boxes": [one([100, 200, 700, 700]), one([600, 180, 1200, 650])],
        "all_too_small_or_top": [one([10, 300, 20, 330]), one([300, 100, 360, 220])],
        "fractional_coordinates": [moved(each, 0.29) for each in mixed],
        "order_reversed_of_mixed": mixed[::-1],
    }
    return image, cases[name]
