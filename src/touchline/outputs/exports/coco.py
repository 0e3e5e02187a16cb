"""``coco.json``: boxes as COCO has them, with ids, scores, teams and places."""

from pathlib import Path
from typing import Any, TextIO

import numpy as np

from touchline.frame import NO_ID, FrameState, Objects
from touchline.outputs.exports.naming import DECIMALS, ROLES, dumps, roles, stem, teams
from touchline.outputs.writer import FileWriter


class CocoJson(FileWriter):
    """Writes ``images``, ``annotations`` and ``categories``.

    An image is a frame, ``CLIP_000000.png`` the first. Beside what COCO knows an annotation has
    ``score``, ``track_id``, ``team`` and ``position`` (metres on the pitch) where they are known.

    Args:
        path: The file to make.
        clip: The video; its name is that of the images.
        size: (width, height) of a frame in pixels.
    """

    def __init__(self, path: Path, *, clip: Path, size: tuple[int, int]) -> None:
        super().__init__(path)
        self._name = stem(clip)
        self._size = size
        self._images: list[str] = []
        self._count = 0

    def _open(self, partial: Path) -> None:
        self._file: TextIO = partial.open("x", encoding="ascii")
        names = [{"id": number + 1, "name": name} for number, name in enumerate(ROLES)]
        self._file.write(f'{{"categories":{dumps(names)},"annotations":[')

    def _append(self, state: FrameState) -> None:
        width, height = self._size
        name = f"{self._name}_{state.index:06d}.png"
        image = {"id": state.index + 1, "file_name": name, "width": width, "height": height}
        self._images.append(dumps({**image, "frame": state.index, "time": state.time}))
        for row in _rows(Objects.from_supervision(state.objects)):
            self._count += 1
            row = {"id": self._count, "image_id": state.index + 1, **row}
            self._file.write(("\n" if self._count == 1 else ",\n") + dumps(row))

    def _close(self) -> None:
        if self._file.closed:
            return
        with self._file as file:
            # After the annotations: those are many, and written as they come.
            file.write('\n],"images":[\n' + ",\n".join(self._images) + "\n]}\n")


def _rows(objects: Objects) -> list[dict[str, Any]]:
    corner, size = objects.xyxy[:, :2], objects.xyxy[:, 2:] - objects.xyxy[:, :2]
    boxes = np.round(np.column_stack([corner, size]), DECIMALS).tolist()
    places = np.round(objects.position.astype(np.float64), DECIMALS)
    known = np.isfinite(places[:, 0] + places[:, 1]).tolist()
    columns = zip(
        roles(objects),
        boxes,
        np.round(objects.confidence, DECIMALS).tolist(),
        objects.tracker_id.tolist(),
        teams(objects),
        known,
        places.tolist(),
        strict=True,
    )
    return [
        {
            "category_id": ROLES.index(role) + 1,
            "bbox": box,
            "area": round(box[2] * box[3], DECIMALS),
            "iscrowd": 0,
            "score": score,
            **({} if number == NO_ID else {"track_id": number}),
            **({} if team is None else {"team": team}),
            **({"position": place} if is_known else {}),
        }
        for role, box, score, number, team, is_known, place in columns
    ]
