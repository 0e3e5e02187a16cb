"""A packed folder against the package itself, on labelled frames: what a validator would pay each.

    python -m benchmarks.turbovision DATA/offside_scenes

A ``PlayerDetect`` folder is packed and asked in a process of its own, as a checker asks it; the
package is asked by its public names, with the engine that it takes here, or with ``--backend``.
Frames are reduced to the width of a challenge first. Give frames that the weights were not trained
on.

- map50: by the subnet's rule, over ball, goalkeeper, player and referee;
- keypoints_iou: by the subnet's rule, which asks the picture and no labels;
- boxes: mean number in a frame; moved: share of the package's boxes without one of the folder's
  within a pixel.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from touchline import load_detector, load_pitch_model
from touchline.arrays import Image
from touchline.errors import InputError
from touchline.evaluation.formats import read_yolo
from touchline.evaluation.labels import LabelledFrames
from touchline.frame import Objects
from touchline.inference import Backend
from touchline.turbovision.auditing import FolderProcess
from touchline.turbovision.packing import CLASSES, IMGSZ, pack
from touchline.turbovision.scoring import (
    Element,
    Instance,
    Known,
    keypoint_frames,
    ranked_pillars,
    read_answer,
)

OBJECTS = tuple(CLASSES)
BATCH = 8
"""Frames that are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one of the two."""

    name: str
    frames: int
    map50: float
    keypoints_iou: float
    boxes: float
    moved: float


def chosen(folder: Path, *, matches: Sequence[str], every: int) -> LabelledFrames:
    """Labelled frames of those matches, or of all.

    Raises:
        InputError: The folder cannot be read, or no frame is left.
    """
    labels = read_yolo(folder)
    wanted = np.isin(labels.match, matches) if matches else np.ones(len(labels), bool)
    places = np.flatnonzero(wanted)[::every]
    if not len(places):
        raise InputError(f"{folder} has no frame of {', '.join(matches)}.")
    return labels.where(places)


def images_of(labels: LabelledFrames, *, width: int) -> Iterator[tuple[Image, float]]:
    """Each image, no wider than ``width``, and by how much it was reduced."""
    for name in labels.name:
        image = cv2.imread(str(Path(labels.source) / "images" / name))
        if image is None:
            raise InputError(f"{name} is not an image that OpenCV can read.")
        scale = min(1.0, width / image.shape[1])
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        yield np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def truth_of(labels: LabelledFrames, scales: Sequence[float]) -> Known:
    """The labelled boxes of each frame in pixels of the reduced images."""
    names = {int(class_id): name for name, class_id in CLASSES.items()}
    known: Known = {}
    objects = labels.objects
    for frame, box, class_id in zip(objects.frame, objects.xyxy, objects.class_id, strict=True):
        x1, y1, x2, y2 = np.rint(box * scales[frame]).astype(int).tolist()
        shape = Instance((x1, y1, x2, y2), names[int(class_id)])
        known.setdefault(int(frame), []).append(shape)
    return known


class Package:
    """The package itself, in the folder's form."""

    def __init__(self, backend: Backend | None) -> None:
        self._detector = load_detector(backend=backend)
        self._pitch = load_pitch_model(backend=backend)

    def predict(self, images: Sequence[Image], *, offset: int) -> list[dict[str, Any]]:
        """A row for each image, uint8 (H, W, 3) BGR."""
        found = self._detector.detect([*images])
        points = self._pitch.locate([*images])
        return [
            {
                "frame_id": offset + i,
                "boxes": [*boxes_of(Objects.from_supervision(boxes))],
                "keypoints": np.rint(located.xy[0]).astype(int).tolist(),
            }
            for i, (boxes, located) in enumerate(zip(found, points, strict=True))
        ]


def boxes_of(found: Objects) -> Iterator[dict[str, Any]]:
    """Boxes in whole pixels, as a folder gives them."""
    order = {int(class_id): OBJECTS.index(name) for name, class_id in CLASSES.items()}
    corners = np.rint(found.xyxy).astype(int).tolist()
    rows = zip(corners, found.class_id.tolist(), found.confidence.tolist(), strict=True)
    for (x1, y1, x2, y2), own, score in rows:
        yield {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "cls_id": order[own], "conf": score}


