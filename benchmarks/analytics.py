"""Speed, distance, possession and passes through the whole pipeline, held against exact truth.

``python -m benchmarks.analytics --seeds 7,8,9,10,11,12`` renders synthetic matches and analyses
them; ``--seconds 20 --no-close-up`` gives matches long enough for passes to be counted. ``--keep``
leaves matches and answers in a folder, and a later run takes up what lies there.
"""

import argparse
import json
import pickle
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.analytics import Motions, Pass, Sightings, motions, passes, possession
from touchline.analytics.motion import ERRORS_LAST
from touchline.arrays import Float64, Int64
from touchline.frame import FrameState, Objects
from touchline.geometry import pairwise_iou
from touchline.pipeline import Models
from touchline.synthetic import Truth, read_truth, write_match

LEAST_OVERLAP = 0.3
"""Overlap from which a box is that of a person."""
SOON = 1.0
"""Seconds within which a pass that was found was received as the true one."""
AROUND = 5
"""Frames before and after one from which it is told whom an id stands for in it."""
ENOUGH = 2.0
"""Seconds of known speed from which a distance is judged."""
_NOBODY, _STRANGER = -1, -2


@dataclass(slots=True)
class Figures:
    """What was measured, over all matches."""

    speed: list[Float64] = field(default_factory=list)
    """Errors of speeds in m/s, and what was stated of them (2, n)."""
    distance: list[tuple[float, float, float]] = field(default_factory=list)
    """Metres said, true ones, and the stated error."""
    counts: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, float | int]:
        """The figures of the page."""
        error, stated = np.concatenate(self.speed, axis=1)
        said, true, unsure = np.array(self.distance).reshape(-1, 3).T
        n = self.counts
        hits = 2 * n["passes right"]
        return {
            "speeds": len(error),
            "speeds known": n["speeds known"] / n["speeds"],
            "median error, m/s": float(np.median(error)),
            "within 0.5 m/s": float((error < 0.5).mean()),
            "stated error covers": float((error < stated).mean()),
            "distance of all, said / true": float(said.sum() / true.sum()),
            "people": len(said),
            "distance within 5 %": float((np.abs(said / true - 1) < 0.05).mean()),
            "distance error covers": float((np.abs(said - true) < unsure).mean()),
            "possession said": n["frames said"] / max(n["frames"], 1),
            "possession right": n["frames right"] / max(n["frames said"], 1),
            "passes true": n["passes true"],
            "passes found": n["passes found"],
            "passes right": n["passes right"],
            "passes F1": hits / max(n["passes true"] + n["passes found"], 1),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the pipeline says of a match, beside the truth.

    Attributes:
        states: One for each frame.
        truths: As many.
        seen: n sightings.
        person: int64 (n,) whose each is by the truth, ``_STRANGER`` where nobody's.
        speed: float64 (n,) of that person in m/s.
    """

    states: list[FrameState]
    truths: list[Truth]
    seen: Sightings
    person: Int64
    speed: Float64

    @classmethod
    def of(cls, states: list[FrameState], truths: list[Truth]) -> "Answers":
        """Match boxes with people, frame by frame."""
        pairs = [_matched(state, truth) for state, truth in zip(states, truths, strict=True)]
        person, speed = (np.concatenate(each) for each in zip(*pairs, strict=True))
        return cls(states, truths, Sightings.of_states(states), person, speed)

    def who(self, tracker_id: int, frame: int) -> int:
        """Whom an id stands for around a frame; where he is not seen, whom it stands for mostly.

        Around it, because in a frame in which two overlap either may be nearer to the box.
        """
        if tracker_id < 0:
            return _NOBODY
        his = (self.seen.tracker_id == tracker_id) & (self.person >= 0)
        near = his & (np.abs(self.seen.frame - frame) <= AROUND)
        chosen = self.person[near if near.any() else his]
        return int(np.bincount(chosen).argmax()) if len(chosen) else _STRANGER


def _matched(state: FrameState, truth: Truth) -> tuple[Int64, Float64]:
    """Person (n,) and speed (n,) of each object that counts."""
    said, there = (Objects.from_supervision(each.objects) for each in (state, truth))
    said = said[~said.off_pitch]
    person, speed = np.full(len(said), _STRANGER), np.full(len(said), np.nan)
    overlap = pairwise_iou(said.xyxy, there.xyxy)
    overlap[said.is_ball[:, None] != there.is_ball[None]] = 0
    for mine, true in zip(*linear_sum_assignment(-overlap), strict=True):
        if overlap[mine, true] > LEAST_OVERLAP:
            person[mine] = there.tracker_id[true]
            speed[mine] = np.linalg.norm(there.extra["velocity"][true])
    return person, speed


def measure(answers: Answers, figures: Figures) -> None:
    """Add one match."""
    moving = motions(answers.seen)
    _measure_running(answers, moving, figures)
    held = possession(answers.seen, moving)
    views = np.array([state.pitch.homography is not None for state in answers.states])
    said = held.is_said & views[held.frame]
    owners = [_NOBODY if truth.owner is None else truth.owner for truth in answers.truths]
    right = [
        answers.who(int(owner), int(frame)) == owners[frame]
        for owner, frame in zip(held.owner[said], held.frame[said], strict=True)
    ]
    found, true = passes(held), _true_passes(answers.truths, views.tolist())
    figures.counts.update(
        {
            "frames": int(views.sum()),
            "frames said": int(said.sum()),
            "frames right": sum(right),
            "passes true": len(true),
            "passes found": len(found),
            "passes right": sum(_is_true(each, true, answers) for each in found),
        }
    )


def _measure_running(answers: Answers, moving: Motions, figures: Figures) -> None:
    seen, known = answers.seen, np.isfinite(moving.speed)
    figures.counts["speeds"] += int((seen.is_person & seen.is_placed).sum())
    figures.counts["speeds known"] += int(known.sum())
    judged = known & np.isfinite(answers.speed)
    error = np.abs(moving.speed - answers.speed)[judged]
    figures.speed.append(np.stack([error, moving.speed_error[judged]]))
    step = float(np.median(np.diff(np.unique(seen.time))))
    for number in np.unique(seen.tracker_id[judged]).tolist():
        rows = judged & (seen.tracker_id == number) & np.isfinite(moving.distance)
        if rows.sum() * step >= ENOUGH:
            unsure = np.sqrt((moving.speed_error[rows] ** 2).sum() * step * 2 * ERRORS_LAST)
            metres = float(moving.distance[rows].sum())
            figures.distance.append((metres, float(answers.speed[rows].sum() * step), unsure))


def _true_passes(truths: list[Truth], views: list[bool]) -> list[tuple[int, int, int]]:
    """Passer, receiver and frame of receipt, where the pitch is known at kick and receipt."""
    found, last = [], 0
    owned = [frame for frame, truth in enumerate(truths) if truth.owner is not None]
    for frame in owned:
        one, two = truths[last].owner, truths[frame].owner
        if one is not None and two is not None and one != two:
            together = truths[last].shot == truths[frame].shot and views[last] and views[frame]
            if together and (one - 1) // 11 == (two - 1) // 11:
                found.append((one, two, frame))
        last = frame
    return found


def _is_true(found: Pass, true: list[tuple[int, int, int]], answers: Answers) -> bool:
    pair = (
        answers.who(found.passer, found.start_frame),
        answers.who(found.receiver, found.end_frame),
    )
    return any(
        pair == (passer, receiver) and abs(answers.states[frame].time - found.end) <= SOON
        for passer, receiver, frame in true
    )


def answered(folder: Path, models: Models, render: Callable[[Path], object]) -> Answers:
    """Render a match into a folder and analyse it, unless both lie there."""
    if not (folder / "states.pkl").exists():
        render(folder)
        with models.analyze(folder / "match.mp4") as analysis:
            states = [*analysis]
        revised = [analysis.revise(state) for state in states]
        (folder / "states.pkl").write_bytes(pickle.dumps(revised))
    states = pickle.loads((folder / "states.pkl").read_bytes())
    return Answers.of(states, read_truth(folder / "truth.json"))


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="7,8,9,10,11,12")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--no-close-up", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for matches and answers")
    arguments = parser.parse_args()
    options: dict[str, object] = {"seconds": arguments.seconds}
    if arguments.no_close_up:
        options["close_up"] = None
    figures, models = Figures(), Models.load()
    with tempfile.TemporaryDirectory() as whole:
        for seed in map(int, arguments.seeds.split(",")):
            folder = (arguments.keep or Path(whole)) / f"seed_{seed}"
            render = partial(write_match, seed=seed, **options)  # type: ignore[arg-type]
            measure(answered(folder, models, render), figures)
    print(json.dumps({name: round(value, 4) for name, value in figures.as_dict().items()}))


if __name__ == "__main__":
    main()
