from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

import onnxruntime  # noqa: E402

from training.detector.shipped import (  # noqa: E402
    OUTPUTS,
    TOLERANCE,
    export,
    largest_difference,
    load_average,
)
from training.yolox import NanoDetector  # noqa: E402


@pytest.fixture(scope="module")
def detector() -> NanoDetector:
    torch.manual_seed(0)
    return NanoDetector().eval()


@pytest.fixture(scope="module")
def exported(detector: NanoDetector, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "players.onnx"
    export(detector, path)
    return path


def test_the_file_computes_what_the_network_does(detector: NanoDetector, exported: Path):
    assert largest_difference(detector, exported) < TOLERANCE


def test_the_file_takes_decoded_images_of_any_size_and_number(exported: Path):
    session = onnxruntime.InferenceSession(str(exported))
    entry = session.get_inputs()[0]
    assert (entry.name, entry.type) == ("images", "tensor(uint8)")
    maps = session.run(OUTPUTS, {"images": np.zeros((3, 96, 160, 3), np.uint8)})
    assert [level.shape for level in maps] == [(3, 9, 12, 20), (3, 9, 6, 10), (3, 9, 3, 5)]


def test_scores_are_probabilities(exported: Path):
    session = onnxruntime.InferenceSession(str(exported))
    images = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), np.uint8)
    for level in session.run(OUTPUTS, {"images": images}):
        assert ((level[:, 4:] >= 0) & (level[:, 4:] <= 1)).all()


def test_the_average_of_a_checkpoint_is_what_is_exported(tmp_path: Path):
    average = NanoDetector()
    torch.save({"average": average.state_dict(), "steps": 1}, tmp_path / "last.pt")
    loaded = load_average(tmp_path / "last.pt")
    assert not loaded.training
    assert torch.equal(loaded.heads[0].box.weight, average.heads[0].box.weight)
