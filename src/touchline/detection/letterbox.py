"""Fitting frames of any size to a network that wants multiples of 32."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Self

import cv2
import numpy as np

from touchline.arrays import Float32, Image, Images
from touchline.errors import UsageError

STRIDE = 32
PADDING = 114
NATIVE_LIMIT = 1920
SIZE_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A frame scaled alike on both axes, at the top left of a canvas padded with grey.

    Attributes:
        frame: Width and height of the frame in pixels.
        scale: Canvas pixels for each frame pixel.
        inner: Width and height of the scaled frame.
        canvas: Width and height of the canvas: ``inner`` rounded up to multiples of 32.
    """

    frame: tuple[int, int]
    scale: float
    inner: tuple[int, int]
    canvas: tuple[int, int]

    @classmethod
    def fit(cls, frame: tuple[int, int], imgsz: int | tuple[int, int] | None) -> Self:
        """Plan for frames of one size.

        Args:
            frame: Width and height in pixels.
            imgsz: The longer side at most, or the (width, height) to fit into; None is 1920.
                Frames are never enlarged: on clips of 640 and 848 pixels that found no more
                people, and missed some, at a multiple of the cost.
        """
        scale = _scale(frame, imgsz)
        inner = (max(1, round(frame[0] * scale)), max(1, round(frame[1] * scale)))
        return cls(frame, scale, inner, (_round_up(inner[0]), _round_up(inner[1])))

    def pack(self, images: Sequence[Image]) -> Images:
        """Images uint8 (H, W, 3) of the planned size to a batch uint8 (N, h, w, 3)."""
        width, height = self.canvas
        batch = np.empty((len(images), height, width, 3), np.uint8)
        batch[:, self.inner[1] :] = PADDING
        batch[:, :, self.inner[0] :] = PADDING
        for canvas, image in zip(batch, images, strict=True):
            target = canvas[: self.inner[1], : self.inner[0]]
            if self.inner == self.frame:
                target[:] = image
            else:
                cv2.resize(image, self.inner, dst=target, interpolation=cv2.INTER_LINEAR)
        return batch

    def to_frame(self, xyxy: Float32) -> Float32:
        """Boxes (n, 4) from pixels of the canvas to pixels of the frame, clipped to it."""
        limits = np.array(self.frame * 2, np.float32)
        return np.asarray(np.clip(xyxy / np.float32(self.scale), 0, limits), np.float32)


def require_imgsz(imgsz: int | tuple[int, int] | None) -> None:
    """Refuse sizes outside of 32 to 4096 pixels with a ``UsageError``."""
    sides = imgsz if isinstance(imgsz, tuple) and len(imgsz) == 2 else (imgsz,)
    fit = [
        isinstance(side, Integral) and not isinstance(side, bool) and STRIDE <= side <= SIZE_LIMIT
        for side in sides
    ]
    if imgsz is not None and not all(fit):
        raise UsageError(
            f"imgsz is a longer side or a (width, height) of {STRIDE} to {SIZE_LIMIT} pixels, "
            f"or None for the frame's own size; got {imgsz!r}."
        )


def _scale(frame: tuple[int, int], imgsz: int | tuple[int, int] | None) -> float:
    if isinstance(imgsz, tuple):
        return min(1.0, imgsz[0] / frame[0], imgsz[1] / frame[1])
    return min(1.0, (NATIVE_LIMIT if imgsz is None else imgsz) / max(frame))


def _round_up(side: int) -> int:
    return -(-side // STRIDE) * STRIDE
