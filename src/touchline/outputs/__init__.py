"""Frame states out: files that other tools, and people, can open."""

from touchline.outputs.folder import ResultFolder
from touchline.outputs.formats import (
    DATA_FORMATS,
    DEFAULT_FORMATS,
    FORMATS,
    Clip,
    check_formats,
    new_writers,
)
from touchline.outputs.json_text import to_json
from touchline.outputs.overlay import Overlay
from touchline.outputs.predictions import Predictions, frame_to_wire
from touchline.outputs.summary import Summary, SummaryBuilder
from touchline.outputs.tracks import Tracks, TracksCsv
from touchline.outputs.writer import Writer

__all__ = [
    "DATA_FORMATS",
    "DEFAULT_FORMATS",
    "FORMATS",
    "Clip",
    "Overlay",
    "Predictions",
    "ResultFolder",
    "Summary",
    "SummaryBuilder",
    "Tracks",
    "TracksCsv",
    "Writer",
    "check_formats",
    "frame_to_wire",
    "new_writers",
    "to_json",
]
