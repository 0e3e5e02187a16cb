"""A validator of the private track, written from the protocol alone."""

import hashlib
import json
import time
from typing import Any

import httpx

from tests.scorevision.miner.serving import MINER, Running
from tests.scorevision.miner.validators import Validator, client_of

ENDPOINT = "/challenge"
CENTRAL, STAKED = (Validator(bytes([place]) * 32) for place in (99, 116))
STRANGER = Validator(bytes([115]) * 32)
OPTIONS = ("--protocol", "turbovision")


def body_of(video: str, **changed: Any) -> bytes:
    """What a validator sends."""
    content = {"challenge_id": "123", "video_url": video, "frames": None, **changed}
    return json.dumps(content, separators=(",", ":")).encode()


def headers_of(
    body: bytes, *, by: Validator = CENTRAL, miner: str = MINER, age: float = 0.0
) -> dict[str, str]:
    """The signed headers, each twice; the nonce is ``age`` seconds old."""
    nonce = str(int(float(time.time_ns() - round(age * 1e9))))
    signature = by.sign(nonce + hashlib.blake2b(body, digest_size=32).hexdigest())
    named = {
        "Validator-Hotkey": by.hotkey,
        "Nonce": nonce,
        "Signature": signature,
        "Miner-Hotkey": miner,
    }
    return named | {f"X-{name}": value for name, value in named.items()}


def ask(server: Running, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    """Send a challenge; without headers it is signed as it should be."""
    given = headers_of(body) if headers is None else headers
    with client_of(server.url) as client:
        return client.post(
            ENDPOINT, content=body, headers={"content-type": "application/json", **given}
        )
