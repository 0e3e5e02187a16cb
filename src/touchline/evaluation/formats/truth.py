"""Turns the exact truth of a synthetic match into labelled frames."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from touchline.evaluation.labels import (
    LabelledFrames,
    LabelledObjects,
    blank_objects,
    blank_pitch,
    joined_objects,
)
from touchline.evaluation.metrics import IDS_IN_A_SHOT, MIN_VISIBLE, visible_lines
from touchline.pitch import PitchDimensions, positions
from touchline.synthetic import Truth


def from_truth(
    truths: Sequence[Truth], *, size: tuple[int, int], match: str = "synthetic"
) -> LabelledFrames:
    """Take over the truth of a clip, one entry per frame.

    Args:
        truths: As ``touchline.synthetic.read_truth`` gives them.
        size: (width, height) of the video in pixels.
        match: Name of the match.
    """
    pitch = blank_pitch(np.tile(np.array(size, np.int64), (len(truths), 1)))
    given = np.array([truth.keypoints.xy[0] for truth in truths], np.float64)
    xy = given.reshape(pitch.keypoints.shape)
    dimensions = PitchDimensions()
    lines = [visible_lines(truth.homography, size, dimensions=dimensions) for truth in truths]
    return LabelledFrames(
        source=match,
        name=tuple(str(number) for number in range(len(truths))),
        number=np.arange(len(truths)),
        match=(match,) * len(truths),
        objects=joined_objects([_objects(index, truth) for index, truth in enumerate(truths)]),
        pitch=replace(
            pitch,
            keypoints=np.where(
                (xy == 0).all(axis=-1, keepdims=True), np.nan, xy.astype(np.float64)
            ),
            homography=np.array([truth.homography for truth in truths]).reshape(-1, 3, 3),
            lines=tuple(lines),
        ),
    )


def _objects(index: int, truth: Truth) -> LabelledObjects:
    xyxy = np.asarray(truth.objects.xyxy, np.float32)
    ids = np.asarray(truth.objects.tracker_id, np.int64)
    return replace(
        blank_objects(len(xyxy)),
        frame=np.full(len(xyxy), index),
        xyxy=xyxy.astype(np.float64),
        class_id=np.asarray(truth.objects.class_id, np.int64),
        tracker_id=ids + IDS_IN_A_SHOT * truth.shot,
        ignored=np.asarray(truth.objects.data["visible"]) < MIN_VISIBLE,
        metres=positions(truth.homography, xyxy).astype(np.float64),
        team=np.where(truth.team < 0, "", truth.team.astype(np.str_)),
    )
