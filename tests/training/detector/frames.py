"""Drawn frames: grass, two teams, a goalkeeper, a referee and a ball."""

from pathlib import Path

import cv2
import numpy as np

from training.detector.data import BALL, GOALKEEPER, PLAYER, REFEREE, LabelledFrame, match_of

GRASS = (50, 140, 60)
WIDTH, HEIGHT = 640, 360
ROLES = (PLAYER, PLAYER, PLAYER, PLAYER, GOALKEEPER, REFEREE)
SHIRTS = ((30, 30, 200), (30, 30, 200), (220, 220, 220), (220, 220, 220), (0, 220, 250), (0, 0, 0))


def drawn_image(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image uint8 (360, 640, 3) BGR, boxes float32 (7, 4), class ids int64 (7,)."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(-6, 7, (HEIGHT, WIDTH, 3))
    image = (np.full((HEIGHT, WIDTH, 3), GRASS) + noise).astype(np.uint8)
    boxes = []
    for place, shirt in enumerate(SHIRTS):
        left, top = 40 + 95 * place + int(rng.integers(20)), 120 + int(rng.integers(100))
        cv2.ellipse(image, (left + 10, top + 25), (8, 24), 0, 0, 360, shirt, -1)
        boxes.append([left, top, left + 20, top + 50])
    cv2.circle(image, (320, 60), 5, (240, 240, 240), -1)
    boxes.append([315, 55, 325, 65])
    return image, np.array(boxes, np.float32), np.array([*ROLES, BALL], np.int64)


def drawn_frame(name: str = "abc_1", seed: int = 0) -> LabelledFrame:
    image, boxes, class_id = drawn_image(seed)
    kit = np.array([0, 0, 1, 1, 3, 2, -1])
    return LabelledFrame(name, image, boxes, class_id, kit, match=match_of(name))


def write_dataset(root: Path, *names: str) -> None:
    """Files as the training set has them, one drawn frame a name."""
    for folder in ("images", "labels"):
        (root / folder).mkdir(parents=True)
    for seed, name in enumerate(names):
        image, boxes, class_id = drawn_image(seed)
        cv2.imwrite(str(root / "images" / f"{name}.png"), image)
        (root / "labels" / f"{name}.txt").write_text(label_text(boxes, class_id))


def label_text(boxes: np.ndarray, class_id: np.ndarray) -> str:
    low, high = boxes[:, :2], boxes[:, 2:]
    rows = np.hstack([(low + high) / 2, high - low]) / [WIDTH, HEIGHT, WIDTH, HEIGHT]
    lines = zip(class_id, rows, strict=True)
    return "\n".join(f"{c} {' '.join(f'{v:.6f}' for v in row)}" for c, row in lines)
