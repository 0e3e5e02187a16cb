"""What was found in the formats of others: labelling tools, challenges, analysts."""

from touchline.outputs.exports.cdf import CdfFiles
from touchline.outputs.exports.coco import CocoJson
from touchline.outputs.exports.cvat import CvatXml
from touchline.outputs.exports.gsr import GsrJson
from touchline.outputs.exports.match_sheet import PERIODS, MatchSheet, Period
from touchline.outputs.exports.mot import MotTracks
from touchline.outputs.exports.rerun import RerunRecording

__all__ = [
    "PERIODS",
    "CdfFiles",
    "CocoJson",
    "CvatXml",
    "GsrJson",
    "MatchSheet",
    "MotTracks",
    "Period",
    "RerunRecording",
]
