"""The image tower as an ONNX network that takes what Touchline gives: uint8 BGR."""

from typing import Any

import numpy as np

from touchline.arrays import AnyArray, Float32, Int8
from touchline.errors import ModelError
from touchline.verification.clip.architecture import (
    EPSILON,
    HEAD_WIDTH,
    SWISH,
    Affine,
    ImageTower,
    Layer,
)

OUTPUT = "embedding"
MEAN = np.array([0.48145466, 0.4578275, 0.40821073])
"""Mean of red, green and blue, taken off an image in 0..1 (CLIP's own)."""
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711])
"""What red, green and blue are divided by after that."""

_OPSET = 17
_IR = 8


def image_network(tower: ImageTower, *, int8: bool = False) -> bytes:
    """Write a tower as ONNX.

    The network takes ``images``, uint8 (N, size, size, 3) BGR as ``prepare`` makes them, and gives
    ``embedding``, float32 (N, d), not brought to unit length. The normalisation of the colours is
    folded into the convolution that cuts the patches. The last layer computes the class token
    only, because nothing else of it is used.

    Args:
        tower: The weights.
        int8: Store the weights of linear maps as int8 with one scale for each output (symmetric),
            which takes a quarter of the space; they are made float32 again when they are used.

    Raises:
        ModelError: the ``onnx`` package is not there.
    """
    network = _Network(int8=int8)
    x = _tokens(network, tower)
    for layer in tower.layers[:-1]:
        x = _layer(network, layer, x, x)
    first = network.add("Gather", x, network.constant(np.array([0])), axis=1)
    # Normalising before or after the class token is picked is the same: each token is on its own.
    x = _layer(network, tower.layers[-1], x, first)
    x = network.add("Squeeze", _normal(network, tower.after, x), network.constant(np.array([1])))
    network.add("MatMul", x, network.matrix(tower.projection), output=OUTPUT)
    return network.model(tower.image_size, tower.projection.shape[1])


class _Network:
    """Nodes and weights, in the order they are added; values are known by their names."""

    def __init__(self, *, int8: bool) -> None:
        try:
            import onnx
        except ImportError as error:
            raise ModelError(
                'CLIP is converted with the package onnx: pip install "touchline[clip]"'
            ) from error
        self._onnx = onnx
        self._int8 = int8
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"value_{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, array: AnyArray) -> str:
        name = f"weight_{len(self._weights)}"
        array = np.ascontiguousarray(array)
        self._weights.append(self._onnx.numpy_helper.from_array(array, name))
        return name

    def number(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def matrix(self, weight: Float32) -> str:
        """The matrix (in, out) of a linear map, or what makes it of eight bits."""
        if not self._int8:
            return self.constant(weight)
        whole, scale = quantised(weight)
        return self.add("DequantizeLinear", self.constant(whole), self.constant(scale), axis=1)

    def model(self, size: int, wide: int) -> bytes:
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        images = helper.make_tensor_value_info("images", kinds.UINT8, ["N", size, size, 3])
        output = helper.make_tensor_value_info(OUTPUT, kinds.FLOAT, ["N", wide])
        graph = helper.make_graph(self._nodes, "clip", [images], [output], self._weights)
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR)
        content: bytes = model.SerializeToString()
        return content


def quantised(weight: Float32) -> tuple[Int8, Float32]:
    """A matrix (in, out) as int8 (in, out) and a scale (out,): weight is about int8 * scale."""
    scale = np.maximum(np.abs(weight).max(axis=0), np.finfo(np.float32).tiny) / 127
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


def _tokens(network: _Network, tower: ImageTower) -> str:
    """Tokens (N, 1 + patches, width): cut, put behind the class token, placed and normalised."""
    weight, bias = _folded(tower.patches)
    side = tower.patches.shape[2]
    planes = network.add("Transpose", "images", perm=[0, 3, 1, 2])
    x = network.add("Cast", planes, to=network._onnx.TensorProto.FLOAT)
    convolution = [network.constant(weight), network.constant(bias)]
    x = network.add("Conv", x, *convolution, strides=[side] * 2, kernel_shape=[side] * 2)
    x = network.add("Reshape", x, network.constant(np.array([0, tower.width, tower.grid**2])))
    x = network.add("Transpose", x, perm=[0, 2, 1])
    # An empty first row, to which the class token is added together with its position.
    x = network.add("Pad", x, network.constant(np.array([0, 1, 0, 0, 0, 0])))
    placed = tower.positions.copy()
    placed[0] += tower.class_token
    return _normal(network, tower.before, network.add("Add", x, network.constant(placed[None])))


def _folded(patches: Float32) -> tuple[Float32, Float32]:
    """The convolution for BGR in 0..255 that equals ``patches`` for normalised RGB.

    w * ((x / 255 - mean) / deviation) = (w / (255 deviation)) * x - w * mean / deviation
    """
    wide = patches.astype(np.float64)
    scaled = wide / DEVIATION[:, None, None]
    bias = -(scaled * MEAN[:, None, None]).sum(axis=(1, 2, 3))
    return (scaled[:, ::-1] / 255).astype(np.float32), bias.astype(np.float32)


def _layer(network: _Network, layer: Layer, x: str, own: str) -> str:
    """One layer: tokens ``own`` (N, m, width) look at tokens ``x`` (N, n, width)."""
    seen = _attention(network, layer, x, own)
    x = network.add("Add", own, seen)
    wide = _linear(network, layer.widen, _normal(network, layer.norm2, x))
    gate = network.add("Sigmoid", network.add("Mul", wide, network.number(SWISH)))
    return network.add("Add", x, _linear(network, layer.narrow, network.add("Mul", wide, gate)))


def _attention(network: _Network, layer: Layer, x: str, own: str) -> str:
    everybody = _normal(network, layer.norm1, x)
    asking = everybody if own == x else _normal(network, layer.norm1, own)
    # A power of two: folding it into the query changes no digit.
    scale = np.float32(HEAD_WIDTH**-0.5)
    scaled = Affine(layer.query.weight * scale, layer.query.bias * scale)
    query = _heads(network, _linear(network, scaled, asking), [0, 2, 1, 3])
    key = _heads(network, _linear(network, layer.key, everybody), [0, 2, 3, 1])
    value = _heads(network, _linear(network, layer.value, everybody), [0, 2, 1, 3])
    share = network.add("Softmax", network.add("MatMul", query, key), axis=-1)
    seen = network.add("Transpose", network.add("MatMul", share, value), perm=[0, 2, 1, 3])
    joined = network.add("Reshape", seen, network.constant(np.array([0, 0, len(layer.out.bias)])))
    return _linear(network, layer.out, joined)


def _heads(network: _Network, x: str, order: list[int]) -> str:
    split = network.add("Reshape", x, network.constant(np.array([0, 0, -1, HEAD_WIDTH])))
    return network.add("Transpose", split, perm=order)


def _linear(network: _Network, part: Affine, x: str) -> str:
    return network.add(
        "Add", network.add("MatMul", x, network.matrix(part.weight)), network.constant(part.bias)
    )


def _normal(network: _Network, part: Affine, x: str) -> str:
    weights = network.constant(part.weight), network.constant(part.bias)
    return network.add("LayerNormalization", x, *weights, axis=-1, epsilon=EPSILON)
