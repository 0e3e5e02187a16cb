"""Exported YOLOX networks begin with one convolution, trained ones with a sorting of pixels.

`python -m training.stem FILE` rewrites a file in place; the exports do so by themselves.

In training the stem sorts each 2x2 block of pixels into 12 channels and convolves those by 3x3. A
convolution of the pixels themselves by 6x6, in steps of two, adds up the same products. Engines
compute the sorting in plain code, five passes over the picture: a sixth of the detector's time.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import GraphProto, NodeProto, helper, numpy_helper

Kernel = npt.NDArray[np.float32]


def merged(kernel: Kernel) -> Kernel:
    """The kernel (n, 3, 6, 6) over pixels that does what one (n, 12, 3, 3) does over blocks.

    The blocks' channels are sorted as in `training.yolox.Focus`: by column, row, then colour.
    """
    columns_first = kernel.reshape(-1, 2, 2, 3, 3, 3)
    return columns_first.transpose(0, 3, 4, 2, 5, 1).reshape(-1, 3, 6, 6).copy()


def parted(kernel: Kernel) -> Kernel:
    """The kernel (n, 12, 3, 3) over blocks that `merged` made this one (n, 3, 6, 6) of."""
    rows_first = kernel.reshape(-1, 3, 3, 2, 3, 2)  # colour, row, row in block, column, ...
    return rows_first.transpose(0, 5, 3, 1, 2, 4).reshape(-1, 12, 3, 3).copy()


def merge_stem(path: Path) -> None:
    """Rewrite an ONNX file so that its stem is one convolution; what it computes stays the same.

    Raises ValueError when it does not begin as `training.yolox.Focus` is exported.
    """
    model = onnx.load(str(path))
    graph = model.graph
    convolution, joined = _stem(graph, path)
    pixels = _source(graph, joined)
    stored = next(each for each in graph.initializer if each.name == convolution.input[1])
    kernel = merged(numpy_helper.to_array(stored))
    stored.CopyFrom(numpy_helper.from_array(kernel, stored.name))
    whole = helper.make_node(
        "Conv",
        [pixels, *convolution.input[1:]],
        list(convolution.output),
        name=convolution.name,
        kernel_shape=[6, 6],
        strides=[2, 2],
        pads=[2, 2, 2, 2],
    )
    nodes = [whole if node is convolution else node for node in graph.node]
    needed = list(_needed(nodes, [output.name for output in graph.output]))
    del graph.node[:]
    graph.node.extend(reversed(needed))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _stem(graph: GraphProto, path: Path) -> tuple[NodeProto, NodeProto]:
    """The first convolution and the joining of the four parts before it."""
    convolution = next((node for node in graph.node if node.op_type == "Conv"), None)
    made_by = {node.output[0]: node for node in graph.node}
    joined = convolution and made_by.get(convolution.input[0])
    if not convolution or not joined or joined.op_type != "Concat" or len(joined.input) != 4:
        raise ValueError(f"{path} does not begin with the sorting of pixels that YOLOX has.")
    return convolution, joined


def _source(graph: GraphProto, joined: NodeProto) -> str:
    """The name of what the four parts were sliced from."""
    slices = {node.output[0]: node for node in graph.node if node.op_type == "Slice"}
    name: str = joined.input[0]
    while name in slices:
        name = slices[name].input[0]
    return name


def _needed(nodes: list[NodeProto], outputs: list[str]) -> Iterator[NodeProto]:
    """The nodes that the outputs depend on, last first."""
    wanted = set(outputs)
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            yield node


def main() -> None:
    """Rewrite the files named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    for path in parser.parse_args().files:
        merge_stem(path)
        print(f"{path}: the stem is one convolution now")


if __name__ == "__main__":
    main()
