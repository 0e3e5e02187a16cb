"""The kits of a match as a mixture: two teams, the referees, a keeper each, and whoever else.

Each person is judged by the kits that the *others* make (collapsed variational inference; Teh,
Newman and Welling 2006): an empty kit then predicts what kits look like in general, not nothing,
and one man alone with the whistle wakes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from touchline.arrays import Bools, Float64, Int64

TEAMS = slice(0, 2)
REFEREES = 2
KEEPERS = slice(3, 5)
OTHER = 5
KITS = 5
"""Kits that somebody shares: all but OTHER."""
WITHIN = 2.0
"""Variance of the shirts of one kit in a new match, where 1 was learnt from labelled ones."""
REPEL = 3.0
"""Log odds by which a second referee on the pitch, or keeper in a half, is less likely."""
ELEVEN = 11
"""People of one team who can be there together; one more is as unlikely as a second referee."""
ROUNDS = 25
DAMPING = 0.8
CLOSE = 5e-3
STARTS = 3
UNEVEN = 0.25
"""Share of the players below which what splits off is no team: teams are of like size."""


@dataclass(frozen=True, slots=True, eq=False)
class Kits:
    """What is known of the five kits: the sum of the views that belong to each.

    Attributes:
        precision: float64 (5,), sum of the views' precisions.
        total: float64 (5, d), sum of the views, each times its precision.
    """

    precision: Float64
    total: Float64

    @staticmethod
    def unknown(dimensions: int) -> "Kits":
        """Nobody was seen yet."""
        return Kits(np.zeros(KITS), np.zeros((KITS, dimensions)))

    @property
    def mean(self) -> Float64:
        """Where each kit lies (5, d), as the views alone have it; NaN for one nobody wore."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.total / self.precision[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Who was there together: a row for each person in each moment.

    Attributes:
        person: int64 (k,), the number of the person.
        moment: int64 (k,), the number of the moment.
        inside: bool (k,), whether he stands on the pitch: one referee is enough there.
        side: int64 (k,), the half in which he stands, 0 or 1.
    """

    person: Int64
    moment: Int64
    inside: Bools
    side: Int64

    def others(self, share: Float64, group: Int64) -> Float64:
        """How many others of a kind each person had around, in the mean over his moments.

        Args:
            share: (n,), how much each person is of that kind.
            group: (k,), the number of the group that each row belongs to; -1 for none.
        """
        grouped = group >= 0
        mine = share[self.person] * grouped
        total = np.bincount(group[grouped], mine[grouped])
        around = np.where(grouped, np.append(total, 0.0)[group] - mine, 0.0)
        n = len(share)
        moments = np.bincount(self.person, minlength=n)
        return np.asarray(np.bincount(self.person, around, n) / np.maximum(moments, 1))


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Those whose kits are to be told apart: n people, or tracks of people.

    Attributes:
        place: float64 (n, d), in kit space.
        variance: float64 (n,), of that place about the kit's.
        tail: float64 (n,), how likely it is that somebody was seen so badly that he could be
            anybody.
        roles: float64 (n, 4), log probability of being nobody of the game, keeper, player, referee,
            by all that is known but the kit.
        presence: Who was there together.
    """

    place: Float64
    variance: Float64
    tail: Float64
    roles: Float64
    presence: Presence

    def __len__(self) -> int:
        return len(self.variance)

    @property
    def home_half(self) -> Bools:
        """Whether each (n,) was more on side 1 than on side 0."""
        step = 2.0 * self.presence.side - 1
        return np.asarray(np.bincount(self.presence.person, step, len(self)) > 0)


def kits_of(people: People, shares: Float64) -> Kits:
    """The kits that people (n) make of whom shares (n, 6) belong to each."""
    weight = shares[:, :KITS] / people.variance[:, None]
    return Kits(weight.sum(axis=0), weight.T @ people.place)


def tell_apart(
    people: People, spread: Float64, *, known: Kits | None = None, starts: Sequence[Float64] = ()
) -> Float64:
    """Tell the teams, the referees and the keepers apart.

    Args:
        people: All that take part, or do not.
        spread: (d,) variance of kits about their mean, see ``KitSpace``.
        known: Kits of the same match, from people who are not among these.
        starts: Shares (n, 6) to begin from; the likeliest end is taken.

    Returns:
        (n, 6): log probability of each of TEAMS, REFEREES, KEEPERS and OTHER.
    """
    known = known or Kits.unknown(len(spread))
    if not len(people):
        return np.zeros((0, KITS + 1))
    found = [_settle(people, spread, known, shares) for shares in starts or starts_of(people)]
    return max(found, key=lambda each: each[1])[0]


def roles_of(kits: Float64) -> Float64:
    """Log probabilities (n, 4) of nobody, keeper, player, referee, of those (n, 6) of the kits."""
    return np.stack(
        [
            kits[:, OTHER],
            np.logaddexp(*kits[:, KEEPERS].T),
            np.logaddexp(*kits[:, TEAMS].T),
            kits[:, REFEREES],
        ],
        axis=1,
    )


def _prior(roles: Float64) -> Float64:
    half = np.log(2.0)
    nobody, keeper, player, referee = roles.T
    return np.stack(
        [player - half, player - half, referee, keeper - half, keeper - half, nobody], axis=1
    )


