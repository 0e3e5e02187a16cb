from dataclasses import replace

import numpy as np
import pytest

from touchline.teams.evidence import WORD, Evidence, Views


def look(word: list[float], *, told: bool) -> Views:
    """One man, seen well, of whom the detector says something."""
    return Views(
        tracker_id=np.array([1]),
        quality=np.ones(1),
        told=np.array([told]),
        kit=np.zeros((1, 2)),
        shirt=np.zeros((1, 3)),
        word=np.array([word]),
        place=np.zeros((1, 4)),
        position=np.full((1, 2), np.nan),
        inside=np.zeros(1, bool),
        outside=np.zeros(1, bool),
    )


def test_looks_that_cannot_tell_a_role_hardly_weaken_those_that_can() -> None:
    evidence, told, silent = Evidence(2), [-3.0, -5.0, -2.0, -0.2], [-3.0, -2.5, -0.1, -2.0]
    evidence.add(look(told, told=True), 0.0)
    for step in range(1, 4):
        evidence.add(look(silent, told=False), 0.2 * step)
    assert evidence.people(np.array([0])).roles[0] / WORD == pytest.approx(told, abs=0.5)


def test_where_no_look_could_tell_a_role_what_is_usual_is_left() -> None:
    evidence, silent = Evidence(2), look([-3.0, -2.5, -0.1, -2.0], told=False)
    for step in range(3):
        evidence.add(replace(silent, quality=np.full(1, 0.5)), 0.2 * step)
    assert evidence.people(np.array([0])).roles[0] / WORD == pytest.approx(silent.word[0])
