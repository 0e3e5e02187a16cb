"""Tracking: who is who from frame to frame, where the ball went, how the camera moved."""

from touchline.tracking import kalman
from touchline.tracking.adapters import NewTracker, UpdatesDetections
from touchline.tracking.appearance import with_appearances, without_appearances
from touchline.tracking.camera import CameraMotion
from touchline.tracking.foreign import FURTHEST, require_detections
from touchline.tracking.identities import IDENTITY, Identities
from touchline.tracking.kalman import MotionModel
from touchline.tracking.players import PlayerTracker
from touchline.tracking.tracks import Tracks

__all__ = [
    "FURTHEST",
    "IDENTITY",
    "CameraMotion",
    "Identities",
    "MotionModel",
    "NewTracker",
    "PlayerTracker",
    "Tracks",
    "UpdatesDetections",
    "kalman",
    "require_detections",
    "with_appearances",
    "without_appearances",
]
