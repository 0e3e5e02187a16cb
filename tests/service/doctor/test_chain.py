"""The doctor's look at wallet and chain, with a real node on the loopback."""

import json
import time

import pytest

from tests.service.chain.replay import replayed_chain
from tests.service.doctor.places import SEED, context_of, write_wallet
from touchline.errors import ChainError
from touchline.scorevision import MinerSettings
from touchline.scorevision.miner.service import Service
from touchline.service.chain import Metagraph, Node, make_hotkey
from touchline.service.doctor import chain

MINER = make_hotkey(SEED)


@pytest.fixture
def node():
    """A chain that knows the miner at 203.0.114.5, port 7999."""
    with replayed_chain(miner=MINER.public_key) as running:
        miner = running.neurons[0]
        miner.ip, miner.port = "203.0.114.5", 7999
        yield running


@pytest.fixture
def miner(tmp_path, node):
    """A context of a miner with a wallet and that chain."""

    def make(**settings):
        write_wallet(tmp_path / "wallets")
        given = {"subtensor_address": node.endpoint, "port": 7999, **settings}
        return context_of(tmp_path, **given)

    return make


def store(context, *, age=0.0):
    """Keep a copy as the service does, in which the miner is the only one."""
    miner = Node(MINER.address, 3, 2.5, 0.0, 2.5, False, "203.0.114.5", 7999)
    metagraph = Metagraph(44, 1, time.time() - age, {MINER.address: miner}, "chain")
    metagraph.save(context.settings.stored_metagraph)


def test_a_hotkey_shows_its_address(miner):
    found = chain.wallet(miner())
    assert (found.state, found.detail) == ("ok", MINER.address)


def test_a_hotkey_that_others_may_read_is_a_warning(tmp_path):
    path = write_wallet(tmp_path / "wallets", mode=0o644)
    found = chain.wallet(context_of(tmp_path))
    assert found.state == "warning"
    assert found.fix == f"chmod 600 {path}"


def test_offline_a_missing_wallet_is_a_warning(tmp_path):
    context = context_of(tmp_path, allow_list=tmp_path / "allowed.json")
    found = chain.wallet(context)
    assert found.state == "warning"
    assert "there is no wallet default" in found.detail


def test_offline_too_a_broken_wallet_is_wrong(tmp_path):
    write_wallet(tmp_path / "wallets").write_text("no hotkey")
    context = context_of(tmp_path, allow_list=tmp_path / "allowed.json")
    with pytest.raises(ChainError, match="is no hotkey"):
        chain.wallet(context)


def test_a_chain_that_answers_is_fresh(miner):
    found = chain.freshness(miner())
    assert (found.state, found.detail) == ("ok", "subnet 44 at block 1,234: 8 hotkeys")


def test_a_subnet_that_is_not_there_is_wrong(miner):
    found = chain.freshness(miner(netuid=261))
    assert found.state == "wrong"
    assert "has no subnet 261" in found.detail
    assert "NETUID" in found.fix


@pytest.mark.parametrize(("age", "word"), [(600, "10 min old"), (10_800, "3.0 h old (no longer")])
def test_without_a_chain_the_stored_copy_counts_with_its_age(tmp_path, age, word):
    context = context_of(tmp_path)
    store(context, age=age)
    found = chain.freshness(context)
    assert found.state == "warning"
    assert word in found.detail


def test_the_stored_copy_is_the_one_that_the_service_begins_with(tmp_path):
    write_wallet(tmp_path / "wallets")
    context = context_of(tmp_path, kind=MinerSettings, subtensor_network="test", netuid=261)
    store(context)
    held = Service.of(context.settings).watch.metagraph
    assert held is not None
    assert held.find(MINER.address).uid == 3


def test_without_a_chain_and_a_copy_nobody_may_ask(tmp_path):
    assert chain.freshness(context_of(tmp_path)).state == "wrong"


def test_a_copy_that_is_not_used_does_not_count(tmp_path):
    context = context_of(tmp_path, load_old_nodes=False)
    store(context)
    assert chain.freshness(context).state == "wrong"
    assert "not checked" in chain.access(context).detail


def test_a_chain_that_is_not_read_is_not_asked(miner, node):
    context = miner(refresh_nodes=False)
    store(context)
    assert "REFRESH_NODES is off" in chain.freshness(context).detail
    assert chain.registration(context).detail == "uid 3, called at 203.0.114.5 port 7999"
    assert node.asked == []


def test_a_registered_miner_is_called_where_it_listens(miner):
    found = chain.registration(miner())
    assert (found.state, found.detail) == ("ok", "uid 0, called at 203.0.114.5 port 7999")


def test_another_port_than_the_chain_has_is_a_warning(miner):
    found = chain.registration(miner(port=8000))
    assert found.state == "warning"
    assert "TOUCHLINE_PORT is 8000" in found.detail


def test_a_hotkey_that_is_not_on_the_subnet_is_wrong(miner, node):
    node.neurons[0].public_key = make_hotkey().public_key
    found = chain.registration(miner())
    assert found.state == "wrong"
    assert f"{MINER.address} is not on subnet 44" in found.detail


def test_a_miner_that_the_chain_has_no_address_of_is_wrong(miner, node):
    node.neurons[0].ip, node.neurons[0].port = "0.0.0.0", 0
    found = chain.registration(miner())
    assert found.state == "wrong"
    assert found.fix.startswith("touchline register")


def test_registration_is_not_guessed_without_a_wallet(tmp_path):
    found = chain.registration(context_of(tmp_path))
    assert found.state == "warning"
    assert "not checked" in found.detail


@pytest.mark.parametrize(
    ("settings", "count"),
    [({}, 2), ({"stake_field": "tao"}, 1), ({"min_stake": 6}, 4), ({"require_permit": True}, 2)],
)
def test_who_may_ask_is_counted_as_the_settings_say(miner, settings, count):
    found = chain.access(miner(**settings))
    assert found.state == "ok"
    assert found.detail.startswith(f"{count} hotkeys")


def test_a_threshold_that_nobody_reaches_is_a_warning(miner):
    found = chain.access(miner(min_stake=1e12))
    assert found.state == "warning"
    assert "nobody may ask" in found.detail


@pytest.mark.parametrize(("anyone", "who"), [(True, "anyone"), (False, "1 hotkeys")])
def test_an_allow_list_is_for_development(tmp_path, anyone, who):
    path = tmp_path / "allowed.json"
    path.write_text(json.dumps({"anyone": anyone, "validators": {MINER.address: {}}}))
    context = context_of(tmp_path, allow_list=path)
    found = chain.access(context)
    assert found.state == "warning"
    assert found.detail.startswith(who)
    assert chain.freshness(context).state == chain.registration(context).state == "ok"


def test_a_state_folder_is_there_or_can_be_made(tmp_path):
    context = context_of(tmp_path)
    assert "can be made" in chain.state(context).detail
    context.settings.state.mkdir()
    assert "can be written" in chain.state(context).detail


def test_a_file_in_place_of_the_state_folder_is_wrong(tmp_path):
    (tmp_path / "state").write_text("")
    found = chain.state(context_of(tmp_path, state=tmp_path / "state" / "deeper"))
    assert found.state == "wrong"
    assert "TOUCHLINE_STATE" in found.fix
