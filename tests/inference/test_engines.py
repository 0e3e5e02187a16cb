import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.inference.networks import (
    write_detector,
    write_float_network,
    write_means,
)
from touchline.errors import ModelError, UsageError
from touchline.inference import load_engine
from touchline.inference.engine import is_out_of_memory

BACKENDS = ["openvino", "onnxruntime"]


@pytest.fixture(scope="module")
def detector_file(tmp_path_factory):
    return write_detector(tmp_path_factory.mktemp("weights") / "made.onnx")


@pytest.fixture(scope="module")
def engines(detector_file):
    return {
        backend: load_engine(detector_file, backend=backend, precision="f32", device="cpu")
        for backend in BACKENDS
    }


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_both_runtimes_give_the_same_answer(engines):
    images = noise(3, 64, 96, 3)
    first, second = (engine.run(images) for engine in engines.values())
    assert first.keys() == second.keys() == {"stride_8", "stride_16", "stride_32"}
    assert first["stride_8"].shape == (3, 9, 8, 12)
    for name, answer in first.items():
        assert answer.dtype == np.float32
        np.testing.assert_allclose(answer, second[name], atol=1e-4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_neighbours_in_a_batch_do_not_change_an_answer(engines, backend):
    images = noise(8, 64, 64, 3)
    together = engines[backend].run(images)
    for i in range(len(images)):
        alone = engines[backend].run(images[i : i + 1])
        for name, answer in alone.items():
            np.testing.assert_array_equal(answer[0], together[name][i])


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_images_give_no_rows(engines, backend):
    answer = engines[backend].run(noise(0, 64, 64, 3))
    assert {name: rows.shape for name, rows in answer.items()}["stride_8"] == (0, 9, 8, 8)


@pytest.mark.parametrize("backend", BACKENDS)
def test_images_of_another_size_are_welcome_at_any_time(engines, backend):
    for side in (32, 64, 96, 128, 160, 192, 32):
        assert engines[backend].run(noise(1, side, 32, 3))["stride_32"].shape[2] == side // 32


@pytest.mark.parametrize("backend", BACKENDS)
def test_threads_may_share_an_engine(engines, backend):
    batches = [noise(3, 64, 32 * (1 + i % 3), 3, seed=i) for i in range(12)]
    alone = [engines[backend].run(batch)["stride_8"] for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(lambda batch: engines[backend].run(batch)["stride_8"], batches))
    for one, other in zip(alone, shared, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("backend", BACKENDS)
def test_images_that_cannot_be_written_are_only_read(engines, backend):
    images = noise(2, 64, 64, 3)
    before = images.copy()
    images.flags.writeable = False
    engines[backend].run(images)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 64, 64, 3), np.float32),
        np.zeros((64, 64, 3), np.uint8),
        np.zeros((1, 3, 64, 64), np.uint8),
    ],
)
def test_other_images_are_refused_with_what_is_allowed(engines, backend, images):
    with pytest.raises(UsageError, match=r"uint8 \(any, any, any, 3\)"):
        engines[backend].run(images)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_network_of_a_fixed_size_refuses_another_one(tmp_path, backend):
    engine = load_engine(write_means(tmp_path / "fixed.onnx", height=64, width=96), backend=backend)
    assert engine.run(noise(2, 64, 96, 3))["means"].shape == (2, 3)
    with pytest.raises(UsageError, match=r"\(any, 64, 96, 3\); got uint8 \(2, 64, 64, 3\)"):
        engine.run(noise(2, 64, 64, 3))


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_runtime_cannot_compute_is_a_model_error(engines, backend):
    with pytest.raises(ModelError, match="made failed on"):
        engines[backend].run(noise(1, 4, 4, 3))  # smaller than a kernel


def test_an_engine_says_what_it_is(engines):
    assert [(e.name, e.device) for e in engines.values()] == [
        ("made", "openvino:cpu"),
        ("made", "onnxruntime:cpu"),
    ]


