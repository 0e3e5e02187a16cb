from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

import onnxruntime  # noqa: E402

from training.stem import merge_stem, merged, parted  # noqa: E402
from training.yolox import Focus  # noqa: E402

IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 3, 32, 48)).astype(np.float32)


@pytest.fixture
def stem(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "stem.onnx"
    torch.onnx.export(
        Focus(16).eval(),
        (torch.zeros(1, 3, 32, 48),),
        str(path),
        input_names=["images"],
        output_names=["features"],
        dynamic_axes={"images": {0: "n", 2: "h", 3: "w"}},
        opset_version=17,
        dynamo=False,
    )
    return path


def features(path: Path) -> np.ndarray:
    return onnxruntime.InferenceSession(str(path)).run(None, {"images": IMAGES})[0]


def kinds(path: Path) -> list[str]:
    return [node.op_type for node in onnx.load(str(path)).graph.node]


def test_a_merged_stem_computes_the_same_and_sorts_nothing(stem: Path):
    before = features(stem)
    assert "Slice" in kinds(stem)
    merge_stem(stem)
    np.testing.assert_allclose(features(stem), before, rtol=1e-4, atol=1e-3)
    assert kinds(stem) == ["Conv", "Sigmoid", "Mul"]


def test_a_file_without_such_a_stem_is_refused_and_stays_as_it_is(stem: Path):
    merge_stem(stem)
    whole = stem.read_bytes()
    with pytest.raises(ValueError, match="does not begin"):
        merge_stem(stem)
    assert stem.read_bytes() == whole


def test_parting_a_merged_kernel_gives_the_kernel_over_blocks_again():
    kernel = np.random.default_rng(0).normal(size=(16, 12, 3, 3)).astype(np.float32)
    np.testing.assert_array_equal(parted(merged(kernel)), kernel)
