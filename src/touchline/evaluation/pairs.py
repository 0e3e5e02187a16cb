"""Reads labels and answers to them, whatever format they are in."""

import configparser
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from touchline.errors import InputError
from touchline.evaluation.formats import (
    from_truth,
    read_cdf,
    read_coco,
    read_cvat,
    read_gsr,
    read_gsr_predictions,
    read_json,
    read_mot_frames,
    read_predictions,
    read_text,
    read_tracks,
    read_yolo,
    read_yolo_pitch,
)
from touchline.evaluation.labels import LabelledFrames, aligned, are_known
from touchline.evaluation.metrics import with_lines
from touchline.files import as_path
from touchline.frame import NO_ID, ClassId
from touchline.pitch import positions
from touchline.synthetic import read_truth
from touchline.video import VideoReader

FORMATS = ("yolo", "coco", "mot", "gsr", "cvat", "cdf", "truth")
"""Formats of labels: a YOLO folder, COCO, MOT's ``gt.txt``, SoccerNet GSR, CVAT for video, Common
Data Format, our synthetic truth."""
TRACKED = ("tracking", "state")
"""Metrics that need ids."""
PLACED = ("positions", "state")
"""Metrics that need positions on the pitch."""

PathLike = str | os.PathLike[str]
_WITHOUT_METRES = ("yolo", "mot", "cvat")
_READERS: Mapping[str, Callable[[PathLike], LabelledFrames]] = {
    "coco": read_coco,
    "cvat": read_cvat,
    "cdf": read_cdf,
}
_NUMBERS = ("0", "1")
"""Teams as Touchline names them, which says nothing of left and right."""


def read_pair(
    metric: str, labels: PathLike, found: PathLike, form: str | None = None
) -> tuple[LabelledFrames, LabelledFrames]:
    """Read labels and the answer to them, aligned.

    Args:
        metric: What for, as in ``touchline.evaluation.accuracy.METRICS``: says what must be there.
        labels: In one of ``FORMATS``.
        found: The answer, in any format of ``guess_format``.
        form: The format of the labels; guessed unless told.

    Raises:
        InputError: Either cannot be read or does not say what the metric needs, or the two are not
            of one video; the message names file, frame and field.
    """
    found = _in_sequence(as_path(found))
    truth, form = read_labels(metric, labels, form)
    objects = truth.objects
    if metric in PLACED and len(objects) and not are_known(objects.metres).any():
        raise InputError(f"{truth.source}: no object has a position on the pitch, in metres.")
    answer = aligned(truth, _answer(metric, found, truth, form))
    if metric in TRACKED:
        _require_ids(truth)
        _require_ids(answer)
    if metric == "state":
        return _without_numbered_teams(truth), _without_numbered_teams(answer)
    if metric == "people":
        _require_once(truth)
        _require_once(answer)
    return truth, answer


def read_labels(metric: str, path: PathLike, form: str | None = None) -> tuple[LabelledFrames, str]:
    """Read labels alone; also gives their format, guessed unless told.

    Raises:
        InputError: They cannot be read, or are in none of ``FORMATS``.
    """
    path = _in_sequence(as_path(path))
    form = form or guess_format(path)
    if form not in FORMATS:
        allowed = ", ".join(FORMATS)
        raise InputError(f"{path}: the format of labels is one of {allowed}; got {form}.")
    return _labels(metric, path, form), form


def guess_format(path: PathLike) -> str:
    """Say what a file is: one of ``FORMATS``, or predictions, tracks or gsr-answer.

    Raises:
        InputError: It is none of them, or cannot be read.
    """
    path = _in_sequence(as_path(path))
    if path.is_dir():
        return "yolo"
    suffix = Path(path).suffix.lower()
    form = _json_format(path) if suffix == ".json" else _SUFFIXES.get(suffix)
    if form is None:
        raise InputError(
            f"{path}: its format cannot be guessed; a YOLO folder, a MOT sequence or its .txt, "
            f"a .parquet of tracks, a .json, CVAT's .xml or a .jsonl is needed, or the format of "
            f"the labels: {', '.join(FORMATS)}."
        )
    return form


def _in_sequence(path: Path) -> Path:
    """The labels in the folder of a sequence, as MOTChallenge and SoccerNet hand it out."""
    labels = path / "gt" / "gt.txt"
    return labels if labels.is_file() else path


_SUFFIXES: Mapping[str, str] = {
    ".txt": "mot",
    ".parquet": "tracks",
    ".xml": "cvat",
    ".jsonl": "cdf",
}


def _json_format(path: PathLike) -> str | None:
    content = read_json(path)
    if "predictions" in content:
        return "gsr-answer"
    if "frames" in content:
        return "truth" if "version" in content else "predictions"
    images = content.get("images")
    if not isinstance(images, list):
        return None
    return (
        "gsr" if any(isinstance(each, dict) and "image_id" in each for each in images) else "coco"
    )


