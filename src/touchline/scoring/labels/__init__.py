"""How true a result is: held against labels, with the metrics that the field knows.

Readers turn each format into ``LabelledFrames``; ``aligned`` checks that labels and answers are of
one video; metrics are pure functions of the two. What a match adds to a metric can be joined with
others, and resampled by ``bootstrap``.
"""

from touchline.scoring.labels.bootstrap import Interval, bootstrap
from touchline.scoring.labels.coco import read_coco
from touchline.scoring.labels.detection import (
    AveragePrecision,
    BallCount,
    Matched,
    average_precision,
    count_balls,
    detection,
    joined,
    match_class,
    mean_ap,
)
from touchline.scoring.labels.distances import Distances, distances, position_errors
from touchline.scoring.labels.frames import (
    LabelledFrames,
    Objects,
    PitchFrames,
    aligned,
    by_match,
)
from touchline.scoring.labels.game_state import gs_hota
from touchline.scoring.labels.gsr import read_gsr, read_gsr_predictions
from touchline.scoring.labels.mot import read_mot_frames
from touchline.scoring.labels.pitch import (
    PitchAccuracy,
    PitchParts,
    joined_parts,
    line_accuracy,
    pitch_accuracy,
    pitch_parts,
    with_lines,
)
from touchline.scoring.labels.predictions import read_predictions, read_tracks, with_pitch
from touchline.scoring.labels.tracking import Tracking, combined_tracking, tracking
from touchline.scoring.labels.truth import from_truth
from touchline.scoring.labels.yolo import read_yolo, read_yolo_pitch

__all__ = [
    "AveragePrecision",
    "BallCount",
    "Distances",
    "Interval",
    "LabelledFrames",
    "Matched",
    "Objects",
    "PitchAccuracy",
    "PitchFrames",
    "PitchParts",
    "Tracking",
    "aligned",
    "average_precision",
    "bootstrap",
    "by_match",
    "combined_tracking",
    "count_balls",
    "detection",
    "distances",
    "from_truth",
    "gs_hota",
    "joined",
    "joined_parts",
    "line_accuracy",
    "match_class",
    "mean_ap",
    "pitch_accuracy",
    "pitch_parts",
    "position_errors",
    "read_coco",
    "read_gsr",
    "read_gsr_predictions",
    "read_mot_frames",
    "read_predictions",
    "read_tracks",
    "read_yolo",
    "read_yolo_pitch",
    "tracking",
    "with_lines",
    "with_pitch",
]
