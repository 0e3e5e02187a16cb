"""Reads a YOLO folder: ``images/`` and, of the same names, ``labels/*.txt``.

Pitches may lie in ``pitch_labels`` beside it.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from touchline.arrays import Float64, Int64
from touchline.errors import InputError
from touchline.evaluation.formats.fields import read_text
from touchline.evaluation.labels import LabelledFrames, blank_objects, blank_pitch
from touchline.frame import N_KEYPOINTS, ClassId
from touchline.geometry import corner_form
from touchline.video import IMAGE_SUFFIXES, natural_key

LABELS, PITCH_LABELS = "labels", "pitch_labels"
BOX_COLUMNS = 5
POSE_COLUMNS = BOX_COLUMNS + 3 * N_KEYPOINTS
_FRAME_OF_CLIP = re.compile(r"(_(\d+|.))+$")
"""Which frame of which clip of a match, at the end of a name."""
_SLACK = 1e-3
"""Shares beyond 0 and 1 that rounding explains."""


def read_yolo(
    folder: str | os.PathLike[str], *, classes: Sequence[int] = tuple(ClassId)
) -> LabelledFrames:
    """Read objects: lines of ``class cx cy w h``, shares of the image's width and height.

    Frames are in natural order (2 before 10), as a folder is read for analysis. The match is the
    name up to the first underscore. An image without a label file shows nothing, as in YOLO.

    Args:
        folder: Holds ``images`` and ``labels``.
        classes: The ``ClassId`` of each class number of the files.

    Raises:
        InputError: No images, an image or a line that cannot be read (file, line and field are
            named), or labels of an image that is not there.
    """
    labels = Path(folder) / LABELS
    images = _images(labels)
    sizes = _image_sizes(images)
    tables = [_table(_label_file(labels, image), BOX_COLUMNS) for image in images]
    rows = np.concatenate([np.zeros((0, BOX_COLUMNS)), *tables])
    frame = np.repeat(np.arange(len(images)), [len(table) for table in tables])
    for image, table in zip(images, tables, strict=True):
        _require_classes(_label_file(labels, image), table, len(classes))
    objects = replace(
        blank_objects(len(rows)),
        frame=frame,
        xyxy=corner_form(rows[:, 1:BOX_COLUMNS]) * np.tile(sizes[frame], 2),
        class_id=np.asarray(classes, np.int64)[rows[:, 0].astype(np.int64)],
    )
    return replace(_without_objects(folder, images), objects=objects)


def read_yolo_pitch(folder: str | os.PathLike[str]) -> LabelledFrames:
    """Read pitches: one line of ``0 cx cy w h`` and 32 times ``x y visibility`` per image.

    A point with visibility 0 is absent, one with 1 is loose (in a folder that knows no 2 all are
    as good). The same folders, names and errors as ``read_yolo``; where there is a folder
    ``pitch_labels`` it is read instead of ``labels``, and the match is the name without its last
    parts that are numbers or single letters: ``cup_one-two_a_0120.jpg`` is of ``cup_one-two``.
    """
    beside = Path(folder) / PITCH_LABELS
    labels = beside if beside.is_dir() else Path(folder) / LABELS
    images = _images(labels)
    sizes = _image_sizes(images)
    files = [_label_file(labels, image) for image in images]
    points = np.stack([_vertices(file, _table(file, POSE_COLUMNS)) for file in files])
    absent, weak = points[:, :, 2] <= 0, points[:, :, 2] == 1
    pitch = replace(
        blank_pitch(sizes),
        keypoints=np.where(absent[..., None], np.nan, points[:, :, :2] * sizes[:, None]),
        loose=weak & (points[:, :, 2] == 2).any(),
    )
    read = replace(_without_objects(folder, images), pitch=pitch)
    if labels != beside:
        return read
    return replace(read, match=tuple(_FRAME_OF_CLIP.sub("", image.stem) for image in images))


def pictures_in(folder: str | os.PathLike[str]) -> list[Path]:
    """The pictures of a folder, or of its ``images``, in natural order.

    Raises:
        InputError: It cannot be read, or holds no image.
    """
    whole = Path(folder)
    within = whole / "images"
    return _pictures(within if within.is_dir() else whole, f"{whole}: pictures are needed")


def _without_objects(folder: str | os.PathLike[str], images: list[Path]) -> LabelledFrames:
    return LabelledFrames(
        source=os.fspath(folder),
        name=tuple(image.name for image in images),
        number=np.arange(len(images)),
        match=tuple(image.stem.split("_")[0] for image in images),
        objects=blank_objects(0),
    )


def _images(labels: Path) -> list[Path]:
    """The images beside a folder of labels, each of which must have its image."""
    images = _pictures(labels.parent / "images", f"{labels.parent}: images and labels are needed")
    labelled = {path.stem for path in labels.glob("*.txt")}
    lonely = sorted(labelled - {path.stem for path in images} - {"classes"})
    if lonely:
        raise InputError(f"{labels / lonely[0]}.txt labels an image that is not there.")
    return images


def _pictures(folder: Path, needed: str) -> list[Path]:
    try:
        files = sorted(folder.iterdir(), key=lambda path: natural_key(path.name))
    except OSError as error:
        raise InputError(f"{needed}: {error.strerror}.") from error
    images = [
        path for path in files if path.suffix.lower() in IMAGE_SUFFIXES and path.name[0] != "."
    ]
    if not images:
        raise InputError(f"{folder} holds no image ({', '.join(IMAGE_SUFFIXES)}).")
    return images


def _label_file(labels: Path, image: Path) -> Path:
    return labels / f"{image.stem}.txt"


def _image_sizes(images: list[Path]) -> Int64:
    """Width and height (f, 2), from the headers alone."""
    return np.array([_image_size(image) for image in images], np.int64).reshape(-1, 2)


def _image_size(image: Path) -> tuple[int, int]:
    try:
        with Image.open(image) as opened:
            return opened.size
    except (OSError, UnidentifiedImageError) as error:
        raise InputError(f"{image} is not a readable image: {error}.") from error


def _table(path: Path, columns: int) -> Float64:
    try:
        lines = read_text(path).splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    filled = [(count, line.split()) for count, line in enumerate(lines, 1) if line.strip()]
    rows = [_row(words, columns, f"{path}, line {count}") for count, words in filled]
    return np.array(rows, np.float64).reshape(-1, columns)


def _row(words: list[str], columns: int, where: str) -> list[float]:
    if len(words) != columns:
        raise InputError(f"{where}: {columns} numbers are needed; got {len(words)}.")
    try:
        row = [float(word) for word in words]
    except ValueError as error:
        raise InputError(f"{where}: {error}; numbers are needed.") from error
    if not np.isfinite(row).all() or row[0] < 0 or not row[0].is_integer():
        raise InputError(f"{where}: the class is a whole number from 0, the rest is finite.")
    if not all(-_SLACK <= share <= 1 + _SLACK for share in row[1:BOX_COLUMNS]):
        raise InputError(f"{where}: cx, cy, w and h are shares from 0 to 1; got {row[1:5]}.")
    return row


def _require_classes(path: Path, table: Float64, classes: int) -> None:
    wrong = np.flatnonzero(table[:, 0] >= classes)
    if len(wrong):
        raise InputError(
            f"{path}: object {wrong[0]} is of class {int(table[wrong[0], 0])}; "
            f"the classes are 0 to {classes - 1}."
        )


def _vertices(path: Path, table: Float64) -> Float64:
    """Shares of the image and visibility (32, 3), nothing visible where there is no line."""
    if len(table) > 1:
        raise InputError(f"{path}: one pitch per image is needed; got {len(table)}.")
    if not len(table):
        return np.zeros((N_KEYPOINTS, 3))
    return table[0, BOX_COLUMNS:].reshape(N_KEYPOINTS, 3)
