"""Chains on the loopback: a small one of our own, and the recordings beside the project.

Both speak the real protocol over a real websocket, and the real client reads them.
"""

import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from tempfile import TemporaryDirectory

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from tests.ports import free_port
from tests.service.chain import runtime
from tests.service.chain.scale import blob, compact, flag, number, option, text, vector
from tests.shared import SHARED, beside
from touchline.service.chain import make_hotkey

RAO = 10**9
EVENTS = "0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7"
"""Where the events of a block are stored, on every chain."""
OPENED = "0xca407206ec1ab726b2636c4b145ac2879055a2cffd4b296f38f2de8d9b333cab"
"""Where the opened commitments are stored, before subnet and hotkey."""
RECORDINGS = ("recorded_finney.json", "recorded_finney_trustless.json")
CHAINS = ("made", *beside(*RECORDINGS))
"""By name, as ``chain_called`` knows them."""
SERVED = ("192.222.59.109", 6028)
"""Where the recorded miner is served."""


@dataclass
class Neuron:
    """One hotkey of the made chain; stakes in TAO and alpha."""

    public_key: bytes
    alpha: float = 0.0
    tao: float = 0.0
    permit: bool = False
    ip: str = "0.0.0.0"
    port: int = 0

    @property
    def total(self):
        return self.alpha + 0.18 * self.tao


@dataclass
class MadeChain:
    """A subnet, and how its node behaves; all of it may be changed while it runs.

    ``refuses`` is the name of the error that a call ends with, ``rejects`` what the pool says
    instead of taking it; ``silent`` never answers, ``silent_after`` no more after this method;
    ``trust`` fills the vectors that today's runtime leaves empty; ``opened`` has the commitments of
    each public key, a block and a text of each.
    """

    neurons: list
    netuid: int = 44
    block: int = 1234
    trust: bool = False
    silent: bool = False
    silent_after: str | None = None
    broken: bool = False
    refuses: str | None = None
    rejects: str | None = None
    opened: dict = field(default_factory=dict)
    sent: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    open: int = 0
    endpoint: str = ""

    def __post_init__(self):
        self._metadata = runtime.metadata()
        self._hash = "0x" + hashlib.sha256(self._metadata).hexdigest()

    def talk(self, connection):
        """Answer one client until it goes."""
        self.open += 1
        try:
            for message in connection:
                self._answer(connection, json.loads(message))
        except ConnectionClosed:
            pass
        finally:
            self.open -= 1

    def _answer(self, connection, request):
        method, params = request["method"], request.get("params") or []
        self.asked.append(method)
        if self.silent:
            return
        self.silent = method == self.silent_after
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            answer["result"] = self._result(method, params)
        except LookupError as error:
            answer["error"] = {"code": 1010, "message": str(error)}
        connection.send(json.dumps(answer))
        if answer.get("result") == "calls" and not self.silent:
            for state in ("ready", {"inBlock": self._hash}, {"finalized": self._hash}):
                params = {"subscription": "calls", "result": state}
                update = {"jsonrpc": "2.0", "method": "author_extrinsicUpdate", "params": params}
                connection.send(json.dumps(update))

    def _result(self, method, params):
        match method:
            case "chain_getBlockHash" | "chain_getHead" | "chain_getFinalizedHead":
                return self._hash
            case "chain_getHeader":
                return self._header
            case "chain_getBlock":
                block = {"header": self._header, "extrinsics": self.sent[-1:]}
                return {"block": block, "justifications": None}
            case "state_getRuntimeVersion":
                names = {"specName": "made", "specVersion": 1, "implVersion": 1}
                return {**names, "implName": "made", "transactionVersion": 1, "apis": []}
            case "system_properties":
                return {"ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO"}
            case "account_nextIndex" | "system_accountNextIndex":
                return 7
            case "state_getStorageAt" | "state_getStorage" if params[0] == EVENTS:
                return self._hex(self._events())
            case "state_getStorageAt" | "state_getStorage" if params[0].startswith(OPENED):
                return self._committed(bytes.fromhex(params[0].removeprefix(OPENED)))
            case "state_call":
                return self._hex(self._called(*params[:2]))
            case "author_submitAndWatchExtrinsic":
                return self._take(params[0])
            case "state_getKeysPaged":
                return []
            case "author_unwatchExtrinsic":
                return True
        raise LookupError(f"Method not found: {method}")

    @property
    def _header(self):
        roots = dict.fromkeys(("parentHash", "stateRoot", "extrinsicsRoot"), self._hash)
        return {**roots, "number": hex(self.block), "digest": {"logs": []}}

    def _called(self, name, argument):
        if name == "Metadata_metadata_at_version":
            return option(blob(self._metadata))
        if name == "SubnetInfoRuntimeApi_get_metagraph":
            netuid = int.from_bytes(bytes.fromhex(argument.removeprefix("0x")), "little")
            found = self._graph() if netuid == self.netuid else None
            return b"\1\2\3" if self.broken else option(found)
        raise LookupError(f"Exported method {name} is not found")

    def _take(self, extrinsic):
        if self.rejects:
            raise LookupError(f"Invalid Transaction: {self.rejects}")
        self.sent.append(extrinsic)
        return "calls"

    def _events(self):
        info = compact(0) + compact(0) + b"\0" + b"\1"
        if self.refuses is None:
            event = b"\0" + info
        else:
            ours = self.refuses in runtime.ERRORS
            pallet = runtime.SUBTENSOR if ours else runtime.COMMITMENTS
            index = (runtime.ERRORS if ours else runtime.REFUSALS)[self.refuses]
            event = b"\1" + b"\3" + number(pallet, 1) + number(index, 4) + info
        return vector([b"\0" + number(0, 4) + b"\0" + event + vector([])])

    def _committed(self, whose):
        netuid, key = int.from_bytes(whose[:2], "little"), whose[-32:]
        if netuid != self.netuid or key not in self.opened:
            return None
        rows = self.opened[key]
        return self._hex(vector(blob(text(said)) + number(at, 8) for at, said in rows))

    def _graph(self):
        keys = [neuron.public_key for neuron in self.neurons]
        shares = [compact(0)] * len(keys) if self.trust else []
        return b"".join(
            (
                compact(self.netuid),
                compact(1),
                bytes(32),
                bytes(32),
                *map(compact, (self.block, 360, self.block, 0, len(keys))),
                vector(keys),
                vector(keys),
                vector(_axon(neuron) for neuron in self.neurons),
                vector(flag(True) for _ in keys),
                vector(flag(neuron.permit) for neuron in self.neurons),
                vector(shares),
                vector(shares),
                *(
                    vector(compact(round(getattr(neuron, name) * RAO)) for neuron in self.neurons)
                    for name in ("alpha", "tao", "total")
                ),
            )
        )

    @staticmethod
    def _hex(data):
        return "0x" + data.hex()


