"""What a GPU would be told, and its path of data, on the CPU: no GPU has been seen."""

import numpy as np
import onnxruntime as ort

from tests.inference.networks import write_detector
from touchline.inference.onnx_runtime import PROVIDERS, bound, provider_options


def test_operators_are_offered_to_the_device_first_and_to_the_cpu_last():
    for device, provider in PROVIDERS.items():
        chain = [name for name, _ in provider_options(device, precision="auto", cache=None)]
        assert chain[0] == provider
        assert chain[-1] == PROVIDERS["cpu"]
    named = [name for name, _ in provider_options("tensorrt", precision="auto", cache=None)]
    assert named[1] == PROVIDERS["cuda"]


def test_tensorrt_keeps_what_it_built_and_takes_half_precision_where_it_is_wanted(tmp_path):
    (_, options), *_ = provider_options("tensorrt", precision="f16", cache=tmp_path)
    assert options["trt_fp16_enable"] == "True"
    assert options["trt_engine_cache_enable"] == options["trt_timing_cache_enable"] == "True"
    assert options["trt_engine_cache_path"] == str(tmp_path)
    (_, options), *_ = provider_options("tensorrt", precision="auto", cache=None)
    assert options == {"trt_fp16_enable": "False"}


def test_a_bound_run_answers_as_a_plain_one(tmp_path):
    path = write_detector(tmp_path / "made.onnx")
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_outputs()]
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 96, 3), np.uint8)
    plain = session.run(names, {"images": images})
    for one, other in zip(plain, bound(session, images[:, ::1], names), strict=True):
        np.testing.assert_array_equal(one, other)
