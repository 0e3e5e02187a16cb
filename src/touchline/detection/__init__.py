"""People and the ball in single frames: the detector, and what turns its maps into boxes."""

from touchline.detection.added import AddedDetector, AddedModel, add, added, added_file, describe
from touchline.detection.evidence import DISTANT, share_of_people
from touchline.detection.layouts import LAYOUTS, Layout
from touchline.detection.players import Detector, YoloxDetector, load_detector

__all__ = [
    "DISTANT",
    "LAYOUTS",
    "AddedDetector",
    "AddedModel",
    "Detector",
    "Layout",
    "YoloxDetector",
    "add",
    "added",
    "added_file",
    "describe",
    "load_detector",
    "share_of_people",
]
