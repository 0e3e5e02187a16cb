"""A YOLOX-nano of random weights in the layout of the official file."""

from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from training.stored import COCO_CLASSES, fold_batchnorm
from training.yolox import NanoDetector, Unit


def answers(maps: list[Tensor]) -> Tensor:
    """What the official file answers: boxes, then objectness and classes as probabilities."""
    flat = torch.cat([level.flatten(2) for level in maps], 2).transpose(1, 2)
    return torch.cat([flat[..., :4], flat[..., 4:].sigmoid()], -1)


def scatter_statistics(model: nn.Module) -> None:
    """Give each normalisation statistics and weights of its own, as training would."""
    for norm in (unit.norm for unit in model.modules() if isinstance(unit, Unit)):
        norm.running_mean.normal_(0, 0.1)
        norm.running_var.uniform_(0.5, 2)
        nn.init.uniform_(norm.weight, 0.5, 1.5)


class Answering(nn.Module):
    """A detector that answers as the official file does."""

    def __init__(self, model: NanoDetector) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        return answers(self.model(images))


def write_coco(path: Path) -> Path:
    """Write one for COCO's classes, its normalisation folded in, for images of any size."""
    torch.manual_seed(0)
    model = NanoDetector(COCO_CLASSES)
    scatter_statistics(model)
    fold_batchnorm(model)
    whole = Answering(model).eval()
    torch.onnx.export(
        whole,
        (torch.zeros(1, 3, 64, 64),),
        str(path),
        input_names=["images"],
        dynamic_axes={"images": {0: "n", 2: "h", 3: "w"}},
        dynamo=False,
    )
    file = onnx.load(str(path))
    sort_by_layer(file.graph, [name for name, _ in whole.named_parameters()])
    onnx.save(file, str(path))
    return path


def sort_by_layer(graph: onnx.GraphProto, parameters: list[str]) -> None:
    """Put the nodes in the order of the layers, as in the official file."""
    sources = {output: node for node in graph.node for output in node.output}
    convolutions = {node.input[1]: node for node in graph.node if node.op_type == "Conv"}
    done: dict[str, onnx.NodeProto] = {}

    def add(node: onnx.NodeProto) -> None:
        if node.output[0] not in done:
            for name in node.input:
                if name in sources:
                    add(sources[name])
            done[node.output[0]] = node

    for name in parameters:
        if name in convolutions:
            add(convolutions[name])
    for node in graph.node:
        add(node)
    nodes = list(done.values())
    del graph.node[:]
    graph.node.extend(nodes)
