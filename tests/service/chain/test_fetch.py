"""Reading a chain over a real websocket, here and in a process of its own."""

import asyncio
import gc
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from tests.service.chain.replay import (
    CHAINS,
    RECORDINGS,
    SERVED,
    Neuron,
    chain_called,
    replayed_chain,
)
from tests.shared import beside
from touchline.errors import ChainError, UsageError
from touchline.service.chain import endpoint_of, fetch_metagraph, make_hotkey, read, read_apart

VALIDATOR, LOWSTAKE, ALPHAONLY, MINER = (make_hotkey(bytes([65 + i]) * 32) for i in range(4))
PARTS = {
    "validator": VALIDATOR.public_key,
    "lowstake": LOWSTAKE.public_key,
    "alphaonly": ALPHAONLY.public_key,
    "miner": MINER.public_key,
}


@pytest.fixture
def chain():
    with replayed_chain(**PARTS) as running:
        yield running


def wait_until(holds, seconds=10.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def fetch(endpoint, netuid=44, **options):
    return fetch_metagraph(endpoint, netuid, **options)


def apart(endpoint, netuid=44, **options):
    return asyncio.run(read_apart(endpoint, netuid, **options))


@pytest.mark.parametrize("reading", [fetch, apart])
@pytest.mark.parametrize("trust", [False, True])
def test_a_chain_is_read_with_and_without_trust(chain, reading, trust):
    chain.trust = trust
    before = time.time()
    found = reading(chain.endpoint)
    assert (found.netuid, found.block, found.origin) == (44, 1234, "chain")
    assert before <= found.synced <= time.time()
    assert [node.uid for node in found.nodes.values()] == list(range(8))
    validator = found.find(VALIDATOR.address)
    assert validator.tao_stake == 1_200_000
    assert validator.alpha_stake == 131_000
    assert validator.total_stake == 347_000
    assert validator.validator_permit
    assert not found.find(MINER.address).validator_permit
    assert found.find(make_hotkey().address) is None


def test_addresses_are_read_of_either_kind_or_none():
    keys = [make_hotkey() for _ in range(3)]
    served = [("1.2.3.4", 7999), ("2001:db8::1", 80), ("0.0.0.0", 0)]
    neurons = [
        Neuron(key.public_key, ip=ip, port=port)
        for key, (ip, port) in zip(keys, served, strict=True)
    ]
    with replayed_chain(neurons) as chain:
        nodes = [fetch(chain.endpoint).find(key.address) for key in keys]
    assert [(node.ip, node.port) for node in nodes] == served


@pytest.mark.parametrize("reading", [fetch, apart])
def test_a_subnet_that_is_not_there_is_named(chain, reading):
    with pytest.raises(ChainError, match=rf"{chain.endpoint} has no subnet 45; check NETUID"):
        reading(chain.endpoint, 45)


@pytest.mark.parametrize("reading", [fetch, apart])
def test_nobody_at_the_address_is_said_in_one_line(reading):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening
        endpoint = f"ws://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ChainError, match=rf"{endpoint} cannot be read: .*[Cc]onnect") as caught:
            reading(endpoint)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reading", [fetch, apart])
def test_an_answer_that_is_no_metagraph_is_an_error(chain, reading):
    chain.broken = True
    with pytest.raises(ChainError, match="cannot be read"):
        reading(chain.endpoint)


def test_a_silent_node_is_left_after_the_timeout(chain):
    chain.silent = True
    start = time.monotonic()
    with pytest.raises(ChainError, match=r"did not answer in 0\.3 s"):
        fetch(chain.endpoint, timeout=0.3)
    assert time.monotonic() - start < 5
    gc.collect()
    wait_until(lambda: chain.open == 0)


@pytest.mark.parametrize("broken", [False, True])
def test_the_connection_is_closed_whether_or_not_it_went_well(chain, broken):
    chain.broken = broken
    try:
        fetch(chain.endpoint)
    except ChainError:
        assert broken
    wait_until(lambda: chain.open == 0)


def test_a_process_apart_ends_at_its_own_timeout(chain):
    chain.silent = True
    with pytest.raises(ChainError, match=r"did not answer in 0\.5 s"):
        apart(chain.endpoint, timeout=0.5)
    wait_until(lambda: chain.open == 0)


def test_a_process_that_stands_still_is_killed_and_reaped(chain, monkeypatch):
    chain.silent = True
    monkeypatch.setattr("touchline.service.chain.fetch.STARTING", 2.0)
    before = children()

    async def freeze():
        reading = asyncio.create_task(read_apart(chain.endpoint, 44, timeout=2.0))
        await signal_reader(chain, before, signal.SIGSTOP)
        await reading

    with pytest.raises(ChainError, match="did not answer in 2 s"):
        asyncio.run(asyncio.wait_for(freeze(), 20))
    assert children() == before
    wait_until(lambda: chain.open == 0)


def test_a_cancelled_reading_takes_its_process_with_it(chain):
    chain.silent = True
    before = children()

    async def cancel():
        reading = asyncio.create_task(read_apart(chain.endpoint, 44))
        while not chain.open:
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(asyncio.wait_for(cancel(), 20))
    assert children() == before
    wait_until(lambda: chain.open == 0)


def test_a_process_that_dies_is_an_error_with_its_code(chain):
    chain.silent = True
    before = children()

    async def shoot():
        reading = asyncio.create_task(read_apart(chain.endpoint, 44))
        await signal_reader(chain, before, signal.SIGKILL)
        await reading

    with pytest.raises(ChainError, match="ended with -9"):
        asyncio.run(asyncio.wait_for(shoot(), 20))


def children():
    """The children of this process, those that are dead but not reaped among them."""
    return set(psutil.Process().children())


async def signal_reader(chain, before, what):
    """Send a signal to the reading process, once it is connected."""
    while not chain.open:
        await asyncio.sleep(0.01)
    for child in children() - before:
        child.send_signal(what)


def test_the_program_loads_nothing_of_touchline(chain):
    """Its imports are what it costs every few minutes beside a running challenge."""
    code = (
        "import runpy, sys; sys.argv[0] = 'read.py'\n"
        f"runpy.run_path({read.__file__!r}, run_name='__main__')\n"
        "print([name for name in sys.modules if name.split('.')[0] in "
        "('touchline', 'cv2', 'openvino')], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, chain.endpoint, "44", "30"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"


def test_without_bittensor_the_extra_is_named(chain, monkeypatch):
    monkeypatch.setitem(sys.modules, "bittensor", None)
    with pytest.raises(ChainError, match=r'pip install "touchline\[chain\]"'):
        fetch(chain.endpoint)


def test_each_network_has_its_node_and_an_address_wins():
    assert endpoint_of("finney", None).startswith("wss://entrypoint-finney")
    assert endpoint_of("test", None).startswith("wss://test.finney")
    assert endpoint_of("local", None) == "ws://127.0.0.1:9944"
    assert endpoint_of("finney", "ws://here:1") == "ws://here:1"
    with pytest.raises(UsageError, match="no network 'fenney'; there are finney, test, local"):
        endpoint_of("fenney", None)


SIZES = {"made": (44, 1234, 8)} | dict.fromkeys(RECORDINGS, (44, 6852344, 1024))
"""Netuid, block and nodes of each chain."""
VALIDATORS = {"made": (1, 1_200_000, 347_000)} | dict.fromkeys(RECORDINGS, (502, 1199031, 347694))
"""Uid of the validator, its TAO, and its whole stake."""


@pytest.mark.parametrize("name", CHAINS)
def test_everybody_is_found_on_each_chain_with_and_without_trust(name):
    with chain_called(name, **PARTS) as endpoint:
        found = fetch(endpoint)
    assert (found.netuid, found.block, len(found.nodes)) == SIZES[name]
    validator, miner = found.find(VALIDATOR.address), found.find(MINER.address)
    stakes = int(validator.tao_stake), int(validator.total_stake)
    assert (validator.uid, *stakes) == VALIDATORS[name]
    assert found.find(LOWSTAKE.address).total_stake == pytest.approx(1.24, abs=0.01)
    assert found.find(ALPHAONLY.address).tao_stake == 0
    assert found.find(ALPHAONLY.address).alpha_stake == pytest.approx(10561.9, abs=0.1)
    assert (miner.uid, miner.ip, miner.port) == (0, *SERVED)


@pytest.mark.parametrize("name", ["made", *beside(RECORDINGS[1])])
def test_each_chain_is_read_by_a_process_apart(name):
    with chain_called(name, **PARTS) as endpoint:
        assert len(apart(endpoint).nodes) == SIZES[name][2]
