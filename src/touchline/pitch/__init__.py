"""Where the pitch is: its vertices in an image, its homography, and both through a shot."""

from touchline.pitch.dimensions import FLIP, PitchDimensions
from touchline.pitch.finder import FinderMemory, PitchFinder
from touchline.pitch.homography import (
    Homography,
    fit_homography,
    positions,
    to_image,
    to_pitch,
)
from touchline.pitch.keypoints import HeatmapPitchModel, PitchModel, load_pitch_model
from touchline.pitch.look import PitchLook
from touchline.pitch.places import as_painted, from_ground, to_ground
from touchline.pitch.smoothing import PitchTrack

__all__ = [
    "FLIP",
    "FinderMemory",
    "HeatmapPitchModel",
    "Homography",
    "PitchDimensions",
    "PitchFinder",
    "PitchLook",
    "PitchModel",
    "PitchTrack",
    "as_painted",
    "fit_homography",
    "from_ground",
    "load_pitch_model",
    "positions",
    "to_ground",
    "to_image",
    "to_pitch",
]
