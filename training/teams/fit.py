"""Fit ``kits.npz``, what the stage ``teams`` knows of kits and places, to labelled frames.

``python -m training.teams.fit OUT DATA``: the sets of ``training.detector.sets`` whose people have
roles. Frames of one match share their kits.
"""

import argparse
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from scipy.optimize import minimize

from touchline.arrays import Bools, Float32, Float64, Int64
from touchline.teams.kits import CROP, histograms
from touchline.teams.mixture import halves
from training.teams.people import LabelledPeople, read_people

SETS_WITH_ROLES = ("players", "players_epl", "players_more")
DIRECTIONS = 20
"""Of kit space."""
RECOLOURED = 8
"""Times that each kit is dyed: labelled matches show few of the colours that there are."""
_BEFORE = 40
"""Directions that are left before kits are compared."""
_FLOOR = 0.1
"""Share of the mean variance that every direction has at least."""
_LEAST_SPREAD = 0.5
_MOST = 200
"""People of one kit that count."""
_FEWEST = {1: 3, 2: 10, 3: 3}
"""People of a role, and of each kit, that a kit is learnt from."""
_RIDGE = 1 / 0.3


def kits(people: Sequence[LabelledPeople]) -> list[Float64]:
    """Histograms (k, 490) of each kit: two of players and two of keepers a match, one of referees.

    Who wears which is found by splitting them in two. Each kit comes as it is, and dyed.
    """
    matches: dict[str, list[LabelledPeople]] = defaultdict(list)
    for frame in people:
        matches[frame.match].append(frame)
    found: list[Float64] = []
    for match, frames in sorted(matches.items()):
        for role, fewest in _FEWEST.items():
            colours = np.concatenate([frame.colours[frame.role == role] for frame in frames])
            ground = np.concatenate([frame.ground[frame.role == role] for frame in frames])
            worn = histograms(colours, ground)
            for half in [np.ones(len(worn), bool)] if role == 3 else _in_two(worn):
                if half.sum() >= fewest:
                    rng = np.random.default_rng(zlib.crc32(f"{match} {role} {len(found)}".encode()))
                    dyed = (recoloured(colours[half], rng) for _ in range(RECOLOURED))
                    found += [worn[half], *(histograms(each, ground[half]) for each in dyed)]
    return found


def recoloured(colours: Float32, rng: np.random.Generator) -> Float32:
    """A kit (n, 48, 24, 3) dyed: hues turned, shirt and shorts each tinted, darker or lighter."""
    dyed = colours.copy()
    turn = rng.uniform(0, 2 * np.pi)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]], np.float32)
    for part in (dyed[:, : CROP[1] // 2], dyed[:, CROP[1] // 2 :]):
        hue, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0, 45) * (rng.random() < 0.7)
        tint = strength * np.array([np.cos(hue), np.sin(hue)])
        part[..., 1:] = part[..., 1:] @ turned.T * rng.uniform(0.6, 1.3)
        part[..., 1:] += tint * np.minimum(part[..., :1] / 100, 1.2)
        part[..., 0] *= rng.uniform(0.5, 1.25)
    return dyed


def _in_two(worn: Float64) -> list[Bools]:
    """Which (n,) wear the one kit, and which the other."""
    if len(worn) < 2:
        return [np.ones(len(worn), bool)]
    centred = worn - worn.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:10]
    half = halves(centred @ directions.T, np.ones(len(worn)), np.random.default_rng(0))
    return [~half, half]


def fit_space(worn: Sequence[Float64]) -> dict[str, Float64]:
    """The directions in which kits differ most, where people of one kit have variance 1."""
    mean = np.array([kit.mean(axis=0) for kit in worn])
    within = np.concatenate(
        [(kit - kit.mean(axis=0))[:_MOST] * np.sqrt(len(kit) / (len(kit) - 1)) for kit in worn]
    )
    centre = mean.mean(axis=0)
    everyone = np.concatenate([kit[:_MOST] for kit in worn]) - centre
    first = np.linalg.svd(everyone, full_matrices=False)[2][:_BEFORE].T
    covariance = np.cov((within @ first).T)
    covariance += _FLOOR * np.trace(covariance) / _BEFORE * np.eye(_BEFORE)
    values, vectors = np.linalg.eigh(covariance)
    whitened = first @ vectors / np.sqrt(values)
    placed = (mean - centre) @ whitened
    values, vectors = np.linalg.eigh(placed.T @ placed / len(placed))
    order = np.argsort(-values)[:DIRECTIONS]
    # A mean of twenty people is off by a twentieth of their variance.
    spread = np.maximum(values[order] - 1 / 20, _LEAST_SPREAD)
    return {"mean": centre, "matrix": whitened @ vectors[:, order], "spread": spread}


def fit_place(rules: Float64, role: Int64) -> dict[str, Float64]:
    """A multinomial logistic regression of the role (n,) on the rules (n, r)."""
    centre, scale = rules.mean(axis=0), rules.std(axis=0) + 1e-9
    table = np.concatenate([(rules - centre) / scale, np.ones((len(rules), 1))], axis=1)
    wanted = np.eye(4)[role]
    ridge = np.append(np.full(rules.shape[1], _RIDGE), 0.0)[:, None]

    def loss(flat: Float64) -> tuple[float, Float64]:
        weights = flat.reshape(-1, 4)
        scores = table @ weights
        total = np.logaddexp.reduce(scores, axis=1)
        slope = table.T @ (np.exp(scores - total[:, None]) - wanted) + ridge * weights
        lost = (total - (scores * wanted).sum(axis=1)).sum() + 0.5 * (ridge * weights**2).sum()
        return float(lost), slope.ravel()

    start = np.zeros(table.shape[1] * 4)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return {"centre": centre, "scale": scale, "weights": found.x.reshape(-1, 4)}


def write_model(file: BinaryIO, fitted: Mapping[str, Float64]) -> None:
    """Write what ``touchline.teams.model`` reads, in single precision."""
    arrays: dict[str, Any] = {name: array.astype(np.float32) for name, array in fitted.items()}
    np.savez_compressed(file, **arrays)


def main() -> None:
    """Read the folders, fit, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write, such as kits.npz")
    parser.add_argument("data", type=Path, help="the folder of all sets")
    given = parser.parse_args()
    people = [frame for name in SETS_WITH_ROLES for frame in read_people(given.data, name)]
    role = np.concatenate([frame.role for frame in people])
    worn = kits(people)
    fitted = {
        **fit_space(worn),
        "frequency": np.log(np.bincount(role, minlength=4) / len(role)),
        **fit_place(np.concatenate([frame.rules for frame in people]), role),
    }
    with given.out.open("wb") as file:
        write_model(file, fitted)
    matches = len({frame.match for frame in people})
    print(f"{len(people)} frames, {matches} matches, {len(role)} people, {len(worn)} kits")


if __name__ == "__main__":
    main()
