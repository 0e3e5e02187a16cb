"""Small networks made on the spot, with the inputs and outputs of the shipped ones."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 9


def write_detector(path: Path, *, strides=(8, 16, 32), seed=0) -> Path:
    """A detector of random weights: uint8 (N, H, W, 3) to three maps (N, 9, h, w)."""
    rng = np.random.default_rng(seed)
    nodes = [*_to_float(), *(node for s in strides for node in _level(s))]
    weights = [
        numpy_helper.from_array(
            (rng.normal(size=(CHANNELS, 3, s, s)) / (s * 60)).astype(np.float32), f"weight_{s}"
        )
        for s in strides
    ]
    outputs = [
        _value(f"stride_{s}", TensorProto.FLOAT, ["N", CHANNELS, f"h{s}", f"w{s}"]) for s in strides
    ]
    split = numpy_helper.from_array(np.array([4, CHANNELS - 4], np.int64), "split")
    return write(path, nodes, [_images()], outputs, [*weights, split])


def write_means(path: Path, *, height="H", width="W") -> Path:
    """The mean of each colour: uint8 (N, H, W, 3) to ``means`` (N, 3)."""
    nodes = [
        *_to_float(),
        helper.make_node("ReduceMean", ["planes"], ["means"], axes=[2, 3], keepdims=0),
    ]
    images = _images(height=height, width=width)
    return write(path, nodes, [images], [_value("means", TensorProto.FLOAT, ["N", 3])], [])


def write_float_network(path: Path) -> Path:
    """A network that takes what most detectors take, and Touchline does not give."""
    node = helper.make_node("Relu", ["data"], ["out"])
    shape = ["N", 3, "H", "W"]
    inputs = [_value("data", TensorProto.FLOAT, shape)]
    return write(path, [node], inputs, [_value("out", TensorProto.FLOAT, shape)], [])


def write(path, nodes, inputs, outputs, weights) -> Path:
    graph = helper.make_graph(nodes, "made", inputs, outputs, weights)
    opset = helper.make_opsetid("", 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    return path


def _to_float():
    return [
        helper.make_node("Transpose", ["images"], ["whole"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["whole"], ["planes"], to=TensorProto.FLOAT),
    ]


def _level(stride):
    raw, box, rest, score = (f"{name}_{stride}" for name in ("raw", "box", "rest", "score"))
    return [
        helper.make_node(
            "Conv",
            ["planes", f"weight_{stride}"],
            [raw],
            strides=[stride] * 2,
            kernel_shape=[stride] * 2,
        ),
        helper.make_node("Split", [raw, "split"], [box, rest], axis=1),
        helper.make_node("Sigmoid", [rest], [score]),
        helper.make_node("Concat", [box, score], [f"stride_{stride}"], axis=1),
    ]


def _images(height="H", width="W"):
    return _value("images", TensorProto.UINT8, ["N", height, width, 3])


def _value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)