def _settle(people: People, spread: Float64, known: Kits, shares: Float64) -> tuple[Float64, float]:
    """Go from shares (n, 6) to those that fit; with how well they do, as a log likelihood."""
    prior = _prior(people.roles)
    broad = _log_normal(people.place, spread + people.variance[:, None])
    fit = np.empty((len(prior), KITS + 1))
    fit[:, OTHER] = broad
    tail = broad[:, None] + np.log(people.tail)[:, None]
    clear = np.log1p(-people.tail)[:, None]
    for _ in range(ROUNDS):
        fit[:, :KITS] = np.logaddexp(_fit(people, spread, known, shares) + clear, tail)
        joint = prior + fit - _repulsion(people, shares)
        evidence = np.logaddexp.reduce(joint, axis=1)
        kits = joint - evidence[:, None]
        before, shares = shares, (1 - DAMPING) * shares + DAMPING * np.exp(kits)
        if np.abs(shares - before).max(initial=0) < CLOSE:
            break
    return kits, float(evidence.sum())


def _fit(people: People, spread: Float64, known: Kits, shares: Float64) -> Float64:
    """Log density (n, 5) of each person's place under each kit as the others make it."""
    weight = shares[:, :KITS] / people.variance[:, None]
    own = weight[:, :, None] * people.place[:, None]
    precision = np.maximum(weight.sum(axis=0) + known.precision - weight, 0)[:, :, None]
    total = weight.T @ people.place + known.total - own
    variance = 1 / (1 / spread + precision)
    return _log_normal(
        people.place[:, None] - variance * total, variance + people.variance[:, None, None]
    )


def as_known(people: People, spread: Float64, known: Kits) -> Float64:
    """Shares (n, 6) as the known kits alone have them."""
    nobody = np.zeros((len(people), KITS + 1))
    joint = _prior(people.roles)
    joint[:, :KITS] += _fit(people, spread, known, nobody)
    joint[:, OTHER] += _log_normal(people.place, spread + people.variance[:, None])
    return np.asarray(np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None]))


def _log_normal(offset: Float64, variance: Float64) -> Float64:
    return np.asarray(-0.5 * (offset**2 / variance + np.log(variance)).sum(axis=-1))


def _repulsion(people: People, shares: Float64) -> Float64:
    """What (n, 6) the others who are there at the same time take from each."""
    presence = people.presence
    taken = np.zeros((len(shares), KITS + 1))
    on_pitch = np.where(presence.inside, presence.moment, -1)
    taken[:, REFEREES] = presence.others(shares[:, REFEREES], on_pitch)
    half = 2 * presence.moment + presence.side
    taken[:, KEEPERS] = presence.others(shares[:, KEEPERS].sum(axis=1), half)[:, None]
    for team in range(TEAMS.start, TEAMS.stop):
        others = presence.others(shares[:, team], presence.moment)
        taken[:, team] = np.maximum(others - (ELEVEN - 1), 0)
    return REPEL * taken


def starts_of(people: People, roles: Float64 | None = None) -> list[Float64]:
    """Shares (n, 6) to begin from: the roles as they are, teams and keepers split by kit.

    Args:
        people: All that take part.
        roles: (n, 4) log probabilities in place of those that the people bring along.
    """
    random = np.random.default_rng(0)
    given = people.roles if roles is None else roles
    roles = np.exp(given - np.logaddexp.reduce(given, axis=1)[:, None])
    starts = []
    for number in range(STARTS):
        plays = roles[:, 2].copy()
        team = halves(people.place, plays, random)
        few = team if plays @ team < plays @ ~team else ~team
        odd = few & (number == STARTS - 1 and plays @ few < UNEVEN * plays.sum())
        if odd.any():  # one man in a kit far from both: the rest is two teams, and he the referee
            plays[odd] = 0
            team = halves(people.place, plays, random)
        keeper = people.home_half if number == 0 else halves(people.place, roles[:, 1], random)
        shares = np.zeros((len(roles), KITS + 1))
        shares[:, OTHER], shares[:, REFEREES] = roles[:, 0], roles[:, 3]
        shares[:, REFEREES] += roles[:, 2] * odd
        shares[:, 0], shares[:, 1] = plays * ~team, plays * team
        shares[:, 3], shares[:, 4] = roles[:, 1] * keeper, roles[:, 1] * ~keeper
        starts.append(shares)
    return starts


def halves(place: Float64, weight: Float64, random: np.random.Generator) -> Bools:
    """Split places (n, d) of a weight (n,) each in two by k-means; True for one of the halves."""
    n, weight = len(place), weight + 1e-6
    best, least = np.zeros(n, bool), np.inf
    for _ in range(4 if n > 1 else 0):
        first = random.choice(n, p=weight / weight.sum())
        apart = ((place - place[first]) ** 2).sum(axis=1) * weight
        second = random.choice(n, p=apart / apart.sum()) if apart.sum() > 0 else first
        centres = place[[first, second]]
        for _ in range(12):
            distance = ((place[:, None] - centres) ** 2).sum(axis=2)
            half = distance[:, 1] < distance[:, 0]
            shares = np.stack([weight * ~half, weight * half])
            if (shares.sum(axis=1) == 0).any():
                break
            moved = shares @ place / shares.sum(axis=1, keepdims=True)
            if np.allclose(moved, centres, atol=1e-3):
                break
            centres = moved
        loss = float((distance.min(axis=1) * weight).sum())
        if loss < least:
            best, least = half, loss
    return best
