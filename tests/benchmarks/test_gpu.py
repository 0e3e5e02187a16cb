"""The benchmark of a GPU, tried on the CPU: every row is there, or says why it is not."""

import numpy as np

from benchmarks.architectures import ARCHITECTURES, Graph
from benchmarks.gpu import rows, write_network
from touchline.inference import load_engine, onnx_runtime


def test_the_true_architectures_have_as_many_parameters_as_they_are_known_for():
    known = {"detector": 68.2, "pose": 69.4, "clip": 87.8}
    for name, (make, (height, width)) in ARCHITECTURES.items():
        graph = Graph(height, width)
        graph.weight = lambda *shape, graph=graph: count(graph, shape)
        make(graph)
        assert abs(graph.parameters / 1e6 - known[name]) < 0.02 * known[name], name


def count(graph: Graph, shape: tuple[int, ...]) -> str:
    """Count parameters without drawing them."""
    graph.parameters += int(np.prod(shape))
    return "counted"


def test_each_network_is_computed_in_batches_by_the_engines_of_the_pipeline(tmp_path):
    for name, (_, (height, width)) in ARCHITECTURES.items():
        path, _ = write_network(name, tmp_path, 0.03)
        pictures = np.random.default_rng(1).integers(0, 256, (2, height, width, 3), np.uint8)
        both = load_engine(path, device="cpu", backend="onnxruntime", threads=1).run(pictures)
        assert all(len(each) == 2 and np.isfinite(each).all() for each in both.values())
        assert any((each[0] != each[1]).any() for each in both.values())


def test_what_is_not_there_is_a_row_that_says_so(tmp_path):
    absent = "cuda" if "cuda" not in onnx_runtime.devices() else "mps"
    found = list(rows([absent], seconds=0, scale=0.03, folder=tmp_path))
    assert [row.network for row in found] == [*ARCHITECTURES]
    assert all("cannot compute on" in row.note for row in found)
    assert f"| {absent} auto | 1 | ONNX Runtime" in found[0].markdown()
