"""Videos for measuring batches, good and bad in ten ways, and networks that cost nothing."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import supervision as sv

from touchline.arrays import Image
from touchline.frame import N_KEYPOINTS

SIZE = (320, 192)
LEAN = {
    "detector": "benchmarks.batch_inputs:Squares",
    "pitch_model": "benchmarks.batch_inputs:NoPitch",
    "verify": "off",
    "teams": "off",
}
"""Settings by which a batch of such videos costs decoding and writing alone."""


class Squares:
    """Finds each bright square of a picture, as a player."""

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        """See ``touchline.Detector``."""
        return [_squares(image) for image in images]


class NoPitch:
    """Never finds a pitch."""

    def locate(self, images: Sequence[Image]) -> list[sv.KeyPoints]:
        """See ``touchline.PitchModel``."""
        xy = np.zeros((1, N_KEYPOINTS, 2), np.float32)
        return [sv.KeyPoints(xy=xy, keypoint_confidence=xy[..., 0]) for _ in images]


def make_video(path: Path, frames: int, *, seed: int = 0) -> Path:
    """Four squares that walk over noise, 25 frames a second."""
    background = np.random.default_rng(seed).integers(0, 120, (*SIZE[::-1], 3), dtype=np.uint8)
    background = cv2.blur(background, (9, 9))  # type: ignore[assignment]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for place in range(frames):
            image = background.copy()
            for person in range(4):
                left, top = (40 + (1 + person) * place + 60 * person) % 300, 10 + 45 * person
                image[top : top + 24, left : left + 12] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def _sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _tiny(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="bgr24")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _cut_off(path: Path) -> None:
    whole = make_video(path.with_name(f"whole-{path.name}"), 12).read_bytes()
    path.with_name(f"whole-{path.name}").unlink()
    path.write_bytes(whole[: len(whole) // 2])  # its index stands at the end


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda path: path.write_text("no video"), "not a readable video"),
    "empty": (lambda path: path.touch(), "empty"),
    "missing": (lambda path: None, "no such file"),
    "cut-off": (_cut_off, "not a readable video"),
    "sound": (_sound, "no video, only other data"),
    "tiny": (_tiny, "at least 32 px"),
    "pipe": (os.mkfifo, "a pipe"),
    "playlist": (lambda path: path.write_text("#EXTM3U\n#EXTINF:1,\nx.ts\n"), ""),
    "link": (lambda path: path.symlink_to(path.name), "cannot be read"),
    "unreachable": (lambda path: None, "cannot be fetched"),
}
"""How each kind of bad input is made, and words of what is to be said of it."""


def _squares(image: Image) -> sv.Detections:
    bright = (image[..., 0] > 200).astype(np.uint8)
    left, top, width, height = cv2.connectedComponentsWithStats(bright)[2][1:, :4].T
    boxes = np.stack([left, top, left + width, top + height], axis=1).astype(np.float32)
    boxes = boxes[(width > 4) & (height > 4)]
    ones = np.ones(len(boxes))
    return sv.Detections(boxes, confidence=0.9 * ones, class_id=2 * ones.astype(int))
