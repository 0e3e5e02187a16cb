import hashlib
import json

import pytest

from touchline.errors import ModelError
from touchline.inference import weights
from training.manifest import refresh


def entry(content: bytes, file: str) -> dict[str, object]:
    return {
        "file": file,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": "CC-BY-4.0",
        "source": "made for a test",
        "description": "Nothing.",
    }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "whole.onnx").write_bytes(b"whole")
    (tmp_path / "changed.onnx").write_bytes(b"something else")
    entries = {name: entry(name.encode(), f"{name}.onnx") for name in ("whole", "lost", "changed")}
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    return tmp_path


def test_a_known_name_finds_its_file(folder):
    assert weights.find("whole", folder=folder) == folder / "whole.onnx"


def test_a_file_of_the_user_is_taken_as_it_is(folder):
    assert weights.find(folder / "changed.onnx", folder=folder) == folder / "changed.onnx"
    assert weights.find(str(folder / "changed.onnx"), folder=folder) == folder / "changed.onnx"


def test_an_unknown_name_is_refused_with_those_that_are_known(folder):
    with pytest.raises(ModelError, match=r"'stray' is neither a file nor .*: changed, lost, whole"):
        weights.find("stray", folder=folder)


def test_a_changed_file_is_refused(folder):
    with pytest.raises(ModelError, match="not the ones that were shipped as 'changed'"):
        weights.find("changed", folder=folder)


def test_a_lost_file_is_refused(folder):
    with pytest.raises(ModelError, match="'lost' are missing"):
        weights.find("lost", folder=folder)


def test_the_listing_says_what_state_each_file_is_in(folder):
    listed = [each.as_dict() for each in weights.listing(folder)]
    assert [(each["name"], each["state"]) for each in listed] == [
        ("changed", "changed"),
        ("lost", "missing"),
        ("whole", "whole"),
    ]
    assert json.loads(json.dumps(listed))[2]["path"] == "whole.onnx"


@pytest.mark.parametrize("text", ["", "[]", '{"a": {"file": "a.onnx"}}', '{"a": 1}'])
def test_a_manifest_that_cannot_be_understood_is_a_model_error(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match="list of weights"):
        weights.listing(tmp_path)


def test_a_folder_without_a_manifest_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match="list of weights"):
        weights.find("players", folder=tmp_path)


def test_every_shipped_file_is_whole():
    assert {each.name: each.state for each in weights.listing()} == {
        "kits": "whole",
        "pitch": "whole",
        "players": "whole",
        "verifier": "whole",
    }


def test_refreshing_a_manifest_makes_changed_files_whole_and_keeps_the_words(folder):
    assert refresh(folder) == ["changed"]
    changed = weights.listing(folder)[0]
    assert (changed.state, changed.bytes, changed.licence) == ("whole", 14, "CC-BY-4.0")


def test_refreshing_refuses_a_network_of_unknown_origin(folder):
    (folder / "stray.onnx").write_bytes(b"?")
    with pytest.raises(KeyError, match=r"stray\.onnx"):
        refresh(folder)
