"""Networks of the size that operators run on GPUs, with random weights, as ONNX files.

What they compute means nothing; how long it takes does. All take uint8 (N, H, W, 3) BGR, so that
normalising is part of the graph, as in the networks that ship.

- ``detector``: YOLOv8x (Ultralytics; 68.2 M parameters with 80 classes), raw head outputs.
- ``pose``: YOLOv8x-pose with 17 points (69.4 M).
- ``clip``: the image tower of CLIP ViT-B/32 (arXiv:2103.00020; 87.8 M).
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLASSES, POINTS, BINS = 80, 17, 16


class Graph:
    """Nodes and weights of a network that grows; every method returns the name of its output.

    Args:
        height: Of the pictures, pixels.
        width: Likewise.
        scale: 1 is the true architecture; less is as many times narrower, for tests.
    """

    def __init__(self, height: int, width: int, *, scale: float = 1.0) -> None:
        self.scale = scale
        self.parameters = 0
        self._size = (height, width)
        self._rng = np.random.default_rng(0)
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._channels: dict[str, int] = {}

    def node(self, kind: str, *inputs: str, channels: int | None = None, **attributes: Any) -> str:
        """Add an operator of one output."""
        name = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        self._channels[name] = self._channels.get(inputs[0], 0) if channels is None else channels
        return name

    def constant(self, values: np.ndarray) -> str:
        """Add a tensor."""
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values, name))
        return name

    def weight(self, *shape: int) -> str:
        """Add random parameters, small enough for activations to stay finite."""
        self.parameters += math.prod(shape)
        spread = math.prod(shape[1:]) ** -0.5 if len(shape) > 1 else 0.01
        return self.constant((spread * self._rng.standard_normal(shape)).astype(np.float32))

    def picture(self, *, rgb: bool = True) -> str:
        """The input, normalised: float (N, 3, H, W)."""
        given = self.node("Cast", "images", channels=3, to=TensorProto.FLOAT)
        given = self.node("Div", given, self.constant(np.array(255, np.float32)))
        if rgb:
            given = self.node("Gather", given, self.constant(np.array([2, 1, 0])), axis=3)
        return self.node("Transpose", given, channels=3, perm=[0, 3, 1, 2])

    def conv(
        self, x: str, channels: int, kernel: int = 1, stride: int = 1, *, act: bool = True
    ) -> str:
        """A convolution with bias and, unless told, SiLU."""
        weight = self.weight(channels, self._channels[x], kernel, kernel)
        pads = [kernel // 2] * 4
        y = self.node(
            "Conv",
            x,
            weight,
            self.weight(channels),
            channels=channels,
            strides=[stride] * 2,
            pads=pads,
        )
        return self.node("Mul", y, self.node("Sigmoid", y)) if act else y

    def concat(self, *parts: str) -> str:
        """Channels side by side."""
        channels = sum(self._channels[part] for part in parts)
        return self.node("Concat", *parts, channels=channels, axis=1)

    def c2f(self, x: str, channels: int, count: int, *, shortcut: bool) -> str:
        """The block of YOLOv8: halves that are split off after each of its bottlenecks."""
        half = channels // 2
        both = self.conv(x, 2 * half)
        split = self.constant(np.array([half, half]))
        names = [f"half_{len(self._nodes)}_{side}" for side in "ab"]
        self._nodes.append(helper.make_node("Split", [both, split], names, axis=1))
        self._channels |= dict.fromkeys(names, half)
        parts = names
        for _ in range(count):
            y = self.conv(self.conv(parts[-1], half, 3), half, 3)
            parts = [*parts, self.node("Add", parts[-1], y) if shortcut else y]
        return self.conv(self.concat(*parts), channels)

    def sppf(self, x: str, channels: int) -> str:
        """Pooling over three ever larger neighbourhoods."""
        parts = [self.conv(x, channels // 2)]
        for _ in range(3):
            pool = self.node(
                "MaxPool", parts[-1], kernel_shape=[5, 5], pads=[2] * 4, strides=[1, 1]
            )
            parts.append(pool)
        return self.conv(self.concat(*parts), channels)

    def enlarged(self, x: str) -> str:
        """Twice as high and wide."""
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        return self.node("Resize", x, "", scales, mode="nearest")

    def save(self, path: Path, outputs: Sequence[str]) -> Path:
        """Write the network."""
        shape: list[str | int | None] = ["N", *self._size, 3]
        graph = helper.make_graph(
            self._nodes,
            path.stem,
            [helper.make_tensor_value_info("images", TensorProto.UINT8, shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self._weights,
        )
        opset = helper.make_opsetid("", 17)
        onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=10), path)
        return path


def _pyramid(graph: Graph) -> list[str]:
    """Backbone and neck of YOLOv8x: maps at strides 8, 16 and 32."""

    def wide(channels: int) -> int:
        return max(8, int(1.25 * graph.scale * channels) // 8 * 8)

    depth = (3, 6, 6, 3) if graph.scale == 1 else (1, 1, 1, 1)
    x = graph.conv(graph.picture(), wide(64), 3, 2)
    levels = []
    for channels, count in zip((128, 256, 512, 512), depth, strict=True):
        x = graph.c2f(graph.conv(x, wide(channels), 3, 2), wide(channels), count, shortcut=True)
        levels.append(x)
    eight, sixteen = levels[1], levels[2]
    top = graph.sppf(x, wide(512))
    middle = graph.concat(graph.enlarged(top), sixteen)
    middle = graph.c2f(middle, wide(512), depth[0], shortcut=False)
    fine = graph.concat(graph.enlarged(middle), eight)
    fine = graph.c2f(fine, wide(256), depth[0], shortcut=False)
    middle = graph.concat(graph.conv(fine, wide(256), 3, 2), middle)
    middle = graph.c2f(middle, wide(512), depth[0], shortcut=False)
    top = graph.concat(graph.conv(middle, wide(512), 3, 2), top)
    return [fine, middle, graph.c2f(top, wide(512), depth[0], shortcut=False)]


def _head(graph: Graph, x: str, inner: int, outputs: int) -> str:
    inner = max(8, int(inner * graph.scale))
    return graph.conv(graph.conv(graph.conv(x, inner, 3), inner, 3), outputs, act=False)


def detector(graph: Graph) -> list[str]:
    """Boxes and classes at each stride."""
    levels = _pyramid(graph)
    boxes = [_head(graph, x, 80, 4 * BINS) for x in levels]
    return boxes + [_head(graph, x, 320, CLASSES) for x in levels]


def pose(graph: Graph) -> list[str]:
    """Boxes, one class and points at each stride."""
    levels = _pyramid(graph)
    boxes = [_head(graph, x, 80, 4 * BINS) for x in levels]
    classes = [_head(graph, x, 320, 1) for x in levels]
    return boxes + classes + [_head(graph, x, 80, 3 * POINTS) for x in levels]


def clip(graph: Graph) -> list[str]:
    """The embedding (N, 512) of pictures of 224 x 224."""
    heads, layers = (12, 12) if graph.scale == 1 else (2, 1)
    size = 64 * heads
    x = graph.picture()
    patches = graph.weight(size, 3, 32, 32)
    x = graph.node("Conv", x, patches, channels=size, strides=[32, 32])
    x = graph.node("Reshape", x, graph.constant(np.array([0, size, 49])))
    x = graph.node("Transpose", x, perm=[0, 2, 1])
    # The class token: a patch of zeros before the others, then the place of each is added.
    x = graph.node("Pad", x, graph.constant(np.array([0, 1, 0, 0, 0, 0])))
    x = _normed(graph, graph.node("Add", x, graph.weight(50, size)), size)
    for _ in range(layers):
        x = graph.node("Add", x, _attention(graph, _normed(graph, x, size), heads))
        y = _linear(graph, _normed(graph, x, size), size, 4 * size)
        gate = graph.node("Mul", y, graph.constant(np.array(1.702, np.float32)))
        y = graph.node("Mul", y, graph.node("Sigmoid", gate))
        x = graph.node("Add", x, _linear(graph, y, 4 * size, size))
    x = graph.node("Gather", x, graph.constant(np.array(0)), axis=1)
    return [graph.node("MatMul", _normed(graph, x, size), graph.weight(size, 512))]


def _normed(graph: Graph, x: str, size: int) -> str:
    one = graph.constant(np.ones(size, np.float32))
    graph.parameters += size
    return graph.node("LayerNormalization", x, one, graph.weight(size))


def _linear(graph: Graph, x: str, inputs: int, outputs: int) -> str:
    return graph.node(
        "Add", graph.node("MatMul", x, graph.weight(inputs, outputs)), graph.weight(outputs)
    )


def _attention(graph: Graph, x: str, heads: int) -> str:
    size = 64 * heads

    def part(perm: list[int]) -> str:
        split = graph.constant(np.array([0, 50, heads, 64]))
        return graph.node(
            "Transpose", graph.node("Reshape", _linear(graph, x, size, size), split), perm=perm
        )

    query, key, value = part([0, 2, 1, 3]), part([0, 2, 3, 1]), part([0, 2, 1, 3])
    scores = graph.node(
        "Mul", graph.node("MatMul", query, key), graph.constant(np.array(0.125, np.float32))
    )
    mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
    mixed = graph.node("Transpose", mixed, perm=[0, 2, 1, 3])
    mixed = graph.node("Reshape", mixed, graph.constant(np.array([0, 50, size])))
    return _linear(graph, mixed, size, size)


ARCHITECTURES: dict[str, tuple[Callable[[Graph], list[str]], tuple[int, int]]] = {
    "detector": (detector, (736, 1280)),
    "pose": (pose, (384, 640)),
    "clip": (clip, (224, 224)),
}
"""What makes each, and the height and width of its pictures."""
