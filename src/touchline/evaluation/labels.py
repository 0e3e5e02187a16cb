"""Labelled frames, whatever file they came from: the one form that every metric reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from touchline.analytics import Sightings
from touchline.arrays import Bools, Float64, Int64, Strings, join_rows, take_rows
from touchline.errors import InputError, require_number
from touchline.frame import N_KEYPOINTS, NO_ID, NO_TEAM

OTHER = -1
"""The class of a labelled person who is none of ``ClassId``: a coach, a ball boy."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledObjects:
    """Objects of all frames, a row each, in any order.

    Attributes:
        frame: int64 (n,), place of the frame in its ``LabelledFrames``.
        xyxy: float64 (n, 4), pixels of the original frame.
        class_id: int64 (n,), as in ``ClassId``, or ``OTHER``.
        tracker_id: int64 (n,), never the same in two shots; ``NO_ID`` where there is none.
        confidence: float64 (n,), 0 to 1; 1 for labels.
        ignored: bool (n,), a label that is not asked for: whoever finds it gains and loses nothing.
        metres: float64 (n, 2) on the pitch, NaN where unknown.
        team: str (n,), empty where unknown.
        jersey: str (n,), the number on the shirt, empty where unknown.
    """

    frame: Int64
    xyxy: Float64
    class_id: Int64
    tracker_id: Int64
    confidence: Float64
    ignored: Bools
    metres: Float64
    team: Strings
    jersey: Strings

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, rows: Bools | Int64) -> "LabelledObjects":
        """Only those rows."""
        return take_rows(self, rows)


