import numpy as np
import pytest

from tests.inference.networks import write_means
from touchline.errors import ModelError
from touchline.inference.foreign import ForeignNetwork
from touchline.inference.onnx_runtime import devices


def test_what_comes_out_is_what_the_file_computes(tmp_path):
    network = ForeignNetwork(write_means(tmp_path / "means.onnx"))
    images = np.arange(24, dtype=np.uint8).reshape(1, 2, 4, 3)
    (means,) = network.run({"images": images})
    assert means == pytest.approx(images.reshape(1, -1, 3).mean(axis=1), abs=1e-4)


def test_a_device_that_this_build_knows_and_this_machine_lacks_leaves_auto_on_the_cpu(
    tmp_path, monkeypatch
):
    if "cuda" in devices():
        pytest.skip("CUDA is there")
    monkeypatch.setattr("touchline.inference.onnx_runtime.devices", lambda: ["cpu", "cuda"])
    path = write_means(tmp_path / "means.onnx")
    assert ForeignNetwork(path).device == "onnxruntime:cpu"
    with pytest.raises(ModelError):
        ForeignNetwork(path, device="cuda")


def test_a_file_that_is_no_network_is_refused_whatever_devices_there_are(tmp_path):
    path = tmp_path / "none.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(ModelError, match="none"):
        ForeignNetwork(path)
