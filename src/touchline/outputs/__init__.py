"""Frame states out: files that other tools, and people, can open."""

from touchline.outputs.overlay import Overlay
from touchline.outputs.predictions import Predictions, frame_to_wire
from touchline.outputs.summary import Summary, SummaryBuilder
from touchline.outputs.tracks import Tracks
from touchline.outputs.writer import Writer

__all__ = [
    "Overlay",
    "Predictions",
    "Summary",
    "SummaryBuilder",
    "Tracks",
    "Writer",
    "frame_to_wire",
]
