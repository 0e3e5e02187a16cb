"""Readers: each turns one format of labels or answers into ``LabelledFrames``."""

from touchline.evaluation.formats.coco import read_coco
from touchline.evaluation.formats.cvat import read_cvat
from touchline.evaluation.formats.fields import (
    items,
    mapping,
    number,
    numbers,
    read_json,
    read_text,
    whole,
)
from touchline.evaluation.formats.gsr import read_gsr, read_gsr_predictions
from touchline.evaluation.formats.mot import read_mot, read_mot_frames
from touchline.evaluation.formats.predictions import read_predictions, read_tracks, with_pitch
from touchline.evaluation.formats.tracking_data import read_cdf, read_kloppy
from touchline.evaluation.formats.truth import from_truth
from touchline.evaluation.formats.yolo import pictures_in, read_yolo, read_yolo_pitch

__all__ = [
    "from_truth",
    "items",
    "mapping",
    "number",
    "numbers",
    "pictures_in",
    "read_cdf",
    "read_coco",
    "read_cvat",
    "read_gsr",
    "read_gsr_predictions",
    "read_json",
    "read_kloppy",
    "read_mot",
    "read_mot_frames",
    "read_predictions",
    "read_text",
    "read_tracks",
    "read_yolo",
    "read_yolo_pitch",
    "whole",
    "with_pitch",
]