def _axon(neuron):
    ip = ip_address(neuron.ip)
    parts = ((1, 8), (1, 4), (int(ip), 16), (neuron.port, 2), (ip.version, 1), (4, 1), (0, 2))
    return b"".join(number(value, size) for value, size in parts)


def crowd(*, validator=None, lowstake=None, alphaonly=None, miner=None, served=("0.0.0.0", 0)):
    """Eight neurons in the parts that the recordings have, with other keys where none is given.

    ``served`` is the address and the port of the miner.
    """

    def key(given, place):
        return given or make_hotkey(bytes([place]) * 32).public_key

    others = [Neuron(key(None, place), alpha=place) for place in range(4, 8)]
    return [
        Neuron(key(miner, 0), alpha=2.5, ip=served[0], port=served[1]),
        Neuron(key(validator, 1), alpha=131_000, tao=1_200_000, permit=True),
        Neuron(key(lowstake, 2), tao=6.9),
        Neuron(key(alphaonly, 3), alpha=10_561.9, permit=True),
        *others,
    ]


@contextmanager
def replayed_chain(neurons=None, **parts):
    """Run a small chain of our own; gives the ``MadeChain``, whose ``endpoint`` to connect to.

    ``parts`` are public keys by what they hold, as in ``crowd``; ``neurons`` is for other needs.
    """
    chain = MadeChain(crowd(**parts) if neurons is None else neurons)
    with _own_cache(), serve(chain.talk, "127.0.0.1", 0, ping_interval=None) as server:
        chain.endpoint = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield chain
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def chain_called(name, **parts):
    """Run one of ``CHAINS``; gives its endpoint. ``parts`` are public keys, as in ``crowd``."""
    if name == "made":
        with replayed_chain(crowd(**parts, served=SERVED)) as chain:
            yield chain.endpoint
    else:
        with _recorded_chain(name, **parts) as endpoint:
            yield endpoint


@contextmanager
def _recorded_chain(name, **parts):
    folder, port = SHARED / "chain", free_port()
    keys = [word for part, key in parts.items() for word in (f"--{part}", key.hex())]
    command = [sys.executable, folder / "replay_server.py", folder / name, str(port), *keys]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        with _own_cache():
            yield f"ws://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def _own_cache():
    """Keep what the client learns of such a chain out of the home folder and of other tests."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITTENSOR_RUNTIME_CACHE_DIR", folder)
        patch.setenv("BTCLI_TOKEN_SYMBOLS_CACHE", f"{folder}/symbols.json")
        yield


def _wait_for(port, process, seconds=20.0):
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the replay server does not answer on port {port}")