def test_bfloat16_stays_close_to_float32(detector_file, engines):
    images = noise(1, 64, 64, 3)
    exact = engines["openvino"].run(images)
    for name, answer in load_engine(detector_file, device="cpu").run(images).items():
        np.testing.assert_allclose(answer, exact[name], atol=0.1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_thread_is_enough(detector_file, backend):
    engine = load_engine(detector_file, backend=backend, threads=1)
    assert len(engine.run(noise(3, 32, 32, 3))["stride_32"]) == 3


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_missing_file_is_named(tmp_path, backend):
    with pytest.raises(ModelError, match=r"no weights file .*absent\.onnx"):
        load_engine(tmp_path / "absent.onnx", backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_corrupt_file_is_named(tmp_path, detector_file, backend):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(detector_file.read_bytes()[:500])
    with pytest.raises(ModelError, match=r"broken\.onnx cannot be read as an ONNX network"):
        load_engine(broken, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_network_of_other_inputs_is_refused_with_both_shapes(tmp_path, backend):
    path = write_float_network(tmp_path / "float.onnx")
    with pytest.raises(ModelError, match=r"images uint8 \(N, H, W, 3\).*it has data float"):
        load_engine(path, backend=backend)


def test_either_runtime_is_the_cpu_and_onnx_runtime_the_rest(detector_file):
    assert load_engine(detector_file).device in ("openvino:cpu", "onnxruntime:cpu")
    with pytest.raises(ModelError, match="OpenVINO computes on 'cpu' only"):
        load_engine(detector_file, device="cuda", backend="openvino")


def test_a_device_that_is_not_there_is_refused_with_those_that_are(detector_file):
    from touchline.inference.onnx_runtime import devices

    absent = next(d for d in ("tensorrt", "mps", "cuda") if d not in devices())
    with pytest.raises(ModelError, match="its build knows cpu"):
        load_engine(detector_file, device=absent)


def test_auto_falls_on_a_device_that_works(detector_file):
    assert load_engine(detector_file).run(noise(1, 32, 32, 3))["stride_32"].shape == (1, 9, 1, 1)


def test_auto_still_reports_a_bad_file(tmp_path):
    bad = tmp_path / "bad.onnx"
    bad.write_text("not a network")
    with pytest.raises(ModelError, match=r"bad\.onnx"):
        load_engine(bad)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("device", "gpu"), ("backend", "torch"), ("threads", 0), ("precision", "int4")],
)
def test_an_unknown_argument_is_refused_with_what_is_allowed(detector_file, argument, value):
    with pytest.raises(UsageError, match=f"{argument} is .*; got '?{value}"):
        load_engine(detector_file, **{argument: value})


@pytest.mark.parametrize(
    "text",
    [
        "CUDA error: out of memory",
        "Failed to allocate memory for requested buffer of size 123",
        "std::bad_alloc",
        "CUDNN_STATUS_ALLOC_FAILED",
    ],
)
def test_every_runtime_says_out_of_memory_in_its_own_words(text):
    assert is_out_of_memory(RuntimeError(text))
    assert not is_out_of_memory(RuntimeError("invalid argument"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_forked_process_is_told_to_load_its_own_network_and_can(detector_file, backend):
    program = (
        "import os, sys, numpy as np\n"
        "from touchline.errors import ModelError\n"
        "from touchline.inference import load_engine\n"
        "images = np.zeros((2, 64, 64, 3), np.uint8)\n"
        "def load(): return load_engine(sys.argv[1], backend=sys.argv[2], device='cpu')\n"
        "engine = load()\n"
        "engine.run(images)\n"
        "child = os.fork()\n"
        "if child:\n"
        "    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "try:\n"
        "    engine.run(images)\n"
        "except ModelError as error:\n"
        "    load().run(images)\n"
        "    print(error, flush=True)\n"
        "os._exit(0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(detector_file), backend],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert "load it in each process" in run.stdout
