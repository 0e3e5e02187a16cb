"""The validator's score of an answer, bug for bug, and what becomes of scores.

Pure functions. Some rules reward dishonest output (an empty answer, a frozen box); nothing of
Touchline makes use of that.
"""

from touchline.turbovision.scoring.actions import (
    ACTION_RULES,
    FPS,
    LEAST_EVENTS,
    ActionRule,
    TimedAction,
    action_pillars,
    action_score,
    dashboard_precisions,
    decay,
    matched_actions,
    weighted_action_score,
)
from touchline.turbovision.scoring.drift import Drift, drift_between, slow_time
from touchline.turbovision.scoring.element import (
    PILLARS,
    Asked,
    Element,
    Payment,
    Served,
    gated_score,
    pay,
    real_time_factor,
)
from touchline.turbovision.scoring.keypoints import (
    KeypointFrame,
    keypoint_frames,
    keypoints_pillar,
    pitch_fit,
)
from touchline.turbovision.scoring.matching import (
    PLAYER,
    count_pillar,
    iou_pillar,
    palette_pillar,
    role_pillar,
)
from touchline.turbovision.scoring.ranking import (
    RankedPillars,
    average_precision,
    iou_threshold,
    ranked_pillars,
)
from touchline.turbovision.scoring.reading import (
    Answered,
    Known,
    in_order,
    read_answer,
    read_truth,
)
from touchline.turbovision.scoring.shapes import CANVAS, Instance, in_form_of, overlap
from touchline.turbovision.scoring.smoothness import smoothness_pillar
from touchline.turbovision.scoring.teams import read_team
from touchline.turbovision.scoring.template import template_picture, template_points
from touchline.turbovision.scoring.winner import (
    LEAST_SAMPLES,
    Contender,
    Likeness,
    are_alike,
    history_sample,
    private_shares,
    relative_gap,
    winner_of,
    without_first_zeros,
)

__all__ = [
    "ACTION_RULES",
    "CANVAS",
    "FPS",
    "LEAST_EVENTS",
    "LEAST_SAMPLES",
    "PILLARS",
    "PLAYER",
    "ActionRule",
    "Answered",
    "Asked",
    "Contender",
    "Drift",
    "Element",
    "Instance",
    "KeypointFrame",
    "Known",
    "Likeness",
    "Payment",
    "RankedPillars",
    "Served",
    "TimedAction",
    "action_pillars",
    "action_score",
    "are_alike",
    "average_precision",
    "count_pillar",
    "dashboard_precisions",
    "decay",
    "drift_between",
    "gated_score",
    "history_sample",
    "in_form_of",
    "in_order",
    "iou_pillar",
    "iou_threshold",
    "keypoint_frames",
    "keypoints_pillar",
    "matched_actions",
    "overlap",
    "palette_pillar",
    "pay",
    "pitch_fit",
    "private_shares",
    "ranked_pillars",
    "read_answer",
    "read_team",
    "read_truth",
    "real_time_factor",
    "relative_gap",
    "role_pillar",
    "slow_time",
    "smoothness_pillar",
    "template_picture",
    "template_points",
    "weighted_action_score",
    "winner_of",
    "without_first_zeros",
]
