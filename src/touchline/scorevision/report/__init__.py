"""The score of one clip with its reasons: who judged, what it lost by, tables and pictures."""

from touchline.scorevision.report.box_losses import box_losses
from touchline.scorevision.report.clip_score import ClipScore, FrameScore, Loss, Speed
from touchline.scorevision.report.judge import Judge, load_judge, same_for_all, student_judge
from touchline.scorevision.report.keypoint_losses import keypoint_losses, speed_losses
from touchline.scorevision.report.pictures import write_pictures
from touchline.scorevision.report.side_by_side import write_side_by_side
from touchline.scorevision.report.tables import figure, report

__all__ = [
    "ClipScore",
    "FrameScore",
    "Judge",
    "Loss",
    "Speed",
    "box_losses",
    "figure",
    "keypoint_losses",
    "load_judge",
    "report",
    "same_for_all",
    "speed_losses",
    "student_judge",
    "write_pictures",
    "write_side_by_side",
]
