"""The doctor's look at the networks."""

import shutil

import numpy as np
import pytest

from tests.inference.networks import write_detector
from tests.service.doctor.places import context_of
from touchline.errors import ModelError
from touchline.inference import load_engine, onnx_runtime, weights
from touchline.service.doctor import World, models


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped weights, and the context of a miner that has it."""
    folder = tmp_path / "weights"
    shutil.copytree(weights.shipped_folder(), folder)
    return folder, context_of(tmp_path, World(weights=folder))


def test_the_extras_are_installed(tmp_path):
    found = models.packages(context_of(tmp_path))
    assert found.state == "ok"
    assert "chain, miner" in found.detail


def test_a_missing_package_names_the_extra(tmp_path, monkeypatch):
    about = tmp_path / "site" / "touchline-9.dist-info" / "METADATA"
    about.parent.mkdir(parents=True)
    lines = ("Metadata-Version: 2.1", "Name: touchline", "Version: 9")
    needs = "Requires-Dist: a-package-that-is-nowhere>=1 ; extra == 'miner'"
    about.write_text("\n".join([*lines, needs, ""]))
    monkeypatch.syspath_prepend(tmp_path / "site")
    found = models.packages(context_of(tmp_path))
    assert found.state == "wrong"
    assert found.detail == "not installed: a-package-that-is-nowhere"
    assert found.fix == 'pip install "touchline[miner]"'


def test_shipped_weights_are_whole(copy):
    assert models.shipped(copy[1]).state == "ok"


def test_one_changed_byte_of_the_weights_is_wrong(copy):
    folder, context = copy
    path = folder / "pitch.onnx"
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    (folder / "players.onnx").unlink()
    found = models.shipped(context)
    assert found.state == "wrong"
    assert found.detail == "pitch is changed, players is missing"


def test_a_folder_without_a_list_of_weights_is_an_error(tmp_path):
    with pytest.raises(ModelError):
        models.shipped(context_of(tmp_path, World(weights=tmp_path)))


@pytest.mark.parametrize(
    ("settings", "state", "word"),
    [
        ({}, "ok", "touchline models pull clip"),
        ({"verifier": "student"}, "ok", "alone"),
        ({"verifier": "clip-b16"}, "wrong", "not pulled"),
        ({"verify": "off"}, "warning", "no second look"),
    ],
)
def test_who_takes_the_second_look(tmp_path, settings, state, word):
    found = models.verifier(context_of(tmp_path, **settings))
    assert found.state == state
    assert word in found.detail


def test_a_clip_that_was_pulled_is_used(tmp_path):
    context = context_of(tmp_path)
    folder = tmp_path / "cache" / "clip" / "clip"
    folder.mkdir(parents=True)
    for name in ("image.onnx", "text.npz", "model.json"):
        (folder / name).touch()
    assert models.verifier(context).detail == "the shipped student, and clip"


@pytest.mark.skipif("cuda" in onnx_runtime.devices(), reason="this ONNX Runtime has CUDA")
def test_a_device_that_is_not_there_is_wrong(tmp_path):
    found = models.device(context_of(tmp_path, device="cuda"))
    assert found.state == "wrong"
    assert "onnxruntime-gpu" in found.fix


def test_a_device_that_is_there_is_named_with_what_computes(tmp_path):
    found = models.device(context_of(tmp_path, device="cpu"))
    assert found.state == "ok"
    assert "OpenVINO" in found.detail


def test_each_network_takes_a_first_look(tmp_path):
    settings = {"device": "cpu", "backend": "openvino", "detection_size": "640x360"}
    found = models.inference(context_of(tmp_path, **settings))
    assert found.state == "ok"
    for name in ("players", "pitch", "verifier", "openvino:cpu"):
        assert name in found.detail


def test_what_was_measured_of_a_network_is_shown_way_by_way(tmp_path):
    network = write_detector(tmp_path / "shown.onnx")
    load_engine(network, device="cpu").run(np.zeros((1, 64, 64, 3), np.uint8))
    found = models.engines(context_of(tmp_path))
    assert "shown by " in found.detail
    ways = [each for each in found.lines if each.startswith("shown 64x64, ")]
    assert any("onnxruntime f32" in each and each.endswith(" ms") for each in ways)
    assert sum("chosen" in each or "for now" in each for each in ways) == 1


def test_where_the_engine_is_named_nothing_is_measured(tmp_path):
    found = models.engines(context_of(tmp_path, backend="onnxruntime"))
    assert (found.state, found.lines) == ("ok", ())
    assert "TOUCHLINE_BACKEND=onnxruntime" in found.detail
