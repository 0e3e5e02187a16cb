"""A network that is loaded without a word about its engine, and with one."""

import json

import cv2
import numpy as np
import pytest

from tests.inference.networks import write_detector, write_means
from touchline.errors import ModelError, UsageError
from touchline.inference import load_engine, measured_engines, weights
from touchline.inference.measuring import TOLERANCE, difference
from touchline.inference.openvino import formats
from touchline.video import VideoReader


@pytest.fixture(scope="module")
def detector_file(tmp_path_factory):
    return write_detector(tmp_path_factory.mktemp("weights") / "measured.onnx", seed=16)


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def remembered(cache):
    return {path.name: json.loads(path.read_text()) for path in cache.rglob("*.json")}


def test_a_network_is_measured_once_for_pictures_about_as_large(tmp_path, detector_file):
    images = noise(2, 64, 64, 3)
    exact = load_engine(detector_file, backend="openvino", precision="f32", device="cpu")
    first = load_engine(detector_file, device="cpu", cache=tmp_path)
    assert remembered(tmp_path) == {}, "nothing is measured before the first picture"
    answer = first.run(images)
    for name, rows in exact.run(images).items():
        np.testing.assert_allclose(answer[name], rows, atol=0.1)
    kept = remembered(tmp_path)
    assert len(kept) == 1
    chosen = next(iter(kept.values()))["measured"]["chosen"]
    assert first.device == f"{chosen['backend']}:cpu"
    first.run(noise(1, 96, 64, 3))
    load_engine(detector_file, device="cpu", cache=tmp_path).run(images)
    assert remembered(tmp_path) == kept
    first.run(noise(1, 256, 256, 3))
    assert len(remembered(tmp_path)) == 2
    assert any(each.network == "measured" for each in measured_engines())


@pytest.mark.parametrize("given", [{"backend": "openvino"}, {"backend": "onnxruntime"}])
def test_where_the_engine_is_named_nothing_is_measured(tmp_path, detector_file, given):
    engine = load_engine(detector_file, device="cpu", cache=tmp_path, **given)
    engine.run(noise(1, 64, 64, 3))
    assert remembered(tmp_path) == {}
    assert engine.device == f"{given['backend']}:cpu"


def test_every_format_that_the_processor_has_agrees_on_a_match_in_each_shipped_network(match):
    with VideoReader(match / "match.mp4") as reader:
        frame = next(iter(reader)).image
    for name, size in {"players": (640, 384), "pitch": (640, 384), "verifier": (96, 64)}.items():
        images = cv2.resize(frame, size)[None]
        answers = {
            each: load_engine(
                weights.find(name), device="cpu", backend="openvino", precision=each
            ).run(images)
            for each in formats()
        }
        for each, answer in answers.items():
            assert difference(answer, answers["f32"]) <= TOLERANCE, (name, each)


def test_named_numbers_and_threads_are_kept_and_the_rest_is_measured(tmp_path, detector_file):
    engine = load_engine(detector_file, device="cpu", cache=tmp_path, precision="f32", threads=1)
    engine.run(noise(1, 64, 64, 3))
    (kept,) = remembered(tmp_path).values()
    ways = [each["choice"] for each in kept["measured"]["timings"]]
    assert {(way["precision"], way["threads"]) for way in ways} == {("f32", 1)}
    assert {way["backend"] for way in ways} == {"openvino", "onnxruntime"}


def test_pictures_of_another_size_are_refused_by_the_network_and_not_remembered(tmp_path):
    path = write_means(tmp_path / "fixed.onnx", height=64, width=96)
    engine = load_engine(path, device="cpu", cache=tmp_path)
    with pytest.raises(UsageError, match=r"\(any, 64, 96, 3\); got uint8 \(2, 64, 64, 3\)"):
        engine.run(noise(2, 64, 64, 3))
    with pytest.raises(UsageError, match="got a list"):
        engine.run([[0]])
    assert remembered(tmp_path) == {}
    assert engine.run(noise(0, 64, 96, 3))["means"].shape == (0, 3)
    assert engine.run(noise(2, 64, 96, 3))["means"].shape == (2, 3)
    assert len(remembered(tmp_path)) == 1


def test_what_cannot_be_computed_in_any_way_is_a_model_error(tmp_path, detector_file):
    engine = load_engine(detector_file, device="cpu", cache=tmp_path)
    with pytest.raises(ModelError, match="measured failed on openvino:cpu"):
        engine.run(noise(1, 4, 4, 3))


def test_numbers_that_the_runtime_or_the_processor_lacks_are_refused(detector_file):
    with pytest.raises(ModelError, match="not in f16"):
        load_engine(detector_file, device="cpu", backend="onnxruntime", precision="f16")
    for absent in {"bf16", "f16"} - {*formats()}:
        with pytest.raises(ModelError, match=f"does not compute in {absent}"):
            load_engine(detector_file, device="cpu", precision=absent)


def test_a_keyword_that_is_none_is_refused_as_everywhere_in_python(detector_file):
    with pytest.raises(TypeError, match="unexpected keyword argument 'treads'"):
        load_engine(detector_file, treads=2)
