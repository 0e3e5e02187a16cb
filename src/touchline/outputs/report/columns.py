"""A run as columns: parts of a minute or so with every box, and an overview of the whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from touchline.arrays import AnyArray, Bools, Float32, Float64, Int64
from touchline.frame import N_KEYPOINTS, ClassId, Source
from touchline.outputs.report.packing import CENTIMETRE, PIXEL, share, steps
from touchline.outputs.report.projection import NUMBERS, views
from touchline.outputs.report.reading import Run, column, places

PART = 1500
"""Frames of a part."""
_UNSEEN = ("interpolated", "proposed")
DOUBT = 0.5
"""A box that the verifier is less sure of than this is shown as one that failed the second look."""
SOURCES = tuple(member.value for member in Source)
CLASSES = tuple(member.name.lower() for member in ClassId)
_SHARES = {
    "confidence": "confidence",
    "verified": "verified",
    "probability": "probability",
    "role": "role_confidence",
    "sure": "team_confidence",
    "identity": "identity_confidence",
}


@dataclass(frozen=True)
class Columns:
    """A run, column by column."""

    run: Run

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height of a frame in pixels."""
        video = self.run.summary["video"]
        return int(video["width"]), int(video["height"])

    @cached_property
    def ground(self) -> tuple[float, float]:
        """Length and width of the pitch in metres: what most frames say, else 105 x 68."""
        said = (105.0, 68.0)
        if self.run.cameras is None:
            return said
        told = [column(self.run.cameras, name) for name in ("ground_length", "ground_width")]
        known = np.isfinite(told[0])
        return (
            (float(np.median(told[0][known])), float(np.median(told[1][known])))
            if (known.any())
            else said
        )

    @cached_property
    def frame(self) -> Int64:
        """(n,) the place of each row's frame in the list of frames."""
        return np.searchsorted(self.run.frames, column(self.run.tracks, "frame"))

    @cached_property
    def ids(self) -> Int64:
        """(n,) tracks; -1 is none."""
        return column(self.run.tracks, "id", absent=-1).astype(np.int64)

    @cached_property
    def team(self) -> Int64:
        """(n,) 0, 1, or -1."""
        return column(self.run.tracks, "team", absent=-1).astype(np.int64)

    @cached_property
    def classes(self) -> Int64:
        """(n,) as ``ClassId``."""
        return column(self.run.tracks, "class_id").astype(np.int64)

    @cached_property
    def lost(self) -> Bools:
        """(n,) whether at least one look missed it: not seen there, nor in the looks around.

        Between two looks everybody is interpolated; that alone is no gap.
        """
        unseen = np.isin(self.sources, [SOURCES.index(name) for name in _UNSEEN])
        every = (self.run.summary.get("skipped") or {}).get("detect_every") or 1
        order = np.lexsort((self.frame, self.ids))
        track, frame, seen = self.ids[order], self.frame[order], ~unseen[order]
        span = len(self.run.frames) + 1
        place = track * 4 * span + frame  # tracks lie so far apart that none reaches the next
        last = np.maximum.accumulate(np.where(seen, place, -(2**62)))
        after = np.minimum.accumulate(np.where(seen, place, 2**62)[::-1])[::-1]
        found = np.empty(len(order), bool)
        found[order] = ~seen & (after - last > 2 * every)
        return found & unseen

    @cached_property
    def sources(self) -> Int64:
        """(n,) places in ``SOURCES``."""
        return places(self.run.tracks, "source", SOURCES)

    @cached_property
    def views(self) -> Float32:
        """(frames, 15) how each frame is seen; zeros where that is not known."""
        if self.run.cameras is None:
            return np.zeros((len(self.run.frames), NUMBERS), np.float32)
        return views(self.run.cameras, self.size, self.ground)

    @cached_property
    def motion(self) -> tuple[Float64, Bools]:
        """(n,) metres a second, NaN where it is not known, and who has the ball."""
        speed, holds = np.full(len(self.ids), np.nan), np.zeros(len(self.ids), bool)
        told = self.run.analytics
        if told is not None:
            key = _key(column(told, "frame"), column(told, "tracker_id"))
            order = np.argsort(key, kind="stable")
            mine = _key(column(self.run.tracks, "frame"), self.ids)
            at = np.searchsorted(key[order], mine).clip(max=max(len(key) - 1, 0))
            rows = order[at] if len(key) else np.zeros(0, np.int64)
            met = key[rows] == mine if len(key) else np.zeros(len(mine), bool)
            if len(key):
                speed = np.where(met, column(told, "speed")[rows], np.nan)
                holds = met & (column(told, "has_ball", absent=0)[rows] > 0)
        return speed, holds

    def parts(self) -> Iterator[dict[str, AnyArray]]:
        """The rows and views of ``PART`` frames after another."""
        points = self.run.keypoints()
        waiting = next(points, None)
        for begin in range(0, len(self.run.frames), PART):
            numbers = self.run.frames[begin : begin + PART]
            seen = np.full((len(numbers), N_KEYPOINTS, 2), np.nan)
            while waiting is not None and waiting[0] <= numbers[-1]:
                at = int(np.searchsorted(numbers, waiting[0]))
                absent = ~waiting[1].any(axis=1, keepdims=True)
                seen[at] = np.where(absent, np.nan, waiting[1])
                waiting = next(points, None)
            yield self._part(begin, begin + len(numbers)) | {"points": steps(seen, PIXEL)}

    def _part(self, begin: int, end: int) -> dict[str, AnyArray]:
        starts = np.searchsorted(self.frame, np.arange(begin, end + 1))
        rows = slice(int(starts[0]), int(starts[-1]))
        tracks = self.run.tracks.slice(rows.start, rows.stop - rows.start)
        box = np.stack([column(tracks, name) for name in ("x1", "y1", "x2", "y2")])
        place = np.stack([column(tracks, "x"), column(tracks, "y")])
        detected = places(tracks, "detected_class", CLASSES)
        speed, holds = self.motion[0][rows], self.motion[1][rows]
        off = column(tracks, "off_pitch", absent=0) > 0
        return {
            "start": (starts - starts[0]).astype("u4"),
            "id": self.ids[rows].astype("i4"),
            "class": self.classes[rows].astype("u1"),
            "source": self.sources[rows].astype("i1"),
            "team": self.team[rows].astype("i1"),
            "detected": detected.astype("i1"),
            "flags": (off + 2 * holds + 4 * self.lost[rows]).astype("u1"),
            "box": steps(box, PIXEL),
            "place": steps(place, CENTIMETRE),
            "speed": steps(speed, CENTIMETRE),
            "seenAt": column(tracks, "seen_at", absent=0).clip(0, 65535).astype("u2"),
            **{name: share(column(tracks, given)) for name, given in _SHARES.items()},
            "view": self.views[begin:end],
        }

    def overview(self) -> dict[str, AnyArray]:
        """What the timeline, the list of moments and the list of people are made of."""
        n, frame = len(self.run.frames), self.frame
        person, ball = self.classes != ClassId.BALL, self.classes == ClassId.BALL
        verified = column(self.run.tracks, "verified")
        off = column(self.run.tracks, "off_pitch", absent=0) > 0
        state = np.zeros(n, "u1")
        np.maximum.at(state, frame[ball], np.where(self.lost[ball], 1, 2).astype("u1"))
        held = np.full(n, -1, "i1")
        has = self.motion[1] & (self.team >= 0)
        held[frame[has]] = self.team[has]
        doubted = np.flatnonzero(verified < DOUBT)
        return {
            "number": self.run.frames.astype("i4"),
            "time": self.run.times.astype("f8"),
            "shot": _shots(self.run, frame).astype("i4"),
            "people": _count(frame[person & ~off], n),
            "lost": _count(frame[person & self.lost], n),
            "doubtful": _count(frame[verified < DOUBT], n),
            "ball": state,
            "pitch": (self._located() > 0).astype("u1"),
            "held": held,
            "doubtFrame": frame[doubted].astype("i4"),
            "doubtId": self.ids[doubted].astype("i4"),
            "doubtClass": self.classes[doubted].astype("u1"),
            "doubtShare": share(verified[doubted]),
            **self._people(),
        }

    def _located(self) -> Int64:
        """(frames,) above 0 where places in metres are known."""
        if self.run.cameras is not None:
            return np.asarray(self.views.any(axis=1), np.int64)
        known = np.isfinite(column(self.run.tracks, "x"))
        count: Int64 = np.bincount(self.frame[known], minlength=len(self.run.frames))
        return count

    def _people(self) -> dict[str, AnyArray]:
        """Each track in a row: first and last frame, rows, rows in gaps, class and team."""
        rows = np.flatnonzero(self.ids >= 0)
        rows = rows[np.argsort(self.ids[rows], kind="stable")]
        names, first, count = np.unique(self.ids[rows], return_index=True, return_counts=True)
        track = np.repeat(np.arange(len(names)), count)
        votes = [np.bincount(track, self.classes[rows] == each, len(names)) for each in range(4)]
        sides = [np.bincount(track, self.team[rows] == each, len(names)) for each in range(2)]
        team = np.where(np.add(*sides) > 0, np.argmax(sides, axis=0), -1)
        return {
            "trackId": names.astype("i4"),
            "trackBegin": self.frame[rows[first]].astype("i4"),
            "trackEnd": self.frame[rows[first + count - 1]].astype("i4"),
            "trackRows": count.astype("i4"),
            "trackLost": np.bincount(track, self.lost[rows], len(names)).astype("i4"),
            "trackClass": np.argmax(votes, axis=0).astype("u1"),
            "trackTeam": team.astype("i1"),
        }


def _key(frame: Float64 | Int64, track: Float64 | Int64) -> Int64:
    joined: Int64 = frame.astype(np.int64) << 32 | track.astype(np.int64) & 0xFFFFFFFF
    return joined


def _count(frame: Int64, n: int) -> AnyArray:
    return np.bincount(frame, minlength=n).clip(max=255).astype("u1")


def _shots(run: Run, frame: Int64) -> Int64:
    """(frames,) shot numbers: as the cameras say, else those of the rows, carried on."""
    told: pa.Table = run.tracks if run.cameras is None else run.cameras
    shots = np.zeros(len(run.frames), np.int64)
    at = frame if run.cameras is None else np.arange(len(run.frames))
    shots[at] = column(told, "shot").astype(np.int64)
    carried: Int64 = np.asarray(np.maximum.accumulate(shots), np.int64)
    return carried
