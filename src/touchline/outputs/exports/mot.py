"""``mot.txt``: tracks as the MOT challenge writes them, and who is who as SoccerNet tells it."""

import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import TextIO

import numpy as np

from touchline.frame import NO_ID, FrameState, Objects
from touchline.outputs.exports.naming import OTHER, ROLES, roles, teams
from touchline.outputs.writer import FilesWriter

GAME_INFO = "mot_gameinfo.ini"
_LINE = "%d,%d,%.3f,%.3f,%.3f,%.3f,%.3f,1,1\n"


class MotTracks(FilesWriter):
    """Writes ``frame, id, left, top, width, height, confidence, 1, 1`` a line, frames from 1.

    Every class is 1, "pedestrian", as the tools of the MOT challenge want it. Role and team of
    each track, those of most of its frames, are in ``mot_gameinfo.ini`` beside it, in the words of
    SoccerNet tracking; a team is 0 or 1 there. Boxes without a track are left out.
    """

    beside = (GAME_INFO,)

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        self._who: defaultdict[int, Counter[tuple[str, int | None]]] = defaultdict(Counter)
        self._frames = 0

    def _open(self, partial: Path) -> None:
        self._file: TextIO = partial.open("x", encoding="ascii", newline="\n")

    def _append(self, state: FrameState) -> None:
        self._frames = state.index + 1
        given = Objects.from_supervision(state.objects)
        tracks = given[given.tracker_id != NO_ID]
        corner, size = tracks.xyxy[:, :2], tracks.xyxy[:, 2:] - tracks.xyxy[:, :2]
        rows = np.column_stack([corner, size, tracks.confidence]).tolist()
        ids = tracks.tracker_id.tolist()
        for number, row in zip(ids, rows, strict=True):
            self._file.write(_LINE % (state.index + 1, number, *row))
        for number, role, team in zip(ids, roles(tracks), teams(tracks), strict=True):
            self._who[number][role, team] += 1

    def _close(self) -> None:
        self._file.close()

    def _beside(self) -> list[bytes]:
        told = {number: seen.most_common(1)[0][0] for number, seen in self._who.items()}
        lines = ["[Sequence]", f"seqLength={self._frames}", f"num_tracklets={len(told)}"]
        lines += [f"trackletID_{number}={_who(*who)}" for number, who in sorted(told.items())]
        return ["\n".join([*lines, ""]).encode()]


def _who(role: str, team: int | None) -> str:
    """In the words of SoccerNet: ``player team left;4``; no number is known."""
    is_of_team = team is not None and role in ROLES and role != OTHER
    return f"{role} team {team};" if is_of_team else f"{role};"
