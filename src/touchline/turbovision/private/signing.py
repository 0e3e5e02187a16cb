"""Signatures of challenges: sr25519 over the nonce and the hash of the raw body.

The message is ``nonce + blake2b-256-hex(body)``, without anything between them. The miner is not in
it, so it proves who asks, not whom.
"""

import hashlib
import time
from collections.abc import Mapping

from touchline.service.chain import Hotkey

VALIDATOR, NONCE, SIGNATURE, MINER = "validator-hotkey", "nonce", "signature", "miner-hotkey"
NAMES = (VALIDATOR, NONCE, SIGNATURE, MINER)
"""Headers of every signed request, which comes with each of them as ``x-...`` too."""


def signed_text(nonce: str, body: bytes) -> bytes:
    """What a validator signs.

    Args:
        nonce: As in the header.
        body: The raw bytes of the request.
    """
    return (nonce + hashlib.blake2b(body, digest_size=32).hexdigest()).encode()


def challenge_headers(
    key: Hotkey, miner: str, body: bytes, *, now_ns: int | None = None
) -> Mapping[str, str]:
    """The headers by which a validator asks a miner, each with and without ``x-``."""
    # Through a float, as validators have it: the last digits are lost.
    nonce = str(int(float(time.time_ns() if now_ns is None else now_ns)))
    signature = "0x" + key.sign(signed_text(nonce, body)).hex()
    values = dict(zip(NAMES, (key.address, nonce, signature, miner), strict=True))
    return values | {f"x-{name}": value for name, value in values.items()}
