"""The miner of an uploaded folder; with all of the package that it uses it becomes ``miner.py``.

It computes with ONNX Runtime on the CPU only, on a stated number of threads: a checker runs the
folder again on a CPU and holds its boxes against those that were served, and boxes of a GPU lie
elsewhere by a pixel often enough to fail.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from pydantic import BaseModel

from touchline.arrays import Image, Images
from touchline.detection import YoloxDetector
from touchline.pitch import HeatmapPitchModel

THREADS = 2
"""Of a network; the checker has two cores, and allows 16 threads in all."""


class BoundingBox(BaseModel):
    """A box in whole pixels."""

    x1: int
    y1: int
    x2: int
    y2: int
    cls_id: int
    conf: float
    team_id: int | None = None


class TVFrameResult(BaseModel):
    """What is said of a frame; a point that is not seen is (0, 0)."""

    frame_id: int
    boxes: list[BoundingBox]
    keypoints: list[tuple[int, int]]


def in_pixels(found: Any, classes: dict[int, int]) -> list[BoundingBox]:
    """What a detector found, in whole pixels; classes by what they are in the element."""
    corners = np.rint(found.xyxy).astype(int).tolist()
    rows = zip(corners, found.class_id.tolist(), found.confidence.tolist(), strict=True)
    return [
        BoundingBox(x1=x1, y1=y1, x2=x2, y2=y2, cls_id=classes[own], conf=round(score, 4))
        for (x1, y1, x2, y2), own, score in rows
        if own in classes
    ]


def folder_session(path: Path) -> onnxruntime.InferenceSession:
    """A network on the CPU, on the stated number of threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin take from each other what time there is, where cores are shared.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class FolderEngine:
    """A network of the folder under ONNX Runtime on the CPU."""

    device = "onnxruntime:cpu"

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._session = folder_session(path)
        self._outputs = [node.name for node in self._session.get_outputs()]

    def run(self, images: Images) -> dict[str, Any]:
        """Run the network on uint8 (N, H, W, 3) BGR."""
        return dict(zip(self._outputs, self._session.run(None, {"images": images}), strict=True))


class FolderMiner:
    """Answers frames with what the networks of the folder see; in it, it is called ``Miner``.

    Args:
        path_hf_repo: The folder, with ``element.json`` and the networks.
    """

    def __init__(self, path_hf_repo: Path) -> None:
        folder = Path(path_hf_repo)
        element = json.loads((folder / "element.json").read_text())
        self._id = element["id"]
        self._classes = {int(own): int(theirs) for own, theirs in element["classes"].items()}
        self._aside = ThreadPoolExecutor(1)
        self._detector = self._pitch = None
        if self._classes:
            engine = FolderEngine(folder / "players.onnx")
            self._detector = YoloxDetector(
                engine, imgsz=element["imgsz"], batch_size=1, second_look=True
            )
        if element["keypoints"]:
            self._pitch = HeatmapPitchModel(FolderEngine(folder / "pitch.onnx"), batch_size=1)

    def __repr__(self) -> str:
        return f"Touchline for {self._id}"

    def predict_batch(
        self, batch_images: list[Image], offset: int, n_keypoints: int
    ) -> list[TVFrameResult]:
        """Answer images uint8 (H, W, 3) BGR, one result for each, numbered from ``offset``."""
        # Side by side: what either does on one core alone, the other fills.
        looking = self._aside.submit(self._points, batch_images, n_keypoints)
        boxes, points = self._boxes(batch_images), looking.result()
        return [
            TVFrameResult(frame_id=offset + i, boxes=boxes[i], keypoints=points[i])
            for i in range(len(batch_images))
        ]

    def _boxes(self, images: list[Image]) -> list[list[BoundingBox]]:
        if self._detector is None:
            return [[] for _ in images]
        return [in_pixels(found, self._classes) for found in self._detector.detect(images)]

    def _points(self, images: list[Image], count: int) -> list[list[tuple[int, int]]]:
        absent = [(0, 0)] * count
        if self._pitch is None:
            return [absent for _ in images]
        located = [each.xy[0] for each in self._pitch.locate(images)]
        whole = [np.rint(points).astype(int).tolist() for points in located]
        return [[(x, y) for x, y in points][:count] for points in whole]
