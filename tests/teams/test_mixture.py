import numpy as np
import pytest

from touchline.teams.mixture import (
    KITS,
    OTHER,
    REFEREES,
    TEAMS,
    Kits,
    People,
    Presence,
    as_known,
    halves,
    kits_of,
    roles_of,
    tell_apart,
)

SPREAD = np.array([16.0, 12.0, 9.0, 4.0])
NOBODY, KEEPER, PLAYER, REFEREE = range(4)
FREQUENT = np.log([0.03, 0.04, 0.84, 0.09])


def people(
    place: np.ndarray,
    *,
    roles: np.ndarray | None = None,
    moment: np.ndarray | None = None,
    inside: bool = True,
) -> People:
    n = len(place)
    moment = np.zeros(n, np.int64) if moment is None else moment
    presence = Presence(np.arange(n), moment, np.full(n, inside), np.zeros(n, np.int64))
    known = np.tile(FREQUENT, (n, 1)) if roles is None else roles
    return People(place, np.full(n, 1.5), np.full(n, 0.002), known, presence)


def two_teams(rng: np.random.Generator, *, shift: float = 5.0) -> np.ndarray:
    place = rng.normal(0, 0.7, (16, 4))
    place[:8, 0] += shift
    place[8:, 0] -= shift
    return place


def test_two_teams_are_told_apart_whatever_their_numbers() -> None:
    kits = tell_apart(people(two_teams(np.random.default_rng(0))), SPREAD)
    team = kits[:, TEAMS].argmax(axis=1)
    assert len({*team[:8].tolist()}) == len({*team[8:].tolist()}) == 1
    assert team[0] != team[8]
    assert roles_of(kits).argmax(axis=1).tolist() == [PLAYER] * 16


def test_one_man_in_a_kit_of_his_own_is_the_referee() -> None:
    place = np.concatenate([two_teams(np.random.default_rng(1)), [[0, 7.0, 0, 0]]])
    roles = roles_of(tell_apart(people(place), SPREAD))
    assert roles[-1].argmax() == REFEREE
    assert (roles[:-1].argmax(axis=1) == PLAYER).all()


def test_a_word_for_the_referee_outweighs_a_kit_that_is_a_little_off() -> None:
    place = two_teams(np.random.default_rng(2))
    place[0] += [0, 2.5, 0, 0]
    roles = np.tile(FREQUENT, (16, 1))
    assert roles_of(tell_apart(people(place, roles=roles), SPREAD))[0].argmax() == PLAYER
    roles[0] = np.log([0.01, 0.01, 0.08, 0.9])
    assert roles_of(tell_apart(people(place, roles=roles), SPREAD))[0].argmax() == REFEREE


def test_a_second_referee_on_the_pitch_is_less_likely_than_one_outside() -> None:
    place = np.concatenate(
        [two_teams(np.random.default_rng(3)), [[0, 4.0, 2.0, 0], [0, 4.2, 2.0, 0]]]
    )
    roles = np.tile(FREQUENT, (18, 1))
    roles[16:] = np.log([0.02, 0.02, 0.56, 0.4])
    within = roles_of(tell_apart(people(place, roles=roles), SPREAD))
    outside = roles_of(tell_apart(people(place, roles=roles, inside=False), SPREAD))
    assert within[17, REFEREE] < outside[17, REFEREE]


def test_a_referee_in_a_far_kit_does_not_make_one_team_of_two_that_are_near() -> None:
    rng = np.random.default_rng(8)
    place = np.concatenate([two_teams(rng, shift=2.2), rng.normal(0, 0.3, (2, 4)) + 9.0])
    moment = np.concatenate([np.zeros(16, np.int64), [0, 1]])
    roles = np.tile(FREQUENT, (18, 1))
    roles[16:] = np.log([0.03, 0.002, 0.848, 0.12])
    kits = tell_apart(people(place, roles=roles, moment=moment), SPREAD)
    team = kits[:, TEAMS].argmax(axis=1)
    assert len({*team[:8].tolist()}) == len({*team[8:16].tolist()}) == 1
    assert team[0] != team[8]
    assert roles_of(kits)[16:].argmax(axis=1).tolist() == [REFEREE, REFEREE]


def test_known_kits_number_the_teams_of_the_next_shot() -> None:
    rng = np.random.default_rng(4)
    first = people(two_teams(rng))
    shares = np.exp(tell_apart(first, SPREAD))
    known = kits_of(first, shares)
    for swapped in (False, True):
        place = two_teams(rng)[::-1] if swapped else two_teams(rng)
        later = people(place)
        start = as_known(later, SPREAD, known)
        team = tell_apart(later, SPREAD, known=known, starts=[start])[:, TEAMS].argmax(axis=1)
        expected = shares[:, TEAMS].argmax(axis=1)
        assert team.tolist() == (expected[::-1] if swapped else expected).tolist()


def test_nobody_is_told_apart_from_nobody() -> None:
    none = people(np.zeros((0, 4)))
    assert tell_apart(none, SPREAD).shape == (0, KITS + 1)
    assert kits_of(none, np.zeros((0, KITS + 1))).precision.tolist() == [0.0] * KITS


def test_one_person_alone_keeps_the_role_that_he_brings() -> None:
    for role in (KEEPER, PLAYER, REFEREE):
        brings = np.log(np.full((1, 4), 0.02))
        brings[0, role] = np.log(0.94)
        alone = people(np.zeros((1, 4)), roles=brings)
        assert roles_of(tell_apart(alone, SPREAD))[0].argmax() == role


def test_the_shares_of_each_person_sum_to_one() -> None:
    kits = tell_apart(people(two_teams(np.random.default_rng(6))), SPREAD)
    assert np.exp(kits).sum(axis=1) == pytest.approx(1.0)
    assert kits[:, REFEREES].shape == kits[:, OTHER].shape


def test_a_kit_that_nobody_wore_has_no_mean() -> None:
    assert np.isnan(Kits.unknown(4).mean).all()


def test_places_are_split_where_they_are_farthest_apart() -> None:
    place = two_teams(np.random.default_rng(7))
    half = halves(place, np.ones(16), np.random.default_rng(0))
    assert len({*half[:8].tolist()}) == 1
    assert half[0] != half[8]
    assert not halves(place[:1], np.ones(1), np.random.default_rng(0)).any()