def asked(
    labels: LabelledFrames, folder: Path, package: Package, *, width: int
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, float], Known]:
    """The rows of both, the mean of their keypoints, and the truth."""
    rows: dict[str, list[dict[str, Any]]] = {"folder": [], "package": []}
    points: dict[str, list[float]] = {name: [] for name in rows}
    scales: list[float] = []
    waiting = images_of(labels, width=width)
    with FolderProcess(folder) as process:
        while part := [pair for _, pair in zip(range(BATCH), waiting, strict=False)]:
            images = [image for image, _ in part]
            offset = len(scales)
            scales += [scale for _, scale in part]
            pictures = {offset + i: image for i, image in enumerate(images)}
            said = {
                "folder": process.predict(images, offset=offset)[0],
                "package": package.predict(images, offset=offset),
            }
            for name, given in said.items():
                rows[name] += given
                points[name] += [each.score for each in keypoint_frames(given, pictures)]
    means = {name: float(np.mean(scores)) for name, scores in points.items()}
    return rows, means, truth_of(labels, scales)


def moved(given: Sequence[dict[str, Any]], held: Sequence[dict[str, Any]]) -> float:
    """Share of the boxes of ``given`` without one of the same class in ``held`` within a pixel."""
    far, count = 0, 0
    for row, other in zip(given, held, strict=True):
        mine, theirs = (
            np.array([_numbers(b) for b in each["boxes"]], float) for each in (row, other)
        )
        count += len(mine)
        if not len(mine) or not len(theirs):
            far += len(mine)
            continue
        apart = np.abs(mine[:, None, :4] - theirs[None, :, :4]).max(axis=2)
        apart[mine[:, None, 4] != theirs[None, :, 4]] = np.inf
        far += int((apart.min(axis=1) > 1).sum())
    return far / max(1, count)


def _numbers(box: dict[str, Any]) -> list[float]:
    return [box[name] for name in ("x1", "y1", "x2", "y2", "cls_id")]


def measure(
    labels: LabelledFrames, *, width: int, imgsz: int, backend: Backend | None = None
) -> list[Row]:
    """Both on the same frames."""
    with tempfile.TemporaryDirectory() as scratch:
        element = Element(id="PlayerDetect_v1", objects=OBJECTS)
        pack(element, Path(scratch, "folder"), imgsz=imgsz)
        rows, points, truth = asked(labels, Path(scratch, "folder"), Package(backend), width=width)
    return [
        Row(
            name=name,
            frames=len(given),
            map50=ranked_pillars(
                read_answer({"frames": given}, objects=OBJECTS), truth, size=_size(width)
            ).map50,
            keypoints_iou=points[name],
            boxes=float(np.mean([len(row["boxes"]) for row in given])),
            moved=moved(rows["package"], given),
        )
        for name, given in rows.items()
    ]


def _size(width: int) -> tuple[int, int]:
    return round(width * 9 / 16), width


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="holds images and labels, as YOLO has them")
    parser.add_argument("--matches", default="", help="comma-separated; else all")
    parser.add_argument("--every", type=int, default=1, help="every so many frames")
    parser.add_argument("--width", type=int, default=1280, help="of a challenge, in pixels")
    parser.add_argument("--imgsz", type=int, default=IMGSZ, help="of the folder, see pack")
    parser.add_argument("--backend", help="of the package; else its choice")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    matches = [each for each in arguments.matches.split(",") if each]
    labels = chosen(arguments.data, matches=matches, every=arguments.every)
    sizes = {"width": arguments.width, "imgsz": arguments.imgsz}
    rows = measure(labels, **sizes, backend=arguments.backend)
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows]))
        return
    table = Table(*(each.name for each in fields(Row)))
    for row in rows:
        values = asdict(row).values()
        table.add_row(*(f"{v:.4f}" if isinstance(v, float) else str(v) for v in values))
    Console().print(table)


if __name__ == "__main__":
    main()
