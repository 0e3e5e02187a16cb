"""Metrics that the field knows: pure functions of labels and answers."""

from touchline.evaluation.metrics.agreement import IDS_IN_A_SHOT, MIN_VISIBLE, Agreement, agreement
from touchline.evaluation.metrics.bootstrap import Interval, bootstrap
from touchline.evaluation.metrics.detection import (
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
from touchline.evaluation.metrics.distances import Distances, distances, position_errors
from touchline.evaluation.metrics.game_state import gs_hota
from touchline.evaluation.metrics.hota import (
    Clear,
    Hota,
    Identity,
    TrackedBoxes,
    clear,
    combined_clear,
    combined_hota,
    combined_identity,
    hota,
    identity,
)
from touchline.evaluation.metrics.lines import MIRRORED, fitted_homography, visible_lines
from touchline.evaluation.metrics.pitch import (
    PitchAccuracy,
    PitchParts,
    asked_points,
    joined_parts,
    line_accuracy,
    pitch_accuracy,
    pitch_of,
    pitch_parts,
    with_lines,
)
from touchline.evaluation.metrics.tracking import Tracking, combined_tracking, tracking
from touchline.evaluation.metrics.views import PitchViews, joined_views, views
from touchline.evaluation.metrics.who import EVERYBODY, ROLES, Who, role_f1, who

__all__ = [
    "EVERYBODY",
    "IDS_IN_A_SHOT",
    "MIN_VISIBLE",
    "MIRRORED",
    "ROLES",
    "Agreement",
    "AveragePrecision",
    "BallCount",
    "Clear",
    "Distances",
    "Hota",
    "Identity",
    "Interval",
    "Matched",
    "PitchAccuracy",
    "PitchParts",
    "PitchViews",
    "TrackedBoxes",
    "Tracking",
    "Who",
    "agreement",
    "asked_points",
    "average_precision",
    "bootstrap",
    "clear",
    "combined_clear",
    "combined_hota",
    "combined_identity",
    "combined_tracking",
    "count_balls",
    "detection",
    "distances",
    "fitted_homography",
    "gs_hota",
    "hota",
    "identity",
    "joined",
    "joined_parts",
    "joined_views",
    "line_accuracy",
    "match_class",
    "mean_ap",
    "pitch_accuracy",
    "pitch_of",
    "pitch_parts",
    "position_errors",
    "role_f1",
    "tracking",
    "views",
    "visible_lines",
    "who",
    "with_lines",
]
