"""Who is who: roles, sides, and how many ids a person gets."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from touchline.arrays import Bools, Float64, Int64, Strings
from touchline.evaluation.labels import LabelledFrames, LabelledObjects
from touchline.evaluation.metrics.hota import Hota, hota
from touchline.evaluation.metrics.pairing import first_come, judged, pairs, people, unasked
from touchline.evaluation.metrics.tracking import tracked_boxes
from touchline.frame import NO_ID, ClassId

ROLES = (ClassId.GOALKEEPER, ClassId.PLAYER, ClassId.REFEREE)
EVERYBODY = -1
"""The key of all roles as one beside those of ``ROLES``."""
_NOT_FOUND = len(ROLES)


@dataclass(frozen=True, slots=True, eq=False)
class Who:
    """What a clip of f frames adds. Boxes are counted frame by frame, tracks over all of them.

    Attributes:
        roles: int64 (f, 3, 4), labelled goalkeepers, players and referees by what they were found
            as, in that order; the last column counts who was found as none of them.
        sides: int64 (f, 3), outfield players whose team is labelled and who were found: on the
            right side, with a team, and all.
        tracks: int64 (2,), tracks of those players: most of their boxes on the right side; all.
        ids: int64 (p,), how many ids each labelled person got who was found.
        hota: Of ``EVERYBODY`` and of each of ``ROLES``; empty where labels have no ids.
    """

    roles: Int64
    sides: Int64
    tracks: Int64
    ids: Int64
    hota: Mapping[int, Hota]

    def of_frames(self, rows: Int64) -> "Who":
        """What these frames add, one possibly several times; nothing is said of tracks."""
        none = np.zeros(0, np.int64)
        return Who(self.roles[rows], self.sides[rows], np.zeros(2, np.int64), none, {})


def who(truth: LabelledFrames, found: LabelledFrames) -> Who:
    """Count who is taken for whom; ``found`` is aligned with ``truth``.

    A label takes the found person that it overlaps most, see ``pairing.first_come``. Teams have no
    names in a picture: what was found is named so that most players of the clip are on the right
    side. Ids and HOTA pair as TrackEval does, and are over boxes of a role against labels of it.

    Raises:
        InputError: Somebody has no box in the image.
    """
    labels, answer = people(truth), people(found)
    asked = labels.where(~unasked(labels))
    rows, others = first_come(asked, answer)
    sides, tracks = _sides(asked.where(rows), answer.where(others), len(truth))
    has_ids = bool((asked.tracker_id != NO_ID).any())
    return Who(
        roles=_roles(asked, rows, answer.class_id[others], len(truth)),
        sides=sides,
        tracks=tracks,
        ids=ids_per_person(asked, answer),
        hota=_hota(asked, judged(labels, answer)) if has_ids else {},
    )


def role_f1(roles: Int64) -> Float64:
    """F1 of each of ``ROLES`` (3,) among those who were found; NaN where nobody is labelled so.

    Args:
        roles: Counts (3, 4) as in ``Who``.
    """
    right, found = roles.diagonal(), roles[:, :_NOT_FOUND]
    f1 = 2 * right / np.maximum(1, found.sum(axis=0) + found.sum(axis=1))
    return np.where(roles.sum(axis=1) > 0, f1, np.nan)


def best_naming(labelled: Strings, found: Strings) -> Bools:
    """Which of n people are on the right side (n,), teams found named as fits most of them.

    Args:
        labelled: Team (n,) of each in the labels.
        found: Team (n,) that was found, empty where none was.
    """
    right = np.zeros(len(found), bool)
    told = found != ""
    if told.any():
        names, mine = np.unique(labelled[told], return_inverse=True)
        others, theirs = np.unique(found[told], return_inverse=True)
        together = np.zeros((len(names), len(others)), np.int64)
        np.add.at(together, (mine, theirs), 1)
        named = np.zeros_like(together, bool)
        named[linear_sum_assignment(-together)] = True
        right[told] = named[mine, theirs]
    return right


def ids_per_person(truth: LabelledObjects, found: LabelledObjects) -> Int64:
    """Count the different ids that each labelled person got, (p,) for those who got one.

    A person is whoever has one id in the labels.
    """
    rows, others = pairs(truth, found)
    both = np.stack([truth.tracker_id[rows], found.tracker_id[others]], axis=1)
    different = np.unique(both[(both != NO_ID).all(axis=1)], axis=0)
    return np.unique(different[:, 0], return_counts=True)[1]


def _roles(asked: LabelledObjects, rows: Int64, class_id: Int64, frames: int) -> Int64:
    """Counts (f, 3, 4) of labels by the class that each of ``rows`` was found as."""
    column = np.full(len(asked), _NOT_FOUND)
    column[rows] = np.where(np.isin(class_id, ROLES), class_id - ROLES[0], _NOT_FOUND)
    counts = np.zeros((frames, len(ROLES), len(ROLES) + 1), np.int64)
    np.add.at(counts, (asked.frame, asked.class_id - ROLES[0], column), 1)
    return counts


def _sides(labelled: LabelledObjects, found: LabelledObjects, frames: int) -> tuple[Int64, Int64]:
    """``sides`` and ``tracks`` of ``Who`` from the rows that belong together."""
    asked = (labelled.class_id == ClassId.PLAYER) & (labelled.team != "")
    labelled, found = labelled.where(asked), found.where(asked)
    right, told = best_naming(labelled.team, found.team), found.team != ""
    sides = np.zeros((frames, 3), np.int64)
    np.add.at(sides, labelled.frame, np.stack([right, told, np.ones_like(told)], axis=1))
    tracked = told & (found.tracker_id != NO_ID)
    _, track = np.unique(found.tracker_id[tracked], return_inverse=True)
    count, good = np.bincount(track), np.bincount(track, weights=right[tracked])
    return sides, np.array([(good > count / 2).sum(), len(count)])


def _hota(asked: LabelledObjects, answer: LabelledObjects) -> dict[int, Hota]:
    def of(role: int) -> Hota:
        mine, theirs = (
            each if role == EVERYBODY else each.where(each.class_id == role)
            for each in (asked, answer)
        )
        return hota(tracked_boxes(mine), tracked_boxes(theirs))

    return {role: of(role) for role in (EVERYBODY, *ROLES)}
