"""The rules of the box score as they are written down, one box after the other, slow and plain."""

import math
from typing import Any

import numpy as np

from touchline.verification.decision_tree import Scorer

NAMES = ("football", "goalkeeper", "football player", "referee")


def plain_frame_score(
    image_bgr: np.ndarray, objects: list[dict[str, Any]], scorer: Scorer
) -> float:
    height, width = image_bgr.shape[:2]
    rgb = image_bgr[:, :, ::-1].copy()
    boxes = [(tuple(round(v, 2) for v in one["bbox"]), one["class_id"]) for one in objects]
    kept = [(bbox, claim) for bbox, claim in boxes if is_kept(bbox, claim, width)]
    if not kept:
        return 0.0
    crops = []
    for bbox, _ in kept:
        x1, y1, x2, y2 = map(int, bbox)
        crops.append(rgb[y1:y2, x1:x2].copy())
        rgb[y1:y2, x1:x2] = 0
    claims = [claim for _, claim in kept]
    first = claims.index(0) if 0 in claims else None
    seen = []
    for i, ((bbox, claim), crop) in enumerate(zip(kept, crops, strict=True)):
        if claim != 0:
            seen.append(label_of_person(crop, scorer))
        elif i == first:
            seen.append(label_of_ball(around(rgb, bbox), scorer))
        else:
            seen.append("not a football")
    points = 0.0
    for i, claim in enumerate(claims):
        points += worth(NAMES[claim], seen[i]) / 2 ** seen[:i].count(seen[i])
    return points / (len(set(seen)) + 1) * factor([bbox for bbox, _ in kept], width * height)


def is_kept(bbox: tuple[float, ...], claim: int, width: int) -> bool:
    x1, y1, x2, y2 = bbox
    large = claim == 0 or (x2 - x1 >= 15 and y2 - y1 >= 40)
    apart = x2 < 0 or x1 > width or y2 < 0 or y1 > 150
    return large and apart


def chance(image: np.ndarray, texts: list[str], scorer: Scorer) -> list[float]:
    powers = [math.exp(logit) for logit in scorer([image], texts)[0]]
    return [power / sum(powers) for power in powers]


def label_of_person(crop: np.ndarray, scorer: Scorer) -> str:
    if chance(crop, ["person", "grass"], scorer)[0] <= 0.08:
        return "grass"
    kinds = ["football player", "goalkeeper", "referee", "crowd", "black shape"]
    chances = chance(crop, kinds, scorer)
    return kinds[chances.index(max(chances))]


def label_of_ball(crop: np.ndarray, scorer: Scorer) -> str:
    if chance(crop, ["a photo of a round object on grass", "a random object"], scorer)[0] < 0.5:
        return "not a football"
    texts = ["a small soccer ball on the field", "just grass without any ball", "other"]
    chances = chance(crop, texts, scorer)
    return "football" if chances[0] == max(chances) else "not a football"


def around(rgb: np.ndarray, bbox: tuple[float, ...]) -> np.ndarray:
    x1, y1, x2, y2 = bbox
    height, width = rgb.shape[:2]
    centre_x, centre_y = x1 + (x2 - x1) / 2, y1 + (y2 - y1) / 2
    left, right = round(centre_x - 2 * (x2 - x1)), round(centre_x + 2 * (x2 - x1))
    top, bottom = round(centre_y - 2 * (y2 - y1)), round(centre_y + 2 * (y2 - y1))
    return rgb[max(0, top) : min(height - 1, bottom), max(0, left) : min(width - 1, right)]


def worth(claimed: str, seen: str) -> float:
    people = ("football player", "goalkeeper", "referee")
    if seen in people:
        return 1.0 if claimed == seen else 0.5 if claimed in people else -1.0
    return 1.0 if seen == claimed == "football" else -1.0


def factor(boxes: list[tuple[float, ...]], image_area: int) -> float:
    total = sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in boxes) / image_area
    mean = total / len(boxes)
    if mean > 0.015:
        return math.exp(-80 * (mean - 0.015))
    return 1.0 if total <= 0.15 else math.exp(-3 * (total - 0.15))
