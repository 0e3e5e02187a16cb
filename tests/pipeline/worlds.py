"""Small fakes for the two networks, and a real video for everything else."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import supervision as sv

from touchline.arrays import Image
from touchline.frame import N_KEYPOINTS

SIZE = (320, 192)
FPS = 25


class BrightSpot:
    """Finds one bright square on a dark field, as a player."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        self.calls.append(len(images))
        return [self._one(image) for image in images]

    def _one(self, image: Image) -> sv.Detections:
        rows, columns = np.nonzero(image[..., 0] > 200)
        if not rows.size:
            return sv.Detections.empty()
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return sv.Detections(
            xyxy=np.array([box], np.float32),
            confidence=np.array([0.9], np.float32),
            class_id=np.array([2]),
        )


class NoPitch:
    """Never finds a pitch."""

    def locate(self, images: Sequence[Image]) -> list[sv.KeyPoints]:
        return [
            sv.KeyPoints(
                xy=np.zeros((1, N_KEYPOINTS, 2), np.float32),
                keypoint_confidence=np.zeros((1, N_KEYPOINTS), np.float32),
            )
            for _ in images
        ]


def textured(seed: int) -> Image:
    """A dark background that optical flow can hold on to."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 120, (SIZE[1] // 8, SIZE[0] // 8, 3), dtype=np.uint8)
    return np.kron(small, np.ones((8, 8, 1), np.uint8))


def make_clip(path: Path, shots: Sequence[int]) -> Path:
    """A square that walks to the right, over another background in each shot."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number, length in enumerate(shots):
            background = textured(number) if number % 2 == 0 else 120 - textured(number)
            for place in range(length):
                image = background.copy()
                left = 40 + 2 * place
                image[80:112, left : left + 16] = 255
                frame = av.VideoFrame.from_ndarray(image, format="bgr24")
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
