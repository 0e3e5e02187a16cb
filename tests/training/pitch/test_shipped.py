import numpy as np
import pytest

torch = pytest.importorskip("torch")
ort = pytest.importorskip("onnxruntime")

from training.pitch.model import PitchModel  # noqa: E402
from training.pitch.shipped import load_average, write  # noqa: E402


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return PitchModel().eval()


def test_the_file_keeps_the_contract(model, tmp_path):
    path = tmp_path / "pitch.onnx"
    write(model, path)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    assert (given.name, given.type, given.shape[1:]) == ("images", "tensor(uint8)", [384, 640, 3])
    outputs = session.run(None, {"images": np.zeros((3, 384, 640, 3), np.uint8)})
    assert [out.name for out in session.get_outputs()] == ["heatmaps", "absent"]
    assert [out.shape for out in outputs] == [(3, 32, 96, 160), (3, 32)]
    assert [path.name for path in tmp_path.iterdir()] == ["pitch.onnx"]


def test_the_averaged_weights_of_a_checkpoint_are_read(model, tmp_path):
    path = tmp_path / "last.pt"
    torch.save({"average": model.state_dict(), "model": {}}, path)
    read = load_average(path)
    torch.testing.assert_close(read.exact.weight, model.exact.weight)
