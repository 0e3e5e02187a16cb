"""People and the ball in single frames: the detector, and what turns its maps into boxes."""

from touchline.detection.evidence import shows_large_people
from touchline.detection.players import Detector, YoloxDetector, load_detector

__all__ = ["Detector", "YoloxDetector", "load_detector", "shows_large_people"]
