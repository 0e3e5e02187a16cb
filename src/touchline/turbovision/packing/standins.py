"""What the networks' answers are in a folder that has no ``supervision``: its two tables, bare."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Boxes:
    """In the place of ``supervision.Detections``."""

    xyxy: Any
    confidence: Any = None
    class_id: Any = None
    data: Any = field(default_factory=dict)


@dataclass
class Points:
    """In the place of ``supervision.KeyPoints``."""

    xy: Any
    keypoint_confidence: Any = None
    data: Any = field(default_factory=dict)


class Tables:
    """In the place of the module ``supervision`` itself."""

    Detections = Boxes
    KeyPoints = Points
