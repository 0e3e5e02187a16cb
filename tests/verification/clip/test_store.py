"""Pulled from a hub on the loopback or out of a folder, damaged in the cache, pulled again."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from tests.inference.hub import Hub, serving
from tests.verification.clip.towers import make_model, pin, source_of, write_texts
from touchline.errors import ModelError, OutputError, UsageError
from touchline.inference.download import Transfer
from touchline.verification.clip import SOURCES, installed, load_clip, pull
from touchline.verification.clip.store import IMAGE, MODEL, TEXT, find_stored
from touchline.verification.prompts import ALL_PROMPTS

FILES = ["pytorch_model.bin", "vocab.json", "merges.txt"]
NEVER = Transfer(attempts=1)


def contents(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir()}


@pytest.fixture
def cache(made, tmp_path):
    """A cache of its own, to be damaged."""
    shutil.copytree(made.cache, tmp_path / "cache")
    return tmp_path / "cache"


def paths_of(source, hub):
    prefix = f"/{source.repository}/resolve/{source.revision}/"
    return {prefix + name: (hub / name).read_bytes() for name in FILES}


def test_a_clip_is_fetched_from_the_hub_once_for_all_that_is_made_of_it(made, tmp_path):
    hub = Hub(paths_of(made.registry["clip"], made.hub))
    with serving(hub) as url:
        registry = {
            name: replace(source, hub=url.removesuffix("/file"))
            for name, source in made.registry.items()
        }
        folders = [pull(name, cache=tmp_path, registry=registry) for name in registry]
    assert len(hub.asked) == len(FILES)
    for folder in folders:
        assert contents(folder).keys() == {IMAGE, TEXT, MODEL}
        whole = made.cache / "clip" / folder.name
        assert contents(folder)[IMAGE] == contents(whole)[IMAGE]


def test_what_was_pulled_is_not_made_again(made, cache):
    before = contents(cache / "clip" / "clip")
    folder = pull("clip", cache=cache, source=cache / "nowhere", registry=made.registry)
    assert contents(folder) == before


@pytest.mark.parametrize("file", [IMAGE, TEXT, MODEL])
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_cache_is_told_and_pulled_again(made, cache, file, damage):
    path = cache / "clip" / "clip" / file
    before = path.read_bytes()
    path.write_bytes(before[: len(before) // 2] + (b"?" if damage == "changed" else b""))
    if damage == "gone":
        path.unlink()
    with pytest.raises(ModelError, match="touchline models pull clip`"):
        load_clip(cache=cache)
    pull("clip", cache=cache, source=made.hub, registry=made.registry)
    assert path.read_bytes() == before


def test_a_clip_of_another_version_is_pulled_again(made, cache):
    path = cache / "clip" / "clip" / MODEL
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))
    with pytest.raises(ModelError, match="another version"):
        load_clip(cache=cache)
    pull("clip", cache=cache, source=made.hub, registry=made.registry)
    assert find_stored("clip", cache).texts.keys() == set(ALL_PROMPTS)


def test_the_network_does_not_come_with_the_text_tower(made):
    network = (made.cache / "clip" / "clip" / IMAGE).stat().st_size
    weights = (made.hub / "pytorch_model.bin").stat().st_size
    assert network < weights


def test_the_description_says_what_it_was_made_of(made):
    described = json.loads((made.cache / "clip" / "clip" / MODEL).read_text())
    assert described["source"] == {each.name: each.sha256 for each in made.registry["clip"].files}
    assert described["made_from"] == f"made/clip@{'0' * 40}"
    assert described["dimensions"] == 64
    assert described["logit_scale"] == pytest.approx(made.model.logit_scale.item())


def test_installed_is_what_was_pulled(made, tmp_path):
    assert installed("clip", made.cache)
    assert installed("clip-int8", made.cache)
    assert not installed("clip-b16", made.cache)
    assert not installed("clip", tmp_path)


def test_a_clip_that_was_not_pulled_is_told_how_to_pull(tmp_path):
    with pytest.raises(ModelError, match=r"no CLIP 'clip-b16' .*touchline models pull clip-b16`"):
        load_clip("clip-b16", cache=tmp_path)


def test_an_unknown_name_is_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(UsageError, match=r"'clap'; there are clip, clip-b16, clip-int8, clip-b16-"):
        pull("clap", cache=tmp_path)


@pytest.mark.parametrize("file", FILES)
def test_a_folder_without_a_file_is_told_where_it_comes_from(made, tmp_path, file):
    shutil.copytree(made.hub, tmp_path / "hub")
    (tmp_path / "hub" / file).unlink()
    with pytest.raises(ModelError, match=f"no .*{file}: fetch it from .*/made/clip/resolve/0"):
        pull("clip", cache=tmp_path, source=tmp_path / "hub", registry=made.registry)


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_another_hash_is_never_read(made, tmp_path, file):
    shutil.copytree(made.hub, tmp_path / "hub")
    with (tmp_path / "hub" / file).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(ModelError, match=rf"{file} is not the file .*its SHA-256 is \w{{64}}, not"):
        pull("clip", cache=tmp_path, source=tmp_path / "hub", registry=made.registry)
    assert not installed("clip", tmp_path)


def test_a_hub_that_gives_another_file_is_refused(made, tmp_path):
    source = made.registry["clip"]
    wrong = dict.fromkeys(paths_of(source, made.hub), b"another")
    with serving(Hub(wrong)) as url, pytest.raises(ModelError, match="another file than expected"):
        pull("clip", cache=tmp_path, registry={"clip": replace(source, hub=url[: -len("/file")])})


def test_without_a_connection_the_message_names_the_file_and_the_way_round(made, tmp_path):
    with serving(Hub({})) as url:
        pass
    source = replace(made.registry["clip"], hub=url.removesuffix("/file"))
    with pytest.raises(ModelError, match=r"pytorch_model\.bin could not be fetched .*--from FOLD"):
        pull("clip", cache=tmp_path, registry={"clip": source}, transfer=NEVER)


def test_safetensors_make_the_same_network(made, tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    for name in FILES[1:]:
        shutil.copy(made.hub / name, tmp_path)
    safetensors.save_model(made.model, tmp_path / "model.safetensors")
    registry = {"clip": source_of(tmp_path, weights="model.safetensors")}
    folder = pull("clip", cache=tmp_path, source=tmp_path, registry=registry)
    assert contents(folder)[IMAGE] == contents(made.cache / "clip" / "clip")[IMAGE]


def save(folder, tensors):
    import torch

    torch.save(tensors, folder / "pytorch_model.bin")
    return {"clip": source_of(folder)}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vision_model.pre_layrnorm.bias", "is missing"),
        ("vision_model.embeddings.class_embedding", "is missing"),
        ("vision_model.embeddings.patch_embedding.weight", "is missing"),
        ("vision_model.encoder.layers.1.mlp.fc1.bias", "is missing"),
        ("text_model.encoder.layers.0.layer_norm1.weight", "is missing"),
        ("visual_projection.weight", "is missing"),
        ("logit_scale", "is missing"),
    ],
)
def test_weights_without_a_tensor_are_no_clip(made, tmp_path, name, said):
    for file in FILES[1:]:
        shutil.copy(made.hub / file, tmp_path)
    tensors = {key: each for key, each in made.model.state_dict().items() if key != name}
    registry = save(tmp_path, tensors)
    with pytest.raises(ModelError, match=f"{name} {said}"):
        pull("clip", cache=tmp_path, source=tmp_path, registry=registry)


@pytest.mark.parametrize(
    "name",
    [
        "vision_model.embeddings.patch_embedding.weight",
        "vision_model.encoder.layers.0.self_attn.k_proj.weight",
        "vision_model.encoder.layers.1.mlp.fc2.weight",
        "text_model.embeddings.position_embedding.weight",
        "text_projection.weight",
        "logit_scale",
    ],
)
def test_weights_of_another_shape_are_no_clip(made, tmp_path, name):
    for file in FILES[1:]:
        shutil.copy(made.hub / file, tmp_path)
    tensors = dict(made.model.state_dict())
    tensors[name] = tensors[name].flatten().repeat(2)
    registry = save(tmp_path, tensors)
    with pytest.raises(ModelError, match=rf"{name} is float32 \(.*; a CLIP has .*of shape \("):
        pull("clip", cache=tmp_path, source=tmp_path, registry=registry)


def test_a_tower_for_another_image_size_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    vocabulary = write_texts(tmp_path, ["a b"])
    model = make_model(len(vocabulary), patch=16)
    tensors = dict(model.state_dict())
    torch.save(tensors, tmp_path / "pytorch_model.bin")
    pull("b16", cache=tmp_path, source=tmp_path, registry={"b16": source_of(tmp_path)})
    positions = "vision_model.embeddings.position_embedding.weight"
    tensors[positions] = tensors[positions][: 1 + 13 * 13]
    with pytest.raises(ModelError, match="looks at 208 pixels; CLIP takes 224"):
        pull(
            "other",
            cache=tmp_path,
            source=tmp_path,
            registry={"other": save(tmp_path, tensors)["clip"]},
        )
    tensors[positions] = tensors[positions][:-1]
    with pytest.raises(ModelError, match="169 positions are no square"):
        pull(
            "other",
            cache=tmp_path,
            source=tmp_path,
            registry={"other": save(tmp_path, tensors)["clip"]},
        )


def test_a_vocabulary_that_is_not_the_tower_s_is_refused(made, tmp_path):
    write_texts(tmp_path, ["a b", "ab c", "p e", "r s", "pe rs"])
    tensors = dict(made.model.state_dict())
    name = "text_model.embeddings.token_embedding.weight"
    tensors[name] = tensors[name][:300]
    with pytest.raises(ModelError, match="a text tower of 300 tokens"):
        pull("clip", cache=tmp_path, source=tmp_path, registry=save(tmp_path, tensors))


def test_a_pull_that_fails_leaves_what_was_there(made, cache):
    (cache / "clip" / "clip" / IMAGE).write_bytes(b"old")
    registry = {"clip": replace(made.registry["clip"], weights=pin(made.hub / "merges.txt"))}
    with pytest.raises(ModelError, match="cannot be read as weights"):
        pull("clip", cache=cache, source=made.hub, registry=registry)
    assert (cache / "clip" / "clip" / IMAGE).read_bytes() == b"old"
    assert {each.name for each in (cache / "clip").iterdir()} == {"clip", "clip-int8"}


def test_a_cache_that_cannot_be_written_is_an_output_error(made, tmp_path):
    (tmp_path / "clip").write_bytes(b"a file where the folder should be")
    with pytest.raises(OutputError, match="cannot be written"):
        pull("clip", cache=tmp_path, source=made.hub, registry=made.registry)


def test_the_registry_pins_revision_size_and_hash_of_every_file():
    assert list(SOURCES) == ["clip", "clip-b16", "clip-int8", "clip-b16-int8"]
    for name, source in SOURCES.items():
        assert source.int8 == name.endswith("int8")
        assert len(source.revision) == 40
        assert source.url(source.weights).startswith("https://")
        assert source.url(source.weights).endswith(f"/{source.revision}/pytorch_model.bin")
        assert all(len(file.sha256) == 64 and file.bytes > 500_000 for file in source.files)
    assert np.unique([source.weights.sha256 for source in SOURCES.values()]).size == 2
