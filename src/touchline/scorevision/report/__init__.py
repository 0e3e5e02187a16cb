"""The score of one clip with its reasons: who judged, what it lost by, tables and pictures."""

from touchline.scorevision.report.clip_score import ClipScore, FrameScore, Loss, Speed
from touchline.scorevision.report.judge import Judge, load_judge, same_for_all, student_judge
from touchline.scorevision.report.pictures import write_pictures
from touchline.scorevision.report.tables import report

__all__ = [
    "ClipScore",
    "FrameScore",
    "Judge",
    "Loss",
    "Speed",
    "load_judge",
    "report",
    "same_for_all",
    "student_judge",
    "write_pictures",
]
