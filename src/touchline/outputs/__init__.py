"""Frame states out: files that other tools, and people, can open."""

from touchline.outputs.analytics import Analytics
from touchline.outputs.export import EXPORTS, export_run
from touchline.outputs.folder import ResultFolder, of_former_run
from touchline.outputs.formats import (
    BATCH_FORMATS,
    DATA_FORMATS,
    DEFAULT_FORMATS,
    FORMATS,
    REPORT_FORMATS,
    Clip,
    Format,
    check_formats,
    new_writers,
)
from touchline.outputs.journal import BROKEN, Journal, StateUnpickler
from touchline.outputs.json_text import to_json
from touchline.outputs.kloppy import import_kloppy, our_coordinates, to_kloppy
from touchline.outputs.overlay import TICKS, Overlay, add_stream, to_yuv
from touchline.outputs.predictions import Predictions, frame_to_wire
from touchline.outputs.saved import SavedRun
from touchline.outputs.summary import Summary, SummaryBuilder, versions
from touchline.outputs.tracks import TracksCsv, TracksParquet
from touchline.outputs.writer import FileWriter, Writer, write_whole

__all__ = [
    "BATCH_FORMATS",
    "BROKEN",
    "DATA_FORMATS",
    "DEFAULT_FORMATS",
    "EXPORTS",
    "FORMATS",
    "REPORT_FORMATS",
    "TICKS",
    "Analytics",
    "Clip",
    "FileWriter",
    "Format",
    "Journal",
    "Overlay",
    "Predictions",
    "ResultFolder",
    "SavedRun",
    "StateUnpickler",
    "Summary",
    "SummaryBuilder",
    "TracksCsv",
    "TracksParquet",
    "Writer",
    "add_stream",
    "check_formats",
    "export_run",
    "frame_to_wire",
    "import_kloppy",
    "new_writers",
    "of_former_run",
    "our_coordinates",
    "to_json",
    "to_kloppy",
    "to_yuv",
    "versions",
    "write_whole",
]
