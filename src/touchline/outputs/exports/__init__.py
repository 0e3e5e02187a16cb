"""What was found in the formats of others: labelling tools, challenges, analysts."""

from touchline.outputs.exports.coco import CocoJson
from touchline.outputs.exports.cvat import CvatXml
from touchline.outputs.exports.gsr import GsrJson
from touchline.outputs.exports.mot import MotTracks

__all__ = ["CocoJson", "CvatXml", "GsrJson", "MotTracks"]
