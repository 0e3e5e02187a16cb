"""The miner of a folder with a detector that its operator brings; see ``miner``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from touchline.arrays import AnyArray, Image
from touchline.detection import AddedDetector, AddedModel
from touchline.inference import port_of
from touchline.turbovision.packing.miner import TVFrameResult, folder_session, in_pixels


class OwnNetwork:
    """A network of the folder, whatever its inputs and outputs are called."""

    device = "onnxruntime:cpu"

    def __init__(self, path: Path) -> None:
        self._session = folder_session(path)
        self.inputs = [port_of(node) for node in self._session.get_inputs()]
        self.outputs = [port_of(node) for node in self._session.get_outputs()]

    def run(self, feeds: Mapping[str, AnyArray]) -> list[AnyArray]:
        """What comes out, in the order of ``outputs``."""
        results: list[AnyArray] = self._session.run(None, dict(feeds))
        return results


class OwnMiner:
    """Answers frames with what that network sees; in the folder it is called ``Miner``.

    Args:
        path_hf_repo: The folder, with ``element.json`` and ``detector.onnx``.
    """

    def __init__(self, path_hf_repo: Path) -> None:
        folder = Path(path_hf_repo)
        element = json.loads((folder / "element.json").read_text())
        numbers = element["numbers"]
        self._id, self._classes = element["id"], {number: number for number in numbers.values()}
        entry = AddedModel(
            name="detector", layout=element["layout"], classes=element["names"], sha256=""
        )
        network: Any = OwnNetwork(folder / "detector.onnx")
        self._detector = AddedDetector(network, entry, numbers=numbers)

    def __repr__(self) -> str:
        return f"Touchline for {self._id}"

    def predict_batch(
        self, batch_images: list[Image], offset: int, n_keypoints: int
    ) -> list[TVFrameResult]:
        """Answer images uint8 (H, W, 3) BGR, one result for each, numbered from ``offset``."""
        absent = [(0, 0)] * n_keypoints
        return [
            TVFrameResult(
                frame_id=offset + i, boxes=in_pixels(found, self._classes), keypoints=absent
            )
            for i, found in enumerate(self._detector.detect(batch_images))
        ]
