"""The key that challenges are signed with: thrown away, from a seed, or a hotkey's."""

import json
from pathlib import Path

import pytest

from touchline.errors import ChainError, InputError
from touchline.scorevision.local_validator import read_key
from touchline.service.chain import make_hotkey

SEED = bytes(range(32))


def test_without_a_file_each_key_is_another() -> None:
    assert read_key(None).address != read_key(None).address


@pytest.mark.parametrize("text", [f"0x{SEED.hex()}", f"  0x{SEED.hex().upper()}\n"])
def test_a_seed_makes_its_key(tmp_path: Path, text: str) -> None:
    file = tmp_path / "seed"
    file.write_text(text.replace("0X", "0x"))
    assert read_key(file).address == make_hotkey(SEED).address


def test_a_hotkey_is_read_from_its_wallet(tmp_path: Path) -> None:
    file = tmp_path / "validator" / "hotkeys" / "default"
    file.parent.mkdir(parents=True)
    key = make_hotkey(SEED)
    fields = {
        "accountId": f"0x{key.public_key.hex()}",
        "publicKey": f"0x{key.public_key.hex()}",
        "secretSeed": f"0x{SEED.hex()}",
        "ss58Address": key.address,
    }
    file.write_text(json.dumps(fields))
    assert read_key(file).address == key.address


def test_a_file_in_a_wallet_that_is_no_hotkey_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "validator" / "hotkeys" / "default"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    with pytest.raises(ChainError, match="no secret"):
        read_key(file)


@pytest.mark.parametrize("text", ["", "secret words of mine", f"0x{SEED.hex()}00", "0x12"])
def test_another_file_is_refused_and_nothing_of_it_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(InputError, match="neither a hotkey") as refusal:
        read_key(file)
    assert not text or text not in str(refusal.value)


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_key(tmp_path / "none")
