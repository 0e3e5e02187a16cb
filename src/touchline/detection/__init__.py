"""People and the ball in single frames: the detector, and what turns its maps into boxes."""

from touchline.detection.players import Detector, YoloxDetector, load_detector

__all__ = ["Detector", "YoloxDetector", "load_detector"]
