"""The score of timed actions, as a validator pays them on the private track.

Source: the description, "The 15 actions" and "Score of a challenge". So a false action costs as
much as a perfect one earns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

FPS = 25
"""Frames a second, whatever the video says."""
PILLAR = "soccer_action"
"""The pillar that has this score; every other scores 0 here."""
LEAST_EVENTS = 3
"""Events of a truth below which its challenge is passed over."""
DASHBOARD_FRAMES = 12
"""Frames within which the dashboard's mAP takes an action for found."""


@dataclass(frozen=True, slots=True)
class ActionRule:
    """What an action is worth.

    Attributes:
        weight: Points for it at its very time; as many are lost by claiming one that is not there.
        least: Share of the weight that is left at the tolerance.
        tolerance: Seconds within which it counts.
    """

    weight: float
    least: float
    tolerance: float


ACTION_RULES: Mapping[str, ActionRule] = {
    "pass": ActionRule(1.0, 0.0, 1.0),
    "pass_received": ActionRule(1.4, 0.0, 1.0),
    "recovery": ActionRule(1.5, 0.0, 1.5),
    "tackle": ActionRule(2.5, 0.1, 1.5),
    "interception": ActionRule(2.8, 0.5, 2.0),
    "ball_out_of_play": ActionRule(2.9, 0.5, 2.0),
    "clearance": ActionRule(3.1, 0.5, 2.0),
    "take_on": ActionRule(3.2, 0.5, 2.0),
    "substitution": ActionRule(4.2, 0.5, 2.0),
    "block": ActionRule(4.2, 0.5, 2.0),
    "aerial_duel": ActionRule(4.3, 0.5, 2.0),
    "shot": ActionRule(4.7, 0.5, 2.0),
    "save": ActionRule(7.3, 0.5, 2.0),
    "foul": ActionRule(7.7, 0.5, 2.5),
    "goal": ActionRule(10.9, 0.5, 3.0),
}
"""By the name of the action, letter by letter; others are not seen at all."""


@dataclass(frozen=True, slots=True)
class TimedAction:
    """An action at a frame; its confidence, 0 to 1, changes no score."""

    frame: int
    action: str
    confidence: float = 1.0


def action_score(predictions: Sequence[TimedAction], truth: Sequence[TimedAction]) -> float:
    """Score the actions of one challenge.

    Predictions go by frame. Each takes, of the unused true events of its action within the
    tolerance, the one with the largest ``1 - (dt / tolerance) (1 - least)`` above 0, the first in
    the order of the truth among equals, and earns that share of the weight; one without such an
    event costs the whole weight. Paid is ``(earned - lost) / weights of the truth``, within 0..1;
    0 without known truth. Exactly at the tolerance floating point decides: times are
    ``frame / 25``, each rounded by itself.
    """
    known = [each for each in truth if each.action in ACTION_RULES]
    whole = sum(ACTION_RULES[each.action].weight for each in known)
    if not whole:
        return 0.0
    matched = matched_actions(predictions, known)
    earned = sum(ACTION_RULES[each.action].weight * share for each, share in matched)
    lost = sum(ACTION_RULES[each.action].weight for each, share in matched if not share)
    return float(min(max((earned - lost) / whole, 0.0), 1.0))


def matched_actions(
    predictions: Sequence[TimedAction], truth: Sequence[TimedAction]
) -> list[tuple[TimedAction, float]]:
    """The predictions of known actions by frame, each with the share it earns; 0 has no event."""
    left = [each for each in truth if each.action in ACTION_RULES]
    found = []
    for each in sorted(predictions, key=lambda prediction: prediction.frame):
        if each.action not in ACTION_RULES:
            continue
        rule = ACTION_RULES[each.action]
        same = [i for i, true in enumerate(left) if true.action == each.action]
        shares = [decay((each.frame, left[i].frame), rule) for i in same]
        best = max(shares, default=0.0)
        if best > 0:
            del left[same[shares.index(best)]]
        found.append((each, best))
    return found


def decay(frames: tuple[int, int], rule: ActionRule) -> float:
    """Share of the weight that is left this far from the event; 0 beyond the tolerance."""
    late = abs(frames[0] / FPS - frames[1] / FPS)
    if late > rule.tolerance:
        return 0.0
    return max(1 - (late / rule.tolerance) * (1 - rule.least), 0.0)


def action_pillars(score: float, weights: Mapping[str, float] | None) -> dict[str, float]:
    """The pillars of an action score and what each scores; ``private_track_score`` without any.

    Pillars with a weight not above 0 are left out.
    """
    named = [name for name, weight in (weights or {}).items() if weight > 0]
    if not named:
        return {"private_track_score": score}
    return {name: score if name == PILLAR else 0.0 for name in named}


def weighted_action_score(score: float, weights: Mapping[str, float] | None) -> float:
    """The action score by pillars: their weights are made to sum to 1; unknown ones earn 0."""
    pillars = action_pillars(score, weights)
    if not weights or not pillars.keys() <= weights.keys():
        return score
    return sum(weights[name] * each for name, each in pillars.items()) / sum(
        weights[name] for name in pillars
    )


def dashboard_precisions(
    predictions: Sequence[TimedAction], truth: Sequence[TimedAction]
) -> dict[str, float]:
    """The "mAP@1s" of the dashboard by action, each 0 to 1; it changes no weight.

    Of 200 thresholds on confidence, precision and recall within 12 frames; their best precision at
    11 recalls, averaged. Actions without truth are 0.
    """
    return {
        name: _eleven_points(
            [each for each in predictions if each.action == name],
            [each.frame for each in truth if each.action == name],
        )
        for name in ACTION_RULES
    }


def _eleven_points(predictions: Sequence[TimedAction], truth: Sequence[int]) -> float:
    if not truth:
        return 0.0
    curve = []
    for threshold in np.linspace(0.0, 1.0, 200):
        kept = [each for each in predictions if each.confidence >= threshold]
        found = _found(kept, truth)
        curve.append((found / len(truth), found / len(kept) if kept else 0.0))
    return fmean(
        max((precision for recall, precision in curve if recall >= least / 10), default=0.0)
        for least in range(11)
    )


def _found(predictions: Sequence[TimedAction], truth: Sequence[int]) -> int:
    left = list(truth)
    for each in sorted(predictions, key=lambda prediction: -prediction.confidence):
        near = [frame for frame in left if abs(frame - each.frame) <= DASHBOARD_FRAMES]
        if near:
            left.remove(min(near, key=lambda frame: abs(frame - each.frame)))
    return len(truth) - len(left)
