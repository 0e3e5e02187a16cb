"""What a hotkey tells the subnet, as a miner does it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.service.chain.replay import MadeChain, replayed_chain
from tests.service.doctor.places import SEED, write_wallet
from touchline.service.chain import make_hotkey

MINER = make_hotkey(SEED)
ELEMENT = "manak0/Detect-x"
FOLDER = ("--model", "me/ScoreVision", "--revision", "a" * 40, "--chute-id", "c1", "--slug", "s1")
IMAGE = ("--image-repo", "ghcr.io/me/pt-solution", "--image-tag", "v1")
COMMIT = ("subnet", "commit", "--element", ELEMENT)


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeChain]:
    """A chain that knows the miner, whose wallet and node the settings name."""
    write_wallet(tmp_path)
    with replayed_chain(miner=MINER.public_key) as running:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("WALLET_PATH", str(tmp_path))
        monkeypatch.setenv("SUBTENSOR_ADDRESS", running.endpoint)
        yield running


def test_both_forms_of_a_commitment_are_printed_and_nothing_is_sent(touchline: Command) -> None:
    asked = (*COMMIT, "--hotkey", "5A")
    folder = touchline(*asked, *FOLDER)
    assert (folder.code, json.loads(folder.out)["revision"]) == (0, "a" * 40)
    assert json.loads(touchline(*asked, *IMAGE).out)["track"] == "private"
    for wrong in ((), (*IMAGE, *FOLDER[4:]), FOLDER[4:], ("--image-tag", "v1")):
        assert touchline(*asked, *wrong).code == 2


def test_a_miner_must_be_named_where_no_wallet_names_it(
    touchline: Command, chain: MadeChain
) -> None:
    outcome = touchline(*COMMIT, *IMAGE)
    assert (outcome.code, outcome.out) == (2, "")
    assert "--hotkey is needed" in outcome.err
    assert chain.asked == []


@pytest.mark.parametrize("options", [("--dry-run",), ("--send", "--dry-run")])
def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(
    touchline: Command, chain: MadeChain, options: tuple[str, ...]
) -> None:
    outcome = touchline(*COMMIT, *FOLDER, *options)
    assert outcome.code == 0
    for words in ("Nothing was sent; this would be.", "as uid 0", MINER.address):
        assert words in outcome.out
    assert chain.sent == []


def test_what_is_sent_is_the_text_that_names_the_signer(
    touchline: Command, chain: MadeChain
) -> None:
    outcome = touchline(*COMMIT, *FOLDER, "--send", "--json", "--hotkey", MINER.address)
    told = json.loads(outcome.out)
    assert (outcome.code, told["sent"], told["extrinsic"]) == (0, True, "1234-0000")
    assert json.loads(told["text"])["hotkey"] == MINER.address
    assert len(chain.sent) == 1
    assert "opens it some blocks later" in touchline(*COMMIT, *IMAGE, "--send").out


def test_the_hotkey_of_another_is_not_committed_for(touchline: Command, chain: MadeChain) -> None:
    outcome = touchline(*COMMIT, *FOLDER, "--send", "--hotkey", make_hotkey().address)
    assert outcome.code == 2
    assert f"the wallet signs as {MINER.address}" in outcome.err
    assert chain.asked == []


def test_the_commitment_that_counts_is_told_for_each_track(
    touchline: Command, chain: MadeChain
) -> None:
    asked = (*COMMIT, "--hotkey", MINER.address)
    texts = [touchline(*asked, *each).out.strip() for each in (IMAGE, FOLDER)]
    chain.opened[MINER.public_key] = [(7, texts[0]), (9, texts[1])]
    committed = ("subnet", "committed", "--element", ELEMENT, "--hotkey", MINER.address)
    counts = json.loads(touchline(*committed, "--json").out)["counts"]
    assert counts["open-source"]["block"] == 9
    assert counts["private"] == {"block": 7, "content": json.loads(texts[0])}
    text = " ".join(touchline(*committed).out.split())
    assert "The chain has 2 of this hotkey; it keeps the last 10." in text
    assert "me/ScoreVision" in text


def test_an_id_that_differs_in_a_letter_is_told(touchline: Command, chain: MadeChain) -> None:
    (text,) = touchline(*COMMIT, "--hotkey", MINER.address, *FOLDER).out.splitlines()
    chain.opened[MINER.public_key] = [(7, text), (8, "{}"), (9, text.replace("-x", "-X"))]
    asked = ("subnet", "committed", "--hotkey", MINER.address, "--element")
    told = json.loads(touchline(*asked, "manak0/detect-x", "--json").out)
    assert told["counts"] == {"open-source": None, "private": None}
    assert sorted(told["alike"]) == ["manak0/Detect-X", ELEMENT]
    assert repr(ELEMENT) in touchline(*asked, "manak0/detect-x").out


def test_a_hotkey_that_is_no_address_is_wrong_use(touchline: Command, chain: MadeChain) -> None:
    outcome = touchline("subnet", "committed", "--element", "x", "--hotkey", "5A")
    assert (outcome.code, "is an SS58 address" in outcome.err) == (2, True)
