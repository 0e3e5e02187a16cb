"""``gsr.json``: SoccerNet game state reconstruction, as ``Labels-GameState.json`` has it.

The format of Somers et al. 2024 ("SoccerNet Game State Reconstruction", CVPRW). There y runs
towards the near touchline.
"""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from touchline.frame import FrameState, Objects
from touchline.outputs.exports.match_sheet import MatchSheet
from touchline.outputs.exports.naming import DECIMALS, dumps, roles, stem, teams
from touchline.outputs.writer import FileWriter

CATEGORIES = {"player": 1, "goalkeeper": 2, "referee": 3, "ball": 4, "other": 7}
"""SoccerNet's numbers; 5 and 6 are the pitch and the camera."""
_LABELLED = ("is_labeled", "has_labeled_person", "has_labeled_pitch", "has_labeled_camera")


class GsrJson(FileWriter):
    """Writes ``info``, ``images``, ``annotations`` and ``categories``.

    ``team`` is "left" or "right" where a match sheet tells, else "0" or "1": which of them is left,
    a picture alone does not. Who has no track has the ``track_id`` -1. Numbers on shirts are not
    known.

    Args:
        path: The file to make.
        clip: The video; its name is that of the game.
        size: (width, height) of a frame in pixels.
        fps: Frames a second.
        sheet: What is known of the match.
    """

    def __init__(
        self,
        path: Path,
        *,
        clip: Path,
        size: tuple[int, int],
        fps: float,
        sheet: MatchSheet | None = None,
    ) -> None:
        super().__init__(path)
        self._info = {
            "version": "1.3",
            "name": stem(clip),
            "game_id": stem(clip),
            "frame_rate": fps,
        }
        self._size, self._sheet = size, sheet
        self._images: list[str] = []
        self._count = 0

    def _open(self, partial: Path) -> None:
        self._file: TextIO = partial.open("x", encoding="ascii")
        categories = [
            {"id": number, "name": name, "supercategory": "object"}
            for name, number in CATEGORIES.items()
        ]
        self._file.write(f'{{"categories":{dumps(categories)},"annotations":[')

    def _append(self, state: FrameState) -> None:
        number = f"{state.index + 1:06d}"
        width, height = self._size
        image = {"image_id": number, "file_name": f"{number}.jpg", "width": width, "height": height}
        self._images.append(dumps({**image, **dict.fromkeys(_LABELLED, True)}))
        objects = Objects.from_supervision(state.objects)
        sides = [None if team is None else str(team) for team in teams(objects)]
        if self._sheet is not None:
            sides = [self._sheet.end(team, state.time) for team in objects.team.tolist()]
        for row in _rows(objects, sides):
            self._count += 1
            row = {"id": str(self._count), "image_id": number, **row}
            self._file.write(("\n" if self._count == 1 else ",\n") + dumps(row))

    def _close(self) -> None:
        if self._file.closed:
            return
        info = {**self._info, "seq_length": len(self._images)}
        with self._file as file:
            # After the annotations: those are many, and written as they come.
            file.write(
                f'\n],"info":{dumps(info)},"images":[\n' + ",\n".join(self._images) + "\n]}\n"
            )


def _rows(objects: Objects, sides: Sequence[str | None]) -> list[dict[str, Any]]:
    boxes = np.round(objects.xyxy, DECIMALS)
    metres = np.round(objects.position.astype(np.float64), DECIMALS)
    places = [
        {"x_bottom_middle": x, "y_bottom_middle": 0.0 - y} if isfinite(x + y) else None
        for x, y in metres.tolist()
    ]
    columns = zip(
        roles(objects),
        sides,
        objects.tracker_id.tolist(),
        np.round(objects.confidence, DECIMALS).tolist(),
        boxes.tolist(),
        places,
        strict=True,
    )
    return [
        {
            "track_id": number,
            "supercategory": "object",
            "category_id": CATEGORIES[role],
            "attributes": {"role": role, "jersey": None, "team": team},
            "confidence": score,
            "bbox_image": _box(*box),
            "bbox_pitch": place,
        }
        for role, team, number, score, box, place in columns
    ]


def _box(left: float, top: float, right: float, bottom: float) -> dict[str, float]:
    width, height = right - left, bottom - top
    box = {"x": left, "y": top, "x_center": left + width / 2, "y_center": top + height / 2}
    return {name: round(each, DECIMALS) for name, each in {**box, "w": width, "h": height}.items()}
