"""What is committed on the chain, over a real websocket."""

import json
import time

import pytest
from bittensor import timelock

from tests.service.chain.replay import CHAINS, chain_called, replayed_chain
from touchline.errors import ChainError, UsageError
from touchline.service.chain import make_hotkey, read_commitments, send_commitment
from touchline.service.chain.sending import SENTENCES

MINER = make_hotkey(b"c" * 32)
TEXT = json.dumps({"role": "miner", "element_id": "manak0/Detect-x"})
QUICKNET = 1_692_803_367
"""Unix time of the first round of the beacon by which commitments are sealed, one in 3 s."""


@pytest.fixture
def chain():
    with replayed_chain(miner=MINER.public_key) as running:
        yield running


def committed(extrinsic):
    """Netuid, sealed bytes and round of the call at the end of an extrinsic: 18, 0, one field."""
    data = bytes.fromhex(extrinsic.removeprefix("0x"))
    start = data.index(bytes([18, 0, 44, 0, 4, 134]))
    call = data[start:]
    # How long the sealed bytes are stands before them, in 2 bytes or in 4.
    begin = 10 if call[6] & 3 == 2 else 8
    length = int.from_bytes(call[6:begin], "little") >> 2
    sealed, end = call[begin : begin + length], call[begin + length :]
    return int.from_bytes(call[2:4], "little"), sealed, int.from_bytes(end, "little")


def test_what_was_opened_is_read_the_oldest_first(chain):
    long = json.dumps({"element_id": "x" * 100})
    chain.opened[MINER.public_key] = [(9, TEXT), (7, "short"), (11, long), (12, "é" * 20_000)]
    found = read_commitments(chain.endpoint, 44, MINER.address)
    assert found == [(7, "short"), (9, TEXT), (11, long), (12, "é" * 20_000)]
    assert read_commitments(chain.endpoint, 45, MINER.address) == []


def test_who_committed_nothing_has_nothing(chain):
    assert read_commitments(chain.endpoint, 44, make_hotkey().address) == []


def test_an_address_that_is_none_is_wrong_use(chain):
    with pytest.raises(UsageError, match="a hotkey is an SS58 address; got '5A'"):
        read_commitments(chain.endpoint, 44, "5A")
    assert chain.asked == []


def test_a_node_that_does_not_answer_is_told(chain):
    chain.silent = True
    with pytest.raises(ChainError, match=r"did not answer in 0\.2 s"):
        read_commitments(chain.endpoint, 44, MINER.address, timeout=0.2)


def test_a_text_is_sent_sealed_for_a_block_and_signed_by_the_hotkey(chain):
    found = send_commitment(chain.endpoint, MINER, netuid=44, text=TEXT)
    assert (found.uid, found.sent, found.extrinsic) == (0, True, "1234-0000")
    (extrinsic,) = chain.sent
    assert MINER.public_key.hex() in extrinsic
    netuid, sealed, opened = committed(extrinsic)
    assert netuid == 44
    assert TEXT.encode() not in sealed
    # In 12 s, by a beacon that speaks every 3 s; a slow machine is some seconds later.
    assert 0 <= (time.time() - QUICKNET) / 3 + 4 - opened < 40


@pytest.mark.parametrize(("length", "size"), [(20, 1), (63, 1), (64, 2), (20_000, 4)])
def test_a_text_is_sealed_with_its_length_before_it_as_those_who_read_it_expect(length, size):
    with replayed_chain(miner=MINER.public_key) as chain:
        send_commitment(chain.endpoint, MINER, netuid=44, text="x" * length)
    _, sealed, _ = committed(chain.sent[0])
    assert len(sealed) == len(timelock.encrypt("x" * length, reveal_in=12).encrypted) + size


def test_a_dry_run_looks_and_sends_nothing(chain):
    found = send_commitment(chain.endpoint, MINER, netuid=44, text=TEXT, dry_run=True)
    assert (found.uid, found.sent, found.extrinsic) == (0, False, None)
    assert found.as_dict()["text"] == TEXT
    assert chain.sent == []
    assert "author_submitAndWatchExtrinsic" not in chain.asked


def test_a_hotkey_that_is_not_registered_is_told_before_anything_is_sent():
    with replayed_chain() as chain:
        assert (
            send_commitment(chain.endpoint, MINER, netuid=44, text=TEXT, dry_run=True).uid is None
        )
        with pytest.raises(ChainError, match="takes commitments of registered hotkeys only"):
            send_commitment(chain.endpoint, MINER, netuid=44, text=TEXT)
        assert chain.sent == []


@pytest.mark.parametrize("name", ["AccountNotAllowedCommit", "SpaceLimitExceeded"])
def test_what_the_chain_answers_is_said_in_words(chain, name):
    chain.refuses = name
    with pytest.raises(ChainError) as caught:
        send_commitment(chain.endpoint, MINER, netuid=44, text=TEXT)
    assert str(caught.value) == f"{SENTENCES[name]} ({name})"


@pytest.mark.parametrize("name", CHAINS)
def test_each_chain_takes_a_commitment_and_has_none_yet(name):
    block = 1234 if name == "made" else 6852344
    with chain_called(name, miner=MINER.public_key) as endpoint:
        assert read_commitments(endpoint, 44, MINER.address) == []
        sent = send_commitment(endpoint, MINER, netuid=44, text=TEXT)
        assert sent.extrinsic == f"{block}-0000"
