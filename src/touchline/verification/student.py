"""The student, the verifier that ships with Touchline: a small network on a box and around it."""

import os
from collections.abc import Sequence
from typing import Unpack

import cv2
import numpy as np

from touchline.arrays import Float32, Image, require_pictures
from touchline.errors import ModelError
from touchline.inference import (
    Engine,
    Runtime,
    load_engine,
    require_batch_size,
    run_batched,
    weights,
)
from touchline.verification.labels import Label
from touchline.verification.verifier import View, nothing_seen

PANEL = (64, 48)
"""Height and width of one of the two pictures, side by side, that the network is given."""
PERSON_MARGIN = 1.3
"""The near picture is this much larger than the box of a person."""
BALL_MARGIN = 4.0
"""The near picture is this much larger than the box of a ball."""
FAR = 4.0
"""The far picture is this much larger than the near one: it shows whether there is a goal, a
touchline or a stand."""
PADDING = (114, 114, 114)
REACH = 1e5
"""Boxes are cut to this many pixels from the origin, which OpenCV's arithmetic can hold."""
OUTPUT = "probabilities"

_CROP_BYTES = 2**20
"""Estimate of what one crop takes inside the network."""
_SAMPLING = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def crop(view: View) -> Image:
    """What the network sees of a view: uint8 (64, 96, 3) BGR.

    Two pictures of 64x48 side by side, both centred on the box and with its scale taken out, so
    that a box that sits badly shows as such: left the box with a margin, right four times as much
    of its surroundings. What lies outside the frame is grey.

    Args:
        view: A ``visible`` one.
    """
    left, top, right, bottom = np.clip(view.xyxy, -REACH, REACH).tolist()
    width, height = right - left, bottom - top
    if view.is_ball:
        near = BALL_MARGIN * max(width, height)
    else:
        near = PERSON_MARGIN * max(height, width * PANEL[0] / PANEL[1])
    centre = (left + right) / 2, (top + bottom) / 2
    panels = [_panel(view.image, centre, near * factor) for factor in (1.0, FAR)]
    return np.concatenate(panels, axis=1)


class Student:
    """A small network behind any engine; see ``Verifier``.

    Args:
        engine: Takes ``images`` (n, 64, 96, 3) uint8 BGR as ``crop`` cuts them, gives
            ``probabilities`` (n, 6), a column for each ``Label``.
        batch_size: Crops a network call; None is as many as memory allows.

    Raises:
        UsageError: ``batch_size`` is 0 or less.
    """

    def __init__(self, engine: Engine, *, batch_size: int | None = None) -> None:
        require_batch_size(batch_size)
        self._engine = engine
        self._batch_size = batch_size

    @property
    def device(self) -> str:
        """Runtime and device, such as ``openvino:cpu``."""
        return self._engine.device

    def judge(self, views: Sequence[View]) -> Float32:
        """Look at each view on its own; see ``Verifier.judge``.

        A view that is not ``visible`` (no area, NaN, outside the frame) is not given to the
        network: it is BACKGROUND with certainty.

        Raises:
            ModelError: the network failed, or answers something else than ``probabilities``.
            UsageError: a view's image is none.
        """
        require_pictures([view.image for view in views])
        rows = nothing_seen(len(views))
        seen = [index for index, view in enumerate(views) if view.visible]
        if seen:
            looks = [views[index] for index in seen]
            rows[seen] = run_batched(
                self._judge, looks, batch_size=self._batch_size, item_bytes=_CROP_BYTES
            )
        return rows

    def _judge(self, views: Sequence[View]) -> list[Float32]:
        outputs = self._engine.run(np.stack([crop(view) for view in views]))
        found = outputs.get(OUTPUT)
        if found is None or found.shape != (len(views), len(Label)):
            shapes = ", ".join(f"{name} {rows.shape}" for name, rows in outputs.items())
            raise ModelError(
                f"A verifier answers {OUTPUT} (N, {len(Label)}); {self._engine.name} answers "
                f"{shapes} to {len(views)} crops."
            )
        return list(found)


def load_student(
    name_or_path: str | os.PathLike[str] = "verifier",
    *,
    batch_size: int | None = None,
    **runtime: Unpack[Runtime],
) -> Student:
    """Load the verifier that ships with Touchline, or another network of the same contract.

    Args:
        name_or_path: Shipped weights by name, or an ONNX file with the same input and output.
        batch_size: See ``Student``.
        **runtime: Where and how it runs; see ``Runtime`` of ``touchline.inference``.

    Raises:
        UsageError: an argument has a value that is not allowed.
        ModelError: the weights are missing or damaged, or the device is not there.
    """
    return Student(load_engine(weights.find(name_or_path), **runtime), batch_size=batch_size)


def _panel(image: Image, centre: tuple[float, float], height: float) -> Image:
    """The part of an image that is ``height`` pixels high about ``centre``: uint8 (64, 48, 3).

    A strong reduction averages four samples for a pixel: an area filter over all pixels would take
    ten times as long.
    """
    finer = 2 if height > 2 * PANEL[0] else 1
    size = PANEL[1] * finer, PANEL[0] * finer
    step = height / size[1]
    # OpenCV counts from the middle of the first pixel, boxes from its corner.
    shift = [c - 0.5 - step * (s - 1) / 2 for c, s in zip(centre, size, strict=True)]
    matrix = np.array([[step, 0, shift[0]], [0, step, shift[1]]])
    panel = cv2.warpAffine(
        image, matrix, size, flags=_SAMPLING, borderMode=cv2.BORDER_CONSTANT, borderValue=PADDING
    )
    if finer > 1:
        panel = cv2.resize(panel, PANEL[::-1], interpolation=cv2.INTER_AREA)
    return panel.astype(np.uint8, copy=False)
