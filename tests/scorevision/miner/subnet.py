"""A subnet on this machine: validators, a chain that knows them, hosts of videos, the miner."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bittensor_core as core
import httpx
from anyio.from_thread import start_blocking_portal

from tests.scorevision.miner.serving import MINER, MINER_PUBLIC, Running, serving
from tests.scorevision.miner.validators import ENDPOINT, Validator, require_sound
from tests.service.chain.replay import chain_called
from tests.service.fetching import hosts

VALIDATOR, LOWSTAKE, ALPHAONLY = (Validator(bytes([place]) * 32) for place in (118, 108, 97))
STRANGER = Validator(bytes([115]) * 32)
PARTS = {
    "validator": VALIDATOR.public_key,
    "lowstake": LOWSTAKE.public_key,
    "alphaonly": ALPHAONLY.public_key,
    "miner": MINER_PUBLIC,
}
SIZE = (320, 192)
NOWHERE = "http://127.0.0.1:1/video.mp4"
"""Nobody listens there; who is refused before the download never gets so far."""
SOON = 10.0
"""Seconds in which what is about to happen must have happened."""
QUICK = {
    "DOWNLOAD_SECONDS": "3.9",  # a try that fails is the last: the pause would be longer
    "MAX_QUEUED_CHALLENGES": "1",
}


@dataclass(frozen=True, slots=True)
class Clip:
    """A short match, and its frames as OpenCV counts them."""

    content: bytes
    frames: int

    def require_answered(self, response: httpx.Response) -> dict[str, Any]:
        """The answer, which must be all that a validator wants of it."""
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        require_sound(answer, frames=self.frames, size=SIZE)
        return answer


@contextmanager
def on_chain(folder: Path, chain: str, **settings: str) -> Iterator[Running]:
    """The service beside a replayed chain: the name of a recording, or ``made``."""
    with chain_called(chain, **PARTS) as endpoint:
        settings = {**QUICK, "SUBTENSOR_ADDRESS": endpoint, **settings}
        with serving(folder, **settings) as running:
            yield running


@contextmanager
def hosting(*answers: hosts.Answer) -> Iterator[hosts.Host]:
    """A host of videos in a thread of its own."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(hosts.serving(*answers)) as host,
    ):
        yield host


def ask(
    client: httpx.Client,
    body: bytes,
    *,
    by: Validator = VALIDATOR,
    nonce: str | None = None,
    **headers: str,
) -> httpx.Response:
    """A signed challenge; ``headers`` are written with underscores and win over the signed ones."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    signed = by.headers(MINER, body, nonce=nonce) | named
    return client.post(ENDPOINT, content=body, headers=signed)


def require_refused(response: httpx.Response, status: int, reason: str = "") -> None:
    """Refused with this status, for a reason that is told as JSON."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    assert re.search(reason, detail), detail


def require_signed(response: httpx.Response) -> None:
    """Signed by the miner, over the body as it was before it was packed."""
    digest = hashlib.sha256(response.content).hexdigest()
    message = f"{response.headers['nonce']}:{MINER}:{digest}".encode()
    signature = bytes.fromhex(response.headers["signature"].removeprefix("0x"))
    assert response.headers["miner-hotkey"] == MINER
    assert core.verify_signature(message, signature, MINER)


def require_no_mistake(service: Running) -> None:
    """Nothing went wrong in the service that it did not expect."""
    log = service.said()
    assert "Traceback" not in log
    assert '" 500' not in log


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)
