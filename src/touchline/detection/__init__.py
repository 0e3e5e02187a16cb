"""People and the ball in single frames: the detector, and what turns its maps into boxes."""

from touchline.detection.added import AddedDetector, AddedModel, add, added, added_file
from touchline.detection.evidence import shows_large_people
from touchline.detection.layouts import LAYOUTS, Layout
from touchline.detection.players import Detector, YoloxDetector, load_detector

__all__ = [
    "LAYOUTS",
    "AddedDetector",
    "AddedModel",
    "Detector",
    "Layout",
    "YoloxDetector",
    "add",
    "added",
    "added_file",
    "load_detector",
    "shows_large_people",
]
