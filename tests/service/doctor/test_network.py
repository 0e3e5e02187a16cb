"""The doctor's look at port, clock and address, with real sockets."""

import socket

import pytest

from tests.service.chain.replay import replayed_chain
from tests.service.doctor.places import SEED, context_of, nowhere, web_server, write_wallet
from touchline.service.chain import make_hotkey
from touchline.service.doctor import World, network, web

MINER = make_hotkey(SEED)


def with_clocks(folder, *servers, **settings):
    return context_of(folder, World(time_servers=servers), **settings)


def test_a_free_port_is_ok_and_stays_free(tmp_path):
    context = context_of(tmp_path)
    assert "is free" in network.port(context).detail
    assert network.port(context).state == "ok"


def test_a_port_that_another_program_has_is_wrong(tmp_path):
    with web_server(says={"hello": "world"}) as number:
        found = network.port(context_of(tmp_path, port=number))
    assert found.state == "wrong"
    assert f":{number}" in found.fix


def test_a_port_that_something_silent_has_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(web, "WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = network.port(context_of(tmp_path, port=taken.getsockname()[1]))
    assert found.state == "wrong"


def test_the_port_of_the_running_service_is_ok(tmp_path):
    with web_server() as number:
        found = network.port(context_of(tmp_path, port=number))
    assert (found.state, found.detail) == ("ok", f"{number} is the running service's")


def test_a_host_that_is_not_of_this_machine_is_wrong(tmp_path):
    found = network.port(context_of(tmp_path, host="192.0.2.1"))
    assert found.state == "wrong"
    assert "TOUCHLINE_HOST" in found.fix


@pytest.mark.parametrize(
    ("limit", "state"), [(128, "wrong"), (256, "warning"), (1024, "ok"), (65536, "ok")]
)
def test_a_low_limit_of_file_descriptors_is_told(tmp_path, monkeypatch, limit, state):
    monkeypatch.setattr(network, "descriptor_limit", lambda: limit)
    found = network.descriptors(context_of(tmp_path))
    assert (found.state, "LimitNOFILE" in found.fix) == (state, state != "ok")
    assert f"{limit} file descriptors" in found.detail


@pytest.mark.parametrize(
    ("ahead", "state", "side"),
    [
        (0, "ok", ""),
        (-30, "warning", "ahead of"),
        (30, "warning", "behind"),
        (-90, "wrong", "90 s ahead of"),
        (90, "wrong", "behind"),
    ],
)
def test_a_clock_is_held_against_a_servers(tmp_path, ahead, state, side):
    with web_server(ahead=ahead) as number:
        found = network.clock(with_clocks(tmp_path, f"http://127.0.0.1:{number}/"))
    assert found.state == state
    assert side in found.detail


def test_a_refusal_tells_the_time_as_well(tmp_path):
    with web_server(ahead=90, status=405) as number:
        found = network.clock(with_clocks(tmp_path, f"http://127.0.0.1:{number}/"))
    assert found.state == "wrong"


def test_the_next_server_is_asked_when_one_does_not_know(tmp_path):
    with web_server(dated=False) as mute, web_server() as good:
        servers = [nowhere(), *(f"http://127.0.0.1:{number}/" for number in (mute, good))]
        found = network.clock(with_clocks(tmp_path, *servers))
    assert found.state == "ok"


def test_a_clock_that_nobody_can_be_asked_about_is_a_warning(tmp_path):
    found = network.clock(with_clocks(tmp_path, nowhere()))
    assert found.state == "warning"
    assert "could not be compared" in found.detail


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("wss://user:secret@node.example:443/key", "https://node.example:443/"),
        ("ws://node.example:9944", "http://node.example:9944/"),
        ("ws://127.0.0.1:9944", None),
        (None, "https://entrypoint-finney.opentensor.ai:443/"),
    ],
)
def test_the_chains_node_is_asked_first_but_not_this_machine(tmp_path, address, server):
    context = with_clocks(tmp_path, "http://last/", subtensor_address=address)
    asked = network._time_servers(context)
    assert asked == ([server] if server else []) + ["http://last/"]


@pytest.fixture
def node():
    with replayed_chain(miner=MINER.public_key) as running:
        yield running


@pytest.fixture
def called(tmp_path, node):
    """What the doctor says where the chain has this address of the miner."""

    def ask(ip, port):
        write_wallet(tmp_path / "wallets")
        node.neurons[0].ip, node.neurons[0].port = ip, port
        return network.firewall(context_of(tmp_path, subtensor_address=node.endpoint))

    return ask


def test_an_address_that_does_not_answer_comes_with_a_test_from_outside(called):
    # 192.0.0.9 is global by the registries, and nobody's.
    found = called("192.0.0.9", 1)
    assert found.state == "warning"
    assert found.fix.endswith("curl http://192.0.0.9:1/availability")


def test_an_address_that_is_not_public_is_a_warning(called):
    found = called("10.0.0.5", 7999)
    assert found.state == "warning"
    assert "no public address" in found.detail


def test_no_address_is_a_warning_and_never_wrong(called, tmp_path):
    assert "no address to call" in called("0.0.0.0", 0).detail
    assert network.firewall(context_of(tmp_path / "other")).state == "warning"
