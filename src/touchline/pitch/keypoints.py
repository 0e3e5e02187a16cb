"""Finding the 32 vertices of the pitch in single images."""

import os
from collections.abc import Sequence
from typing import Protocol, Unpack

import cv2
import numpy as np
import supervision as sv

from touchline.arrays import Float32, Image, require_pictures
from touchline.errors import UsageError, require_number
from touchline.inference import (
    Engine,
    Runtime,
    load_engine,
    require_batch_size,
    run_batched,
    weights,
)
from touchline.pitch.cleaning import cleaned
from touchline.pitch.dimensions import PitchDimensions
from touchline.pitch.heatmaps import decode

INPUT_SIZE = (640, 384)
"""Width and height of the network's input; the image is squashed to it."""

_IMAGE_BYTES = 48 * 2**20
"""Estimate of what one image takes inside the network, its maps included."""


class PitchModel(Protocol):
    """Finds the pitch's vertices in images."""

    def locate(self, images: Sequence[Image]) -> list[sv.KeyPoints]:
        """Find the vertices in each image.

        Args:
            images: uint8 (H, W, 3) BGR each, of any size.

        Returns:
            One pitch for each image, in order: `xy` (1, 32, 2) float32 pixels of the original
            image, `keypoint_confidence` (1, 32) float32; an absent point is (0, 0) with 0.
            A model that computes points from others says so in `data["source"]` (1, 32).

        Raises:
            UsageError: Something given is no such image.
        """
        ...


class HeatmapPitchModel:
    """A network with one map for each vertex, behind any engine.

    Args:
        engine: Takes `images` (n, 384, 640, 3) uint8 BGR; gives `heatmaps` (n, 32, h, w) and
            `absent` (n, 32), both logits.
        confidence: Points below this probability are absent.
        batch_size: Images a network call; None is as many as memory allows.
        clean: Drop points that the homography of the others contradicts, average those it
            agrees with, and add those it knows well; see `cleaning.cleaned`.
        dimensions: Size of the pitch, for cleaning; 105 x 68 m unless told.

    Raises:
        UsageError: `confidence` or `batch_size` is out of its range.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        confidence: float = 0.3,
        batch_size: int | None = None,
        clean: bool = True,
        dimensions: PitchDimensions | None = None,
    ) -> None:
        require_number("confidence", confidence)
        if not 0 < confidence < 1:
            raise UsageError(f"confidence must lie between 0 and 1; got {confidence}.")
        require_batch_size(batch_size)
        self._engine = engine
        self._confidence = confidence
        self._batch_size = batch_size
        self._clean = clean
        self._dimensions = dimensions

    def as_seen(self) -> "HeatmapPitchModel":
        """The same network with its points as they are: for who holds them against the paint."""
        return HeatmapPitchModel(
            self._engine,
            confidence=self._confidence,
            batch_size=self._batch_size,
            clean=False,
        )

    def locate(self, images: Sequence[Image]) -> list[sv.KeyPoints]:
        """Find the vertices in each image; see `PitchModel.locate`."""
        return run_batched(
            self._locate_batch,
            require_pictures(images),
            batch_size=self._batch_size,
            item_bytes=_IMAGE_BYTES,
        )

    def _locate_batch(self, images: Sequence[Image]) -> list[sv.KeyPoints]:
        resized = [cv2.resize(image, INPUT_SIZE) for image in images]
        batch = np.stack(resized).astype(np.uint8, copy=False)
        outputs = self._engine.run(batch)
        fractions, confidence = decode(outputs["heatmaps"], outputs["absent"])
        return [
            self._in_pixels(points, sure, (image.shape[1], image.shape[0]))
            for points, sure, image in zip(fractions, confidence, images, strict=True)
        ]

    def _in_pixels(
        self,
        fractions: Float32,
        confidence: Float32,
        size: tuple[int, int],
    ) -> sv.KeyPoints:
        present = confidence >= self._confidence
        keypoints = sv.KeyPoints(
            xy=(fractions * np.array(size, np.float32) * present[:, None])[None],
            keypoint_confidence=(confidence * present)[None],
        )
        if not self._clean:
            return keypoints
        return cleaned(keypoints, size, dimensions=self._dimensions)


def load_pitch_model(
    name_or_path: str | os.PathLike[str] = "pitch",
    *,
    confidence: float = 0.3,
    batch_size: int | None = None,
    dimensions: PitchDimensions | None = None,
    **runtime: Unpack[Runtime],
) -> HeatmapPitchModel:
    """Load the shipped pitch model, or another of the same shape.

    Args:
        name_or_path: Name of shipped weights, or an ONNX file.
        confidence: Points below this probability are absent.
        batch_size: Images a network call; None is as many as memory allows.
        dimensions: Size of the pitch; 105 x 68 m unless told.
        **runtime: Where and how it runs; see ``Runtime`` of ``touchline.inference``.

    Raises:
        ModelError: The weights are missing or broken, or the device is not there.
        UsageError: An argument is out of its range.
    """
    engine = load_engine(weights.find(name_or_path), **runtime)
    return HeatmapPitchModel(
        engine, confidence=confidence, batch_size=batch_size, dimensions=dimensions
    )
