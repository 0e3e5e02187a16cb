"""The figures of who is who, and how sure they are where there is one match."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from touchline.evaluation.metrics import (
    EVERYBODY,
    ROLES,
    Interval,
    Who,
    bootstrap,
    combined_hota,
    role_f1,
)
from touchline.frame import ClassId


def sum_people(parts: Sequence[Who]) -> dict[str, float]:
    """Figures of several clips, by their names; NaN where no label says anything.

    Boxes, tracks and persons of all clips are counted as one, but for ``team accuracy``: teams are
    named clip by clip, so that each clip counts once.
    """
    roles = np.sum([part.roles.sum(axis=0) for part in parts], axis=0)
    sides = np.array([part.sides.sum(axis=0) for part in parts])
    tracks = np.sum([part.tracks for part in parts], axis=0)
    ids = np.concatenate([part.ids for part in parts])
    f1 = role_f1(roles)
    by_clip = [right / told for right, told, _ in sides.tolist() if told]
    return {
        "people found": _share(roles[:, :-1].sum(), roles.sum()),
        "role F1": _mean(f1[~np.isnan(f1)].tolist()),
        **{f"F1 {role.name.lower()}": float(each) for role, each in zip(ROLES, f1, strict=True)},
        "team accuracy": _mean(by_clip),
        "players with a team": _share(sides[:, 1].sum(), sides[:, 2].sum()),
        "tracks on the right side": _share(*tracks),
        "ids per person": _mean(ids.tolist()),
        **dict(_hota(parts, [roles.sum(), *roles.sum(axis=1)])),
    }


def frame_intervals(parts: Sequence[Who], samples: int) -> Mapping[str, Interval]:
    """Give the intervals of one match's figures, its frames drawn in place of matches.

    They say what other frames of this match would give, and nothing of other matches; frames that
    follow each other are alike, so that they are too narrow for a video. Teams keep the names that
    all frames gave them. Figures of whole tracks have none; with a single frame nothing has one.
    """
    units = [(clip, frame) for clip, part in enumerate(parts) for frame in range(len(part.roles))]

    @cache
    def drawn(rows: tuple[int, ...]) -> dict[str, float]:
        clip, frame = np.array([units[row] for row in rows]).T
        return sum_people([part.of_frames(frame[clip == n]) for n, part in enumerate(parts)])

    def interval(name: str) -> Interval:
        return bootstrap(range(len(units)), lambda rows: drawn(tuple(rows))[name], samples=samples)

    several = sum_people(parts) if len(units) > 1 else {}
    found = {name: interval(name) for name, value in several.items() if not math.isnan(value)}
    return {name: each for name, each in found.items() if not math.isnan(each.low)}


def _hota(parts: Sequence[Who], labelled: Sequence[int]) -> Iterator[tuple[str, float]]:
    known = [part.hota for part in parts if part.hota]
    for role, count in zip((EVERYBODY, *ROLES), labelled, strict=True):
        name = "HOTA" if role == EVERYBODY else f"HOTA {ClassId(role).name.lower()}"
        is_known = bool(known) and count > 0
        yield name, combined_hota([each[role] for each in known]).hota if is_known else math.nan


def _share(some: int, whole: int) -> float:
    return float(some / whole) if whole else math.nan


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan
