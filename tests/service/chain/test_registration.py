"""What the chain is told, and what it answers, over a real websocket."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.service.chain.replay import CHAINS, SERVED, Neuron, chain_called, replayed_chain
from touchline.errors import ChainError, UsageError
from touchline.service.chain import make_hotkey, plan_axon, public_address, serve_axon
from touchline.service.chain.sending import SENTENCES

MINER = make_hotkey(b"m" * 32)
# The bytes that three other implementations make of it.
CALL = "07042c0001000000040302010000000000000000000000003f1f04040000"


@pytest.fixture
def chain():
    with replayed_chain(miner=MINER.public_key) as running:
        yield running


def serve(chain, **changed):
    options = {"netuid": 44, "ip": "1.2.3.4", "port": 7999, **changed}
    return serve_axon(chain.endpoint, MINER, **options)


def test_a_call_has_the_bytes_that_other_implementations_make():
    assert plan_axon(44, "1.2.3.4", 7999).data.hex() == CALL


def test_a_call_for_an_ipv6_address_says_so():
    call = plan_axon(261, "2001:DB8::1", 80)
    assert call.data.hex() == ("0704050101000000010000000000000000000000b80d0120500006040000")
    assert call.address == "[2001:db8::1]:80"
    assert call.as_dict()["ip_type"] == 6


@pytest.mark.parametrize(
    ("netuid", "ip", "port", "words"),
    [
        (44, "127.0.0.1", 7999, "refuses 127.0.0.1"),
        (44, "::1", 7999, "refuses ::1"),
        (44, "0:0:0:0:0:0:0:1", 7999, "refuses ::1"),
        (44, "255.255.255.255", 7999, "refuses 255.255.255.255"),
        (44, "1.2.3", 7999, "'1.2.3' is no IPv4 or IPv6 address"),
        (44, "example.com", 7999, "'example.com' is no IPv4"),
        (44, "1.2.3.4", 0, "port 0 is not allowed: 1 to 65535"),
        (44, "1.2.3.4", 65536, "port 65536 is not allowed"),
        (-1, "1.2.3.4", 7999, "netuid -1 is not allowed"),
        (65536, "1.2.3.4", 7999, "netuid 65536 is not allowed"),
    ],
)
def test_what_the_chain_would_refuse_is_not_sent(netuid, ip, port, words):
    with pytest.raises(UsageError, match=words):
        plan_axon(netuid, ip, port)


def test_an_address_for_local_tests_is_allowed_and_only_real_ones_are_public():
    assert not plan_axon(44, "0.0.0.1", 7999).is_public
    assert not plan_axon(44, "10.0.0.1", 7999).is_public
    assert plan_axon(44, "1.2.3.4", 7999).is_public


def test_the_call_that_was_shown_is_sent_signed_by_the_hotkey(chain):
    found = serve(chain)
    assert (found.uid, found.sent, found.extrinsic) == (0, True, "1234-0000")
    (extrinsic,) = chain.sent
    assert extrinsic.endswith(CALL)
    assert MINER.public_key.hex() in extrinsic
    assert found.call.data.hex() == CALL


def test_a_dry_run_looks_and_sends_nothing(chain):
    found = serve(chain, dry_run=True)
    assert (found.uid, found.served, found.sent, found.extrinsic) == (0, False, False, None)
    assert chain.sent == []
    assert "author_submitAndWatchExtrinsic" not in chain.asked


def test_an_address_that_the_chain_has_already_is_not_sent_again():
    neurons = [Neuron(MINER.public_key, ip="2001:db8::1", port=80)]
    with replayed_chain(neurons) as chain:
        found = serve(chain, ip="2001:0db8:0::1", port=80)
        assert (found.served, found.sent) == (True, False)
        assert chain.sent == []
        assert serve(chain, ip="2001:db8::1", port=81).sent


def test_a_hotkey_that_is_not_registered_is_told_before_anything_is_sent():
    with replayed_chain() as chain:
        assert serve(chain, dry_run=True).uid is None
        with pytest.raises(ChainError, match="not registered on this subnet; register it first"):
            serve(chain)
        assert chain.sent == []


@pytest.mark.parametrize(
    "name",
    [
        "HotKeyNotRegisteredInNetwork",
        "InvalidIpType",
        "InvalidIpAddress",
        "InvalidPort",
        "ServingRateLimitExceeded",
    ],
)
def test_what_the_chain_answers_is_said_in_words(chain, name):
    chain.refuses = name
    with pytest.raises(ChainError) as caught:
        serve(chain)
    assert str(caught.value) == f"{SENTENCES[name]} ({name})"


def test_an_error_that_nobody_knows_yet_is_named(chain):
    chain.refuses = "ANewError"
    with pytest.raises(ChainError, match="the chain refuses the call: ANewError"):
        serve(chain)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Custom error: 10", "HotKeyNotRegisteredInNetwork"),
        ("Custom error: 12", "ServingRateLimitExceeded"),
        ("Transaction has a bad signature", "BadProof"),
        ("Transaction is outdated", "Stale"),
    ],
)
def test_a_call_that_is_turned_away_at_the_door_is_said_in_words(chain, said, name):
    chain.rejects = said
    with pytest.raises(ChainError) as caught:
        serve(chain)
    assert str(caught.value) == f"{SENTENCES[name]} ({name})"


def test_a_chain_that_falls_silent_after_the_call_leaves_it_open(chain, monkeypatch):
    monkeypatch.setattr("touchline.service.chain.sending.CONFIRMED_WITHIN", 0.5)
    chain.silent_after = "author_submitAndWatchExtrinsic"
    with pytest.raises(ChainError, match=r"did not confirm the call in 0\.5 s; .*--dry-run"):
        serve(chain)


@pytest.mark.parametrize("name", CHAINS)
def test_each_chain_takes_the_call(name):
    block = 1234 if name == "made" else 6852344
    with chain_called(name, miner=MINER.public_key) as endpoint:
        options = {"netuid": 44, "ip": "1.2.3.4", "port": 7999}
        assert serve_axon(endpoint, MINER, **options, dry_run=True).uid == 0
        assert serve_axon(endpoint, MINER, **options).extrinsic == f"{block}-0000"
        served = serve_axon(endpoint, MINER, netuid=44, ip=SERVED[0], port=SERVED[1])
        assert (served.served, served.sent) == (True, False)


def test_what_is_printed_is_json_with_the_call_decoded(chain):
    found = serve(chain, dry_run=True).as_dict()
    assert json.loads(json.dumps(found)) == {
        "call": "SubtensorModule.serve_axon",
        "netuid": 44,
        "version": 1,
        "ip": "1.2.3.4",
        "port": 7999,
        "ip_type": 4,
        "protocol": 4,
        "data": f"0x{CALL}",
        "hotkey": MINER.address,
        "uid": 0,
        "served_already": False,
        "sent": False,
        "extrinsic": None,
    }


@pytest.fixture
def says():
    """Services on the loopback that answer with these texts; gives their URLs."""
    servers = []

    def start(*texts):
        return [_start(text, servers) for text in texts]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _start(text, servers):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if text else 503)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    servers.append(server)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def test_the_first_service_that_knows_a_public_address_is_believed(says):
    urls = says("", "<html>hello</html>", "192.168.0.7\n", "203.0.114.5\n", "8.8.8.8")
    assert public_address(urls) == "203.0.114.5"


def test_no_public_address_says_what_each_service_said(says):
    urls = says("", "10.0.0.1")
    with pytest.raises(ChainError, match=r"503.*10\.0\.0\.1 is not public.*--external-ip"):
        public_address([*urls, "http://127.0.0.1:1/"])
