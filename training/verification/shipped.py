"""The verifier as Touchline ships it: calibrated probabilities, as an ONNX file.

Input `images` uint8 (N, 64, 96, 3) BGR as `touchline.verification.student.crop` cuts them, output
`probabilities` float32 (N, 6). Weights are stored in half precision and computed with as float32.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from touchline.verification.labels import Label
from touchline.verification.student import OUTPUT, PANEL
from training.verification.model import StudentNet

SAMPLES = 64
TOLERANCE = 1e-3
"""Half precision of the weights moves a probability by up to 3e-4."""


@dataclass(frozen=True)
class Calibration:
    """What turns logits into probabilities that hold.

    `temperature` divides them (Guo et al., arXiv:1706.04599). `keepers` multiplies the odds of a
    goalkeeper, who is seen more often in training than on a pitch.
    """

    temperature: float = 1.0
    keepers: float = 1.0


class Shipped(nn.Module):
    """A verifier that takes crops as they are cut and gives calibrated probabilities.

    Args:
        net: The network.
        calibration: What is done to its logits.
    """

    shift: Tensor

    def __init__(self, net: StudentNet, calibration: Calibration) -> None:
        super().__init__()
        self.net, self.temperature = net, calibration.temperature
        shift = torch.zeros(len(Label))
        shift[Label.GOALKEEPER] = math.log(calibration.keepers)
        self.register_buffer("shift", shift)

    def forward(self, images: Tensor) -> Tensor:
        """uint8 (N, 64, 96, 3) BGR to probabilities float32 (N, 6)."""
        logits: Tensor = self.net(images.permute(0, 3, 1, 2).float())
        return ((logits + self.shift) / self.temperature).softmax(1)


def export(net: StudentNet, path: Path, calibration: Calibration) -> None:
    """Write ONNX to `path`; batch normalisation is folded on the way."""
    images = torch.zeros(1, PANEL[0], 2 * PANEL[1], 3, dtype=torch.uint8)
    torch.onnx.export(
        Shipped(net, calibration).eval(),
        (images,),
        str(path),
        input_names=["images"],
        output_names=[OUTPUT],
        dynamic_axes={"images": {0: "n"}, OUTPUT: {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(path)
    store_half(model.graph)
    onnx.save(model, path)


def store_half(graph: onnx.GraphProto) -> None:
    """Store weights in half precision, with a Cast to float32 each, in place."""
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.ndim < 2 or values.dtype != np.float32:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        cast = helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT)
        graph.node.insert(0, cast)


def largest_difference(net: StudentNet, path: Path, calibration: Calibration) -> float:
    """Largest difference of a probability between the network and the file on soft patterns.

    Noise would not do: any verifier is so sure that it is nothing that no difference shows.
    """
    coarse = np.random.default_rng(0).integers(0, 256, (SAMPLES, 8, 12, 3), np.uint8)
    size = 2 * PANEL[1], PANEL[0]
    images = np.stack([cv2.resize(each, size) for each in coarse]).astype(np.uint8)
    with torch.no_grad():
        ours = Shipped(net, calibration).eval()(torch.from_numpy(images)).numpy()
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return float(np.abs(ours - session.run([OUTPUT], {"images": images})[0]).max())
