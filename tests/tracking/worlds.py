"""Small worlds with known motion: what a perfect detector would see."""

import numpy as np
import supervision as sv


def seen(boxes, *, confidence=0.9, class_id=2):
    """Detections of boxes (n, 4); confidence and class one for all, or one each."""
    xyxy = np.asarray(boxes, dtype=np.float32).reshape(-1, 4)
    return sv.Detections(
        xyxy=xyxy,
        confidence=np.broadcast_to(np.float32(confidence), len(xyxy)).copy(),
        class_id=np.broadcast_to(np.int64(class_id), len(xyxy)).copy(),
    )


def person(x, y, height=60.0):
    """Box of a person who stands at (x, y)."""
    return [x - height / 5, y - height, x + height / 5, y]


def ball(x, y, size=10.0):
    """Box of a ball about (x, y)."""
    return [x - size / 2, y - size / 2, x + size / 2, y + size / 2]


def pan(dx, dy=0.0, zoom=1.0):
    """Camera motion: scale about the corner of the picture, then shift."""
    return np.array([[zoom, 0.0, dx], [0.0, zoom, dy], [0.0, 0.0, 1.0]])


STILL = np.eye(3)
