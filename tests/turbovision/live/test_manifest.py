"""Manifests: what they say, where they lie, who signed them, what is new in them."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from touchline.errors import InputError, UsageError
from touchline.turbovision.live import (
    ManifestElement,
    address_in,
    changes,
    joined,
    parse_manifest,
    picked,
    read_manifest,
    way_to_answer,
)

PLAYERS = {
    "id": "x/PlayerDetect_v1",
    "objects": ["ball", "player"],
    "metrics": {"pillars": {"iou": 0.5, "count": 0.5}},
}
GIVEN: dict[str, Any] = {
    "window_id": "w",
    "version": 1.3,
    "expiry_block": 900,
    "tee": {"trusted_share_gamma": 0.2},
    "elements": [PLAYERS],
}


def parsed(**more: Any):
    return parse_manifest(json.dumps({**GIVEN, **more}).encode(), "m.yaml")


def test_the_address_is_of_what_is_said_whatever_its_order_and_what_is_left_out() -> None:
    one, other = {**PLAYERS, "beta": 1}, {"id": "x/PitchCalib", "metrics": {"pillars": {"iou": 1}}}
    first = parsed(elements=[one, other], new_key=1)
    assert first.hash == parsed(elements=[other, PLAYERS], signature="ab").hash
    assert first.hash != parsed(elements=[one]).hash
    assert '"beta":1.0' in first.canonical()


def test_a_signature_is_held_against_a_key_and_nothing_is_refused_for_it() -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    signed = parsed(signature=key.sign(parsed().canonical().encode()).hex())
    assert signed.is_signed_by(public)
    assert not parsed(signature="00" * 64).is_signed_by(public)
    assert not parsed(signature="no hex").is_signed_by(public)
    assert not parsed().is_signed_by(public)
    with pytest.raises(UsageError, match="32 bytes in hex"):
        signed.is_signed_by("ab")


def element(**told: Any) -> ManifestElement:
    return ManifestElement.model_validate({**PLAYERS, **told})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, None),
        ({"id": "BallDetect_v1"}, "begins with none"),
        ({"id": "BallDetect_v1", "track": "private"}, None),
        ({"metrics": {"pillars": {"iou": 0.5}}}, "weigh 0.5, not 1"),
        ({"metrics": {"pillars": {"hota": 1}}}, "'hota' is none"),
        ({"metrics": {"pillars": dict.fromkeys(("iou", "count"), 0.5)}}, None),
        ({"baseline_theta": -0.1}, "baseline_theta is below 0"),
        ({"groundtruth_type": "x"}, "'x' is none"),
    ],
)
def test_what_keeps_a_manifest_from_loading_is_said(
    told: dict[str, Any], words: str | None
) -> None:
    faults = [*element(**told).faults()]
    assert (words in " ".join(faults)) if words else not faults


@pytest.mark.parametrize(
    ("told", "ours", "words"),
    [
        ({}, True, "touchline pack"),
        ({"objects": ["fire"]}, False, "--model packs one of yours"),
        ({"objects": None}, False, "names no objects"),
        ({"id": "PitchCalib_v1"}, True, "touchline pack"),
        ({"id": "PitchCalib_v1", "keypoint_template": "cricket"}, False, "a cricket pitch"),
        ({"id": "TrackX"}, False, "nothing of Touchline"),
        ({"track": "private", "groundtruth_type": "soccer_action"}, True, "touchline serve"),
        ({"track": "private", "groundtruth_type": "cricket_delivery"}, False, "nothing of soccer"),
    ],
)
def test_elements_for_us_are_told_from_the_others(
    told: dict[str, Any], ours: bool, words: str
) -> None:
    answered, way = way_to_answer(element(**told))
    assert (answered, words in way) == (ours, True), way


def test_what_is_new_is_said_by_element_and_field() -> None:
    before = parsed(elements=[PLAYERS, {**PLAYERS, "id": "Detect-a"}])
    after = parsed(elements=[{**PLAYERS, "beta": 2}, {**PLAYERS, "id": "Detect-b"}], expiry_block=9)
    assert [*changes(before, after)] == [
        "expiry_block 900 -> 9",
        "Detect-a: gone",
        "x/PlayerDetect_v1: beta 1.0 -> 2.0",
        "Detect-b: new",
    ]
    assert not [*changes(before, before)]


def test_the_latest_manifest_that_has_begun_is_taken_from_an_index(tmp_path: Path) -> None:
    folder = tmp_path / "manifest"
    folder.mkdir()
    names = ["100-a.yaml", f"250-{'0' * 64}.yaml", "180-a.yaml", "x.yaml"]
    for number, name in enumerate(names):
        (folder / name).write_text(json.dumps({**GIVEN, "expiry_block": number}))
    index = folder / "index.json"
    entries = [{"path": f"manifest/{name}"} for name in names]
    index.write_text(json.dumps({"entries": entries}))
    assert read_manifest(f"{index}", block=200)[0].expiry_block == 2
    manifest, place = read_manifest(f"{index}")
    assert (manifest.expiry_block, place) == (1, f"{folder / names[1]}")
    assert address_in(place) == "0" * 64
    assert read_manifest(f"{folder / names[0]}")[0].expiry_block == 0
    assert picked(["x.yaml"], 5) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[a", "is not YAML"),
        ("{}", "window_id: Field required"),
        (json.dumps({**GIVEN, "elements": [{"id": 3}]}), r"elements\.0\.id"),
        ('["x.yaml"]', "names no manifest"),
    ],
)
def test_what_is_no_manifest_is_refused_in_one_sentence(
    tmp_path: Path, content: str, words: str
) -> None:
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(InputError, match=words) as raised:
        read_manifest(f"{tmp_path / 'm.json'}")
    assert "\n" not in str(raised.value)


def test_what_cannot_be_had_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"m\.yaml cannot be had: No such file"):
        read_manifest(f"{tmp_path / 'm.yaml'}")
    with pytest.raises(InputError, match="cannot be had: Connection refused"):
        read_manifest("http://127.0.0.1:9/m.yaml")


@pytest.mark.parametrize(
    ("index", "key", "place"),
    [
        ("https://t/manifest/index.json", " ./manifest/1.yaml ", "https://t/manifest/1.yaml"),
        ("https://t/manifest/index.json", "1.yaml", "https://t/manifest/1.yaml"),
        ("https://t/manifest/index.json", "manako/x.json", "https://t/manako/x.json"),
        ("/copy/manako/index.json", "manako/a/x.json", "/copy/manako/a/x.json"),
        ("/copy/manako/index.json", "x.json", "/copy/manako/x.json"),
    ],
)
def test_keys_lie_at_the_root_or_beside_their_index(index: str, key: str, place: str) -> None:
    assert joined(index, key) == place