def _labels(metric: str, path: PathLike, form: str) -> LabelledFrames:
    if form == "yolo" and metric == "pitch":
        return with_lines(read_yolo_pitch(path))
    if form == "yolo":
        read = read_yolo(path)
        # Teams are told apart among all images of a folder: they are of one match.
        one = (Path(path).resolve().name,) * len(read)
        return replace(read, match=one) if metric == "people" else read
    if form == "mot":
        return read_mot_frames(path, frames=_mot_frames(Path(path)), is_truth=True)
    if form == "truth":
        return _synthetic(Path(path))
    if form in _READERS:
        return _READERS[form](path)
    return read_gsr(path)


def _answer(metric: str, path: PathLike, truth: LabelledFrames, labels: str) -> LabelledFrames:
    frames = int(truth.number.max(initial=-1)) + 1
    form = guess_format(path)
    if metric in PLACED and form in _WITHOUT_METRES:
        raise InputError(f"{path}: {form} has no positions on the pitch; {metric} needs them.")
    if metric not in PLACED and "cdf" in (form, labels):
        raise InputError(f"{path}: cdf has no boxes; {metric} needs them.")
    if form == "gsr-answer":
        if labels != "gsr":
            raise InputError(f"{path} answers labels of gsr; {truth.source} is {labels}.")
        return read_gsr_predictions(path, truth.source)
    if form == "tracks":
        return read_tracks(path, frames=frames)
    if form == "mot":
        return read_mot_frames(path, frames=frames)
    if form == "predictions":
        return _predictions(path, _one_size(truth) if metric in ("pitch", *PLACED) else None)
    return _labels(metric, path, form)


def _synthetic(path: Path) -> LabelledFrames:
    """The truth of the clip beside it, whose pictures have the size that it does not tell."""
    truths = read_truth(path)
    with VideoReader(path.with_name("match.mp4")) as video:
        size = video.info.width, video.info.height
    match = path.resolve().parent.name
    return replace(from_truth(truths, size=size, match=match), source=os.fspath(path))


def _mot_frames(path: Path) -> int | None:
    """Number of frames by the ``seqinfo.ini`` of the MOT challenge, None where there is none."""
    info = path.parent.parent / "seqinfo.ini"
    if path.parent.name not in ("gt", "det") or not info.exists():
        return None
    parser = configparser.ConfigParser()
    try:
        parser.read_string(read_text(info))
        return parser.getint("Sequence", "seqLength")
    except (OSError, ValueError, configparser.Error) as error:
        raise InputError(f"{info}: seqLength of Sequence cannot be read: {error}.") from error


def _one_size(truth: LabelledFrames) -> tuple[int, int]:
    """(width, height), the same in all frames."""
    if truth.pitch is None:
        raise InputError(f"{truth.source} says nothing about the pitch.")
    sizes = {(int(width), int(height)) for width, height in truth.pitch.size}
    if len(sizes) != 1:
        raise InputError(f"{truth.source}: frames of one size are needed; got {sorted(sizes)}.")
    return sizes.pop()


def _predictions(path: PathLike, size: tuple[int, int] | None) -> LabelledFrames:
    """``predictions.json``; with a size also where on the pitch its keypoints put everybody."""
    found = read_predictions(path, size=size)
    if found.pitch is None:
        return found
    metres = np.full((len(found.objects), 2), np.nan)
    for frame, homography in enumerate(found.pitch.homography):
        if np.isfinite(homography).all():
            rows = found.objects.frame == frame
            metres[rows] = positions(homography, found.objects.xyxy[rows].astype(np.float32))
    return replace(found, objects=replace(found.objects, metres=metres))


def _without_numbered_teams(frames: LabelledFrames) -> LabelledFrames:
    """The frames as GS-HOTA, which asks for left and right, takes them: unknown where numbered."""
    team = np.where(np.isin(frames.objects.team, _NUMBERS), "", frames.objects.team)
    return replace(frames, objects=replace(frames.objects, team=team))


def _require_ids(frames: LabelledFrames) -> None:
    """Each person with an id occurs once in a frame, and there are ids where there are people."""
    people = frames.objects.where(frames.objects.class_id != ClassId.BALL)
    if len(people) and not (people.tracker_id != NO_ID).any():
        raise InputError(f"{frames.source}: no object has an id (track_id); tracks are needed.")
    _require_once(frames)


def _require_once(frames: LabelledFrames) -> None:
    """Each person with an id occurs once in a frame."""
    objects = frames.objects
    named = objects.where((objects.class_id != ClassId.BALL) & (objects.tracker_id != NO_ID))
    rows = np.stack([named.frame, named.tracker_id], axis=1)
    unique, count = np.unique(rows, axis=0, return_counts=True)
    if (count > 1).any():
        frame, tracker_id = unique[count > 1][0]
        raise InputError(
            f"{frames.source}: frame {frames.name[frame]}: id {tracker_id} occurs twice."
        )
