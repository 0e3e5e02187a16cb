"""The validator's score of a miner's answer, bug for bug: version key 2027 of subnet 44."""

from touchline.scorevision.scoring.answer import read_answer
from touchline.scorevision.scoring.boxes import (
    MIN_COVERAGE,
    Dropped,
    FrameBoxScore,
    ScoredBox,
    area_factor,
    clip_box_score,
    frame_box_score,
    score_frame_boxes,
)
from touchline.scorevision.scoring.formula import (
    MIN_BOX_SCORE,
    SPEED_WEIGHT,
    fastest_time,
    final_score,
    quality_score,
    speed_score,
)
from touchline.scorevision.scoring.frame_fit import DroppedPoint
from touchline.scorevision.scoring.keypoint_parts import FrameFit, FrameKeypoints, KeypointScore
from touchline.scorevision.scoring.keypoints import keypoint_score
from touchline.scorevision.scoring.lines import pitch_lines, pitch_lines_of
from touchline.scorevision.scoring.objects import read_boxes
from touchline.scorevision.scoring.pitch_score import pitch_frame_score
from touchline.scorevision.scoring.points import (
    PEOPLE,
    agreement_score,
    area_factors,
    occurrence_weights,
    ordered_sum,
)
from touchline.scorevision.scoring.selection import (
    Selection,
    checked_score,
    is_doubtful,
    pitch_probability,
    select_frames,
    through_jpeg,
)

__all__ = [
    "MIN_BOX_SCORE",
    "MIN_COVERAGE",
    "PEOPLE",
    "SPEED_WEIGHT",
    "Dropped",
    "DroppedPoint",
    "FrameBoxScore",
    "FrameFit",
    "FrameKeypoints",
    "KeypointScore",
    "ScoredBox",
    "Selection",
    "agreement_score",
    "area_factor",
    "area_factors",
    "checked_score",
    "clip_box_score",
    "fastest_time",
    "final_score",
    "frame_box_score",
    "is_doubtful",
    "keypoint_score",
    "occurrence_weights",
    "ordered_sum",
    "pitch_frame_score",
    "pitch_lines",
    "pitch_lines_of",
    "pitch_probability",
    "quality_score",
    "read_answer",
    "read_boxes",
    "score_frame_boxes",
    "select_frames",
    "speed_score",
    "through_jpeg",
]
