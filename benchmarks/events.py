"""Events through the whole pipeline, held against what truly happens in rendered matches.

``python -m benchmarks.events --seeds 7,8,9,10,11,12`` renders matches in which people also shoot,
clear, lose the ball and put it out of play, and analyses them; ``--keep`` leaves matches and
answers in a folder, and a later run takes up what lies there. ``--thresholds`` says instead from
which probability each action is worth to be said; use other seeds for it.
"""

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.analytics import answered
from touchline.analytics import Event, events, motions, own_goals, possession
from touchline.arrays import Float64
from touchline.pipeline import Models
from touchline.pitch import PitchDimensions
from touchline.synthetic import EventfulMatch, Truth, record_match
from touchline.turbovision.scoring import (
    ACTION_RULES,
    FPS,
    TimedAction,
    action_score,
    matched_actions,
)

LOOSE = 4.0
"""Metres a second below which a ball that is won was loose."""
GAINS = {"shot": "block", "clearance": "recovery"}
"""What it is for an opponent to win a ball that was kicked so; else it is intercepted."""


def true_actions(truths: Sequence[Truth]) -> list[TimedAction]:
    """What happens, by who has the ball, what it was kicked for, and where it is.

    Who takes a ball that was out of play starts anew: that is no event.
    """
    limits = np.array([PitchDimensions().length, PitchDimensions().width]) / 2 + 0.11
    balls = [_ball(truth) for truth in truths]
    found: list[TimedAction] = []
    last, is_dead = truths[0].owner, False
    for frame in range(1, len(truths)):
        before, now = truths[frame - 1], truths[frame]
        was_in, is_in = (bool((np.abs(balls[at][:2]) <= limits).all()) for at in (frame - 1, frame))
        if was_in and not is_in:
            found.append(TimedAction(frame, "ball_out_of_play"))
            is_dead = True
        if before.owner is not None and now.owner is None:
            found.append(TimedAction(frame - 1, now.kick or "pass"))
        elif before.owner is None and now.owner is not None:
            if last not in (None, now.owner) and not is_dead:
                pace = float(np.linalg.norm(balls[frame - 1][2:]))
                found.append(TimedAction(frame, _gain(last, now.owner, before.kick, pace)))
            is_dead = False
        last = last if now.owner is None else now.owner
    return found


def _gain(last: int | None, owner: int, kick: str | None, pace: float) -> str:
    """What it is to win the ball, m/s before it came, from who had it last."""
    assert last is not None
    if pace < LOOSE:
        return "recovery"
    if (last - 1) // 11 == (owner - 1) // 11:
        return "pass_received"
    if kick == "shot" and (owner - 1) % 11 == 0:
        return "save"
    return GAINS.get(kick or "", "interception")


def _ball(truth: Truth) -> Float64:
    """Place and velocity (4,) of the ball; NaN where it is not in the picture."""
    ids = np.asarray(truth.objects.tracker_id)
    found = np.flatnonzero(ids == 0)
    if not len(found):
        return np.full(4, np.nan)
    data = truth.objects.data
    return np.concatenate([data["position"][found[0]], data["velocity"][found[0]]])


@dataclass(slots=True)
class EventFigures:
    """What was measured, over all matches."""

    scores: list[float] = field(default_factory=list)
    true: Counter[str] = field(default_factory=Counter)
    said: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    """Of each action, the confidence and the share that it earns; 0 where it is false."""

    def add(self, found: Sequence[Event], true: Sequence[TimedAction]) -> None:
        """Add a match."""
        given = [
            TimedAction(round(each.time * FPS), each.action, each.confidence) for each in found
        ]
        self.scores.append(action_score(given, true))
        self.true.update(each.action for each in true)
        for each, share in matched_actions(given, true):
            self.said[each.action].append((each.confidence, share))

    def as_dict(self) -> dict[str, object]:
        """The figures of the page."""
        return {
            "matches": len(self.scores),
            "score": round(float(np.mean(self.scores)), 3),
            "scores": [round(score, 3) for score in self.scores],
            "actions": {name: self._row(name) for name in sorted({*self.true, *self.said})},
        }

    def _row(self, name: str) -> dict[str, float]:
        earned = [share for _, share in self.said[name] if share]
        said = len(self.said[name])
        return {
            "true": self.true[name],
            "said": said,
            "right": len(earned),
            "precision": round(len(earned) / said, 3) if said else 0.0,
            "share": round(float(np.mean(earned)), 3) if earned else 0.0,
            "confidence": round(float(np.mean([sure for sure, _ in self.said[name]])), 3)
            if said
            else 0.0,
        }

    def thresholds(self) -> dict[str, dict[str, float]]:
        """From which probability saying an action gains: what it earns against what it costs."""
        found = {}
        for name in ACTION_RULES:
            if self.said[name]:
                row = self._row(name)
                found[name] = row | {"worth": round(1 / (1 + row["share"]), 3)}
        return found


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7,8,9,10,11,12")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--keep", type=Path, help="a folder for matches and answers")
    parser.add_argument("--thresholds", action="store_true")
    arguments = parser.parse_args()
    figures, models = EventFigures(), Models.load()
    with tempfile.TemporaryDirectory() as whole:
        for seed in map(int, arguments.seeds.split(",")):
            folder = (arguments.keep or Path(whole)) / f"seed_{seed}"
            match = EventfulMatch(seed, seconds=arguments.seconds, close_up=None)
            given = answered(folder, models, partial(record_match, match=match))
            held = possession(given.seen, motions(given.seen))
            figures.add(events(held, {0: own_goals(given.seen)}), true_actions(given.truths))
    print(json.dumps(figures.thresholds() if arguments.thresholds else figures.as_dict()))


if __name__ == "__main__":
    main()
