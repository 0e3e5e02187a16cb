"""The stage itself: a window of frames in, their objects with roles and teams out.

::

    window -> moments -> views (kit, word, place) -> evidence of each track -> mixture -> names
                                                          ^                       |
                                                          +----- kits so far -----+

What is said of a track is steadied while the match goes on (``live.py``); ``revise`` says in the
end what is known from all of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from touchline.arrays import AnyArray, Float64, Int64
from touchline.frame import NO_TEAM, ClassId, Objects, TrackedFrame
from touchline.geometry import covered_shares
from touchline.pitch import PitchDimensions, as_painted
from touchline.teams.colours import colour_name
from touchline.teams.evidence import Evidence, Views
from touchline.teams.kits import cut, describe, grass_colour
from touchline.teams.live import Live
from touchline.teams.mixture import (
    KITS,
    TEAMS,
    Kits,
    as_known,
    kits_of,
    roles_of,
    starts_of,
    tell_apart,
)
from touchline.teams.model import TeamModel, load_team_model
from touchline.teams.names import Names, names_of
from touchline.teams.parts import Part, numbered_alike
from touchline.teams.place import place_rules
from touchline.teams.smoothing import joined

APART = 0.45
"""Seconds between two moments in which people are looked at."""
RECENT = 10.0
"""Seconds of looks that are told apart again and again; older ones are known."""
POOLED = 4000
"""Stretches of a match from which its kits are learnt in the end."""
OUTSIDE = 3.0
"""Metres beyond a line from which somebody is off the pitch."""
INSIDE = 1.5
"""Metres within a line from which somebody is on it."""
FARTHEST = 15.0
"""Metres off the pitch at which a place is believed no more."""


class Teams:
    """Says who keeps goal, who referees, and who plays for which team.

    Make a new one for each clip: it remembers the kits of the match.

    Args:
        model: What is known of kits and places; None is the one that ships.
        dimensions: Of the pitch; 105 x 68 m unless told.

    Attributes:
        name: Of the stage.
        reads: Columns that it reads.
        adds: Columns that it adds: ``team`` int8 (0, 1, or -1 for none), ``team_confidence``
            and ``role_confidence`` float32, ``off_pitch`` bool.
        looks: It needs pictures.

    Raises:
        ModelError: The model that ships is missing or was changed.
    """

    name = "teams"
    reads = ("tracker_id", "source", "position")
    adds = ("team", "team_confidence", "role_confidence", "off_pitch")
    looks = True

    def __init__(
        self, model: TeamModel | None = None, *, dimensions: PitchDimensions | None = None
    ) -> None:
        self._model = model or load_team_model()
        self._dimensions = dimensions or PitchDimensions()
        self._evidence = Evidence(len(self._model.space.spread))
        self._shares = np.zeros((0, KITS + 1))
        self._alone = np.zeros((0, 4))
        """Log probabilities of the roles of each track by its own shot."""
        self._open = np.zeros(0, np.int64)
        """Rows of the tracks of this shot that may still be seen."""
        self._known = Kits.unknown(len(self._model.space.spread))
        self._shot: int | None = None
        self._live = Live(self._evidence)
        self._final: Names | None = None

    def process(self, window: Sequence[TrackedFrame]) -> list[Objects]:
        """Name the people of the next frames, all of one shot; see ``Stage.process``."""
        if not window:
            return []
        if window[0].shot != self._shot:
            self._shot = window[0].shot
            self._close(self._open)
            self._live.begin_shot()
        window = self._live.with_ids(window)
        for frame in _moments(window):
            self._look(frame)
        self._tell_apart(window[-1].time)
        names = names_of(self._evidence, self._shares, recent=True)
        tables = self._live.tell(names, self._open, window)
        pairs = zip(tables, window, strict=True)
        return [self._named(objects, frame.time, names) for objects, frame in pairs]

    @property
    def memory(self) -> object:
        """What it carries over a cut; see ``Resumable``."""
        return self._evidence, self._shares, self._alone, self._open, self._known, self._shot

    @memory.setter
    def memory(self, memory: Any) -> None:
        new_id = self._live.new_id
        self._evidence, self._shares, self._alone, self._open, self._known, self._shot = memory
        self._live = Live(self._evidence)
        self._live.new_id = new_id

    def take_parts(self, parts: Iterable[Part]) -> None:
        """Know what others have seen of the parts of one match, to ``revise`` all of it."""
        for part in parts:
            evidence, shares, alone, *_ = cast(Any, part.memory)
            begun = evidence.begun_at
            rows = np.flatnonzero((begun >= part.begin) & (begun < part.end))
            people = evidence.people(rows)
            mine = numbered_alike(shares[rows], people, self._known, self._model.space.spread)
            more = kits_of(people, mine)
            self._known = Kits(
                self._known.precision + more.precision, self._known.total + more.total
            )
            self._evidence.absorb(evidence, rows, part.new_id, (part.begin, part.end))
            self._shares = np.concatenate([self._shares, mine])
            self._alone = np.concatenate([self._alone, alone[rows]])
        self._final = None

    def number_by(self, new_id: Callable[[], int]) -> None:
        """Give ids to men whose tracks had been another's; see ``Numbering``."""
        self._live.new_id = new_id

    def revise(self, objects: Objects, time: float) -> Objects:
        """The objects of a frame as they look in the end, from the kits of the whole match."""
        if self._final is None:
            self._final = names_of(self._evidence, self._pooled(), recent=False)
        return self._named(objects, time, self._final)

    @property
    def kits(self) -> dict[str, dict[str, str]]:
        """What each team that was seen wears: a word for its shirt, and its mean colour."""
        evidence = self._evidence
        weight = self._shares[:, TEAMS] * np.minimum(evidence.quality, 1.0)[:, None]
        mean = evidence.mean(evidence.shirt, np.arange(len(evidence)))
        colour = weight.T @ mean / np.maximum(weight.sum(axis=0), 1e-6)[:, None]
        seen = weight.sum(axis=0) > 0.5
        return {
            str(team): {"shirt": colour_name((b, g, r)), "colour": f"#{r:02x}{g:02x}{b:02x}"}
            for team, (b, g, r) in enumerate(colour.round().astype(int).tolist())
            if seen[team]
        }

    def _look(self, frame: TrackedFrame) -> None:
        """Take in how the people of a frame with a picture look, and where they stand."""
        assert frame.image is not None, "moments are frames with a picture"
        people = frame.objects[~frame.objects.is_ball]
        seen = ~people.is_filled & (people.tracker_id >= 0)
        if not seen.any():
            return
        ground = None if frame.pitch.camera is None else frame.pitch.camera.ground
        places = as_painted(people.position.astype(np.float64), self._dimensions, ground)
        rules = place_rules(people.xyxy, places, self._dimensions)
        # A detector that says only which class it is has a mild word.
        plain = np.where(people.class_id[:, None] == np.arange(len(ClassId)), 0.8, 0.1)
        scores = np.asarray(people.extra.get("class_scores", plain), np.float64)
        grass = grass_colour(frame.image)
        histograms, shirt = describe(cut(frame.image, people.xyxy[seen] * frame.scale), grass)
        position = places[seen]
        half = np.array([self._dimensions.length, self._dimensions.width]) / 2
        off = (np.abs(position) - half).max(axis=1)  # metres beyond the lines, below 0 on the pitch
        views = Views(
            tracker_id=people.tracker_id[seen],
            quality=np.maximum(1 - covered_shares(people.xyxy)[seen], 0.2) ** 2,
            told=people.role_seen[seen],
            kit=self._model.space.place(histograms),
            shirt=shirt,
            word=self._model.of_word(scores[seen], people.confidence[seen]),
            place=self._model.of_place(rules[seen]),
            position=position,
            inside=off < -INSIDE,
            outside=(off > OUTSIDE) & (off < FARTHEST),
        )
        self._evidence.add(views, frame.time)

    def _tell_apart(self, time: float) -> None:
        """Tell the people of this shot apart, by all that is known by now."""
        evidence, fresh = self._evidence, len(self._evidence) - len(self._shares)
        self._open = np.concatenate([self._open, np.arange(len(self._shares), len(evidence))])
        self._shares = np.concatenate([self._shares, np.zeros((fresh, KITS + 1))])
        self._alone = np.concatenate([self._alone, np.zeros((fresh, 4))])
        self._close(self._open[time - evidence.seen_at[self._open] > RECENT])
        if not len(self._open):
            return
        rows, spread = self._open, self._model.space.spread
        people = evidence.people(rows)
        before = self._shares[rows]
        starts = starts_of(people)
        if self._known.precision.any():
            starts.append(as_known(people, spread, self._known))
        if before.any():
            starts.append(before)
        kits = tell_apart(people, spread, known=self._known, starts=starts)
        self._alone[rows] = roles_of(kits)
        self._shares[rows] = _aligned(joined(np.exp(kits), evidence.ids[rows]), before)

    def _close(self, rows: Int64) -> None:
        """Add stretches that lie back to what is known of the kits."""
        people = self._evidence.people(rows)
        more = kits_of(people, self._shares[rows])
        self._known = Kits(self._known.precision + more.precision, self._known.total + more.total)
        self._open = np.setdiff1d(self._open, rows)

    def _pooled(self) -> Float64:
        """Shares (n, 6) of all stretches from the whole match at once.

        It starts from what each shot said of its own people: from nothing, a match has two answers
        that hold each other up, the referee's kit and a team's swapped.
        """
        evidence, spread = self._evidence, self._model.space.spread
        everybody = np.arange(len(evidence))
        if not len(everybody):
            return self._shares
        chosen = everybody[:: -(-len(everybody) // POOLED)]
        people = evidence.people(chosen)
        starts = [self._shares[chosen], *starts_of(people, self._alone[chosen])]
        kits = tell_apart(people, spread, starts=starts)
        if len(chosen) < len(everybody):
            known = kits_of(people, np.exp(kits))
            people = evidence.people(everybody)
            kits = np.log(np.maximum(as_known(people, spread, known), 1e-12))
        return _aligned(joined(np.exp(kits), evidence.ids), self._shares)

    def _named(self, objects: Objects, time: float, names: Names) -> Objects:
        """The objects of a frame with the names of their tracks at that time."""
        rows = self._evidence.rows(objects.tracker_id, time)
        known = (rows >= 0) & ~objects.is_ball
        mine = rows[known]
        columns: dict[str, AnyArray] = {
            "team": np.full(len(rows), NO_TEAM, np.int8),
            "team_confidence": np.full(len(rows), np.nan, np.float32),
            "role_confidence": np.full(len(rows), np.nan, np.float32),
            "off_pitch": np.zeros(len(rows), bool),
        }
        for name, column in columns.items():
            column[known] = getattr(names, name)[mine]
        class_id = objects.class_id.copy()
        class_id[known] = names.class_id[mine]
        return replace(objects, class_id=class_id).with_columns(**columns)


def _moments(window: Sequence[TrackedFrame]) -> Iterator[TrackedFrame]:
    """Frames with a picture, some time apart; of those, rather where roles are told."""
    last = window[0].time - APART
    for frame in window:
        is_told = bool(frame.objects.role_seen[~frame.objects.is_filled].any())
        if frame.image is not None and frame.time - last >= (APART if is_told else 2 * APART):
            last = frame.time
            yield frame


def _aligned(shares: Float64, before: Float64) -> Float64:
    """The shares (n, 6) with the teams numbered as before: a mixture numbers them by chance."""
    swapped = shares.copy()
    swapped[:, TEAMS] = shares[:, TEAMS][:, ::-1]
    keeps = (shares[:, TEAMS] * before[:, TEAMS]).sum()
    swaps = (swapped[:, TEAMS] * before[:, TEAMS]).sum()
    return swapped if swaps > keeps else shares
