"""What the shares of kits amount to: a role, a team, and how sure both are."""

from dataclasses import dataclass

import numpy as np

from touchline.arrays import Bools, Float64, Int64
from touchline.frame import NO_TEAM, ClassId
from touchline.teams.evidence import Evidence
from touchline.teams.guard import keeper_teams
from touchline.teams.mixture import KEEPERS, TEAMS, roles_of

OFF_PITCH = 0.7
"""Share of somebody's places off the pitch from which he takes no part."""
_OLD = 200
"""Moments back to which a keeper's side is looked for while the match goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What is said of n stretches of tracks.

    Attributes:
        class_id: int64 (n,).
        role_confidence: float64 (n,), the probability of that role.
        team: int64 (n,), 0, 1 or NO_TEAM.
        team_confidence: float64 (n,), how likely that team is; NaN without one.
        off_pitch: bool (n,).
        kits: float64 (n, 6), log probability of each kit.
    """

    class_id: Int64
    role_confidence: Float64
    team: Int64
    team_confidence: Float64
    off_pitch: Bools
    kits: Float64

    def margin(self, row: int, name: tuple[int, int], over: tuple[int, int]) -> float:
        """Log odds by which a class and team of a stretch are likelier than others.

        Kits do not tell who stands off the pitch and plays for nobody: there it is infinite.
        """
        if name[0] == over[0] and NO_TEAM in (name[1], over[1]):
            return np.inf
        return self._likelihood(row, *name) - self._likelihood(row, *over)

    def _likelihood(self, row: int, class_id: int, team: int) -> float:
        kits = self.kits[row]
        if class_id == ClassId.PLAYER and team != NO_TEAM:
            return float(kits[team])
        if class_id == ClassId.GOALKEEPER:
            return float(np.logaddexp(*kits[KEEPERS]))
        return float(roles_of(kits[None])[0, class_id])

    def hold(self, row: int, class_id: int, team: int) -> None:
        """Let a stretch have another class and team than the likeliest, as likely as those are."""
        if class_id != self.class_id[row]:
            role = self._likelihood(row, class_id, NO_TEAM)
            self.role_confidence[row] = np.exp(role - np.logaddexp.reduce(self.kits[row]))
        if team != self.team[row]:
            sure = 1 - self.team_confidence[row]
            self.team_confidence[row] = np.nan if team == NO_TEAM else sure
        self.class_id[row], self.team[row] = class_id, team


def names_of(evidence: Evidence, shares: Float64, *, recent: bool) -> Names:
    """What the shares (n, 6) of all stretches amount to.

    Args:
        evidence: Of the stretches.
        shares: Of the kits in each.
        recent: Whether keepers are told by the last moments alone.
    """
    kits = np.log(np.maximum(shares, 1e-12))
    roles = roles_of(kits)[:, 1:]
    roles -= np.logaddexp.reduce(roles, axis=1)[:, None]
    class_id = roles.argmax(axis=1) + int(ClassId.GOALKEEPER)
    teams = shares[:, TEAMS]
    team = teams.argmax(axis=1)
    sure = teams.max(axis=1) / np.maximum(teams.sum(axis=1), 1e-12)
    keepers = np.flatnonzero(class_id == ClassId.GOALKEEPER)
    moments = evidence.moments[-_OLD:] if recent else evidence.moments
    team[keepers], sure[keepers] = keeper_teams(keepers, teams, moments)
    off = evidence.outside > OFF_PITCH * np.maximum(evidence.known, 1)
    none = off | (class_id == ClassId.REFEREE)
    return Names(
        class_id,
        np.exp(roles.max(axis=1, initial=-np.inf)) if len(roles) else np.zeros(0),
        np.where(none, NO_TEAM, team),
        np.where(none | (team == NO_TEAM), np.nan, sure),
        off,
        kits,
    )
