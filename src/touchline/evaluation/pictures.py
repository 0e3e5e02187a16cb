"""The pitch of labelled pictures as the product sees it now: nobody wrote an answer before."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from touchline.errors import InputError, UsageError
from touchline.evaluation.accuracy import METRICS, SAMPLES, Estimate, Trueness
from touchline.evaluation.formats import pictures_in
from touchline.evaluation.labels import LabelledFrames, are_known, blank_objects, blank_pitch
from touchline.evaluation.metrics import bootstrap, pitch_of
from touchline.evaluation.pairs import PathLike, read_labels
from touchline.frame import PitchState
from touchline.pipeline import Models
from touchline.settings import Settings

ANALYSED = ("yolo", "truth")
"""Formats of labels with keypoints and, beside them, what they were drawn on."""


def evaluate_pitch(
    labels: Sequence[PathLike],
    *,
    without: Sequence[PathLike] = (),
    form: str | None = None,
    settings: Settings | None = None,
    samples: int = SAMPLES,
) -> Trueness:
    """Analyse labelled pictures and hold the product's own homography against the labels.

    Each picture of a folder is analysed by itself, so that nothing carries from one to the next; a
    synthetic match is analysed as the clip that it is. Frames without a labelled keypoint are left
    out.

    Args:
        labels: YOLO folders with pitches in ``pitch_labels`` or ``labels``, or truths of synthetic
            matches.
        without: Folders of pictures that show no pitch. Their figures, whose names begin with
            "no pitch", have intervals over pictures.
        form: One of ``ANALYSED``, for all labels; guessed for each unless told.
        settings: None reads the environment, without verification, which looks at people only.
        samples: Draws behind the intervals.

    Raises:
        InputError: Labels or a picture cannot be read, or no keypoint is labelled.
        ModelError: A network cannot be loaded.
        UsageError: There are no labels.
    """
    if not labels:
        raise UsageError("labelled pictures are needed.")
    read = [_labelled(path, form) for path in labels]
    pictures = [picture for folder in without for picture in pictures_in(folder)]
    models = Models.load(settings or Settings.read(verify="off"))
    pairs = [(truth, _analysed(truth, kind, models)) for truth, kind in read]
    result = METRICS["pitch"]("pitch", pairs, samples)
    states = [_alone(picture, models) for picture in pictures]
    return replace(result, figures=result.figures | _without_pitch(states, samples))


def _labelled(path: PathLike, form: str | None) -> tuple[LabelledFrames, str]:
    """The frames that have a labelled keypoint, and the format that they were in."""
    truth, form = read_labels("pitch", path, form)
    if form not in ANALYSED:
        raise InputError(
            f"{truth.source}: pictures to analyse have labels of {' or '.join(ANALYSED)}; "
            f"got {form}, which needs an answer."
        )
    rows = np.flatnonzero(are_known(pitch_of(truth).keypoints).any(axis=1))
    if not len(rows):
        raise InputError(f"{truth.source}: no keypoint of a pitch is labelled.")
    return truth.where(rows), form


def _analysed(truth: LabelledFrames, form: str, models: Models) -> LabelledFrames:
    if form == "truth":
        with models.analyze(Path(truth.source).with_name("match.mp4")) as analysis:
            clip = [state.pitch for state in analysis]
        pitches = [clip[number] for number in truth.number]
    else:
        images = Path(truth.source) / "images"
        pitches = [_alone(images / name, models) for name in truth.name]
    found = replace(truth, objects=blank_objects(0), source=f"what was found in {truth.source}")
    points = np.array([pitch.keypoints.xy[0] for pitch in pitches], np.float64)
    unknown = np.full((3, 3), np.nan)
    homography = [unknown if each.homography is None else each.homography for each in pitches]
    stated = [np.nan if each.uncertainty is None else each.uncertainty for each in pitches]
    pitch = replace(
        blank_pitch(pitch_of(truth).size),
        keypoints=np.where((points == 0).all(axis=2, keepdims=True), np.nan, points),
        homography=np.array(homography, np.float64),
        uncertainty=np.array(stated, np.float64),
    )
    return replace(found, pitch=pitch)


def _alone(picture: Path, models: Models) -> PitchState:
    """The pitch of a picture in a folder of its own, where no other can help or mislead."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(picture, os.path.join(folder, f"0{picture.suffix}"))
        try:
            with models.analyze(folder) as analysis:
                (state,) = analysis
        except InputError as error:
            raise InputError(f"{picture} cannot be analysed: {error}") from error
    return state.pitch


def _without_pitch(states: Sequence[PitchState], samples: int) -> dict[str, Estimate]:
    """Figures of pictures that show no pitch; none where there are no pictures."""
    if not states:
        return {}
    columns = {
        "no pitch: pictures with points": [bool(each.keypoints.xy.any()) for each in states],
        "no pitch: pictures with a homography": [each.homography is not None for each in states],
    }
    figures = {
        name: Estimate(float(np.mean(told)), bootstrap(told, np.mean, samples=samples))
        for name, told in columns.items()
    }
    return {"no pitch: pictures": Estimate(float(len(states)), None)} | figures