@dataclass(frozen=True, slots=True, eq=False)
class PitchFrames:
    """The pitch in each of f frames.

    Attributes:
        size: int64 (f, 2), width and height in pixels.
        keypoints: float64 (f, 32, 2) pixels in the order of the vertices, NaN where absent.
        loose: bool (f, 32), labelled too roughly to measure by: such a point bears out an answer
            near it, and asks for none.
        homography: float64 (f, 3, 3), image pixels to pitch metres, NaN where unknown.
        uncertainty: float64 (f,), standard error of a position in metres as an answer states it,
            NaN where it states none.
        lines: Points in pixels (n, 2) on each painted line that is visible, by its name in
            SoccerNet; one mapping per frame, empty where nothing is labelled.
    """

    size: Int64
    keypoints: Float64
    loose: Bools
    homography: Float64
    uncertainty: Float64
    lines: tuple[Mapping[str, Float64], ...]

    def where(self, rows: Int64) -> "PitchFrames":
        """Only those frames."""
        lines = tuple(self.lines[row] for row in rows)
        names = [each.name for each in fields(self) if each.name != "lines"]
        return replace(self, lines=lines, **{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFrames:
    """Frames with labels, or with what was found in them.

    Attributes:
        source: The file or folder they were read from, for messages.
        name: What each of the f frames is called there.
        number: int64 (f,), number of each frame in its video or folder, from 0, ascending.
        match: The match that each frame belongs to.
        objects: What is in them.
        pitch: Where the pitch is, None where the file says nothing about it.
    """

    source: str
    name: tuple[str, ...]
    number: Int64
    match: tuple[str, ...]
    objects: LabelledObjects
    pitch: PitchFrames | None = None

    def __post_init__(self) -> None:
        if not len(self.name) == len(self.number) == len(self.match):
            raise ValueError("name, number and match need one entry per frame")

    def __len__(self) -> int:
        return len(self.name)

    def where(self, rows: Int64) -> "LabelledFrames":
        """Only those frames (ascending places), numbered anew."""
        place = np.full(len(self) + 1, -1)
        place[rows] = np.arange(len(rows))
        kept = self.objects.where(place[self.objects.frame] >= 0)
        return LabelledFrames(
            source=self.source,
            name=tuple(self.name[row] for row in rows),
            number=self.number[rows],
            match=tuple(self.match[row] for row in rows),
            objects=replace(kept, frame=place[kept.frame]),
            pitch=None if self.pitch is None else self.pitch.where(rows),
        )


SIDES = {"0": 0, "1": 1, "home": 0, "away": 1, "left": 0, "right": 1}
"""The number of a team, by the names that formats have for it."""


def sightings(frames: LabelledFrames, *, fps: float) -> Sightings:
    """What of labels, or of tracking data of others, ``touchline.analytics`` takes.

    Args:
        frames: With metres; where there are none, places are unknown.
        fps: Frames a second: a frame is at its number divided by this.

    Raises:
        UsageError: ``fps`` is not above 0.
    """
    require_number("fps", fps, above=0)
    objects, number = frames.objects, frames.number[frames.objects.frame]
    people = objects.class_id != OTHER
    return Sightings.of_table(
        {
            "frame": number,
            "time": number / fps,
            "tracker_id": objects.tracker_id,
            "class_id": objects.class_id,
            "team": np.array([SIDES.get(team, NO_TEAM) for team in objects.team.tolist()], int),
            "x": objects.metres[:, 0],
            "y": objects.metres[:, 1],
        }
    )[people]


def are_known(places: Float64) -> Bools:
    """Which of the places (..., 2), or boxes (..., 4), are finite: (...)."""
    return np.asarray(np.isfinite(places).all(axis=-1))


def blank_objects(n: int) -> LabelledObjects:
    """Rows that say nothing yet: no boxes, no ids, certain, nothing ignored."""
    return LabelledObjects(
        frame=np.zeros(n, np.int64),
        xyxy=np.full((n, 4), np.nan),
        class_id=np.full(n, OTHER, np.int64),
        tracker_id=np.full(n, NO_ID, np.int64),
        confidence=np.ones(n),
        ignored=np.zeros(n, bool),
        metres=np.full((n, 2), np.nan),
        team=np.full(n, "", np.str_),
        jersey=np.full(n, "", np.str_),
    )


def blank_pitch(size: Int64) -> PitchFrames:
    """A pitch of which nothing is known, in frames of these sizes (f, 2)."""
    frames = len(size)
    return PitchFrames(
        size=size,
        keypoints=np.full((frames, N_KEYPOINTS, 2), np.nan),
        loose=np.zeros((frames, N_KEYPOINTS), bool),
        homography=np.full((frames, 3, 3), np.nan),
        uncertainty=np.full(frames, np.nan),
        lines=({},) * frames,
    )


def joined_objects(parts: Sequence[LabelledObjects]) -> LabelledObjects:
    """Put objects together, in the order given; of no parts, none."""
    return join_rows([blank_objects(0), *parts])


def aligned(truth: LabelledFrames, found: LabelledFrames) -> LabelledFrames:
    """What was found in the labelled frames, in their order.

    Raises:
        InputError: A labelled frame has no answer, or an answer lies after the last labelled
            frame: the two are not of one video.
    """
    rows = np.searchsorted(found.number, truth.number)
    answered = np.isin(truth.number, found.number)
    if not answered.all():
        missing = int(np.flatnonzero(~answered)[0])
        raise InputError(
            f"{found.source}: frame {truth.number[missing]} ({truth.name[missing]} of "
            f"{truth.source}) is missing; each labelled frame needs an answer, an empty one too."
        )
    if len(found) and (not len(truth) or found.number[-1] > truth.number[-1]):
        raise InputError(
            f"{found.source}: frame {found.number[-1]} is beyond the last one of {truth.source}; "
            "labels and predictions must be of one video."
        )
    return found.where(rows)


def by_match(
    truth: LabelledFrames, found: LabelledFrames
) -> Iterator[tuple[str, LabelledFrames, LabelledFrames]]:
    """Yield each match's name, labels and answers; ``found`` is aligned with ``truth``."""
    match = np.array(truth.match)
    for name in dict.fromkeys(truth.match):
        rows = np.flatnonzero(match == name)
        yield name, truth.where(rows), found.where(rows)
