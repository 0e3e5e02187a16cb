"""Signatures of requests and answers, as fiber 2.x forms them: sr25519 over one line of text.

A POST signs ``NONCE:MINER_HOTKEY:SHA256`` with the SHA-256 of the raw body in lower-case hex, a GET
``NONCE:MINER_HOTKEY``, a request of the encrypted variant ``NONCE:MINER_HOTKEY:KEY_UUID``. Who
signs is not in the line: the signature is verified with their key.
"""

import hashlib
import secrets
import string
import time

from touchline.service.chain import Hotkey

SUFFIX = string.ascii_letters + string.digits


def request_message(nonce: str, miner_hotkey: str, body: bytes | None = None) -> bytes:
    """What a validator signs.

    Args:
        nonce: As in the header.
        miner_hotkey: SS58 address of the miner that is asked.
        body: The raw bytes of a POST; None for a GET.
    """
    parts = [nonce, miner_hotkey]
    if body is not None:
        parts.append(hashlib.sha256(body).hexdigest())
    return ":".join(parts).encode()


def encrypted_message(nonce: str, miner_hotkey: str, key_uuid: str) -> bytes:
    """What a client of the encrypted variant signs; the body is not in it."""
    return f"{nonce}:{miner_hotkey}:{key_uuid}".encode()


def new_nonce(now_ns: int | None = None) -> str:
    """``<Unix time in nanoseconds>_<10 letters and digits>``."""
    suffix = "".join(secrets.choice(SUFFIX) for _ in range(10))
    return f"{time.time_ns() if now_ns is None else now_ns}_{suffix}"


def signed_headers(hotkey: Hotkey, miner_hotkey: str, body: bytes | None = None) -> dict[str, str]:
    """The headers by which a validator asks a miner."""
    nonce = new_nonce()
    return {
        "validator-hotkey": hotkey.address,
        "miner-hotkey": miner_hotkey,
        "nonce": nonce,
        "signature": _signature(hotkey, request_message(nonce, miner_hotkey, body)),
    }


def answer_headers(hotkey: Hotkey, body: bytes) -> dict[str, str]:
    """The headers by which a miner stands by its answer, whose bytes are those before packing."""
    nonce = new_nonce()
    return {
        "miner-hotkey": hotkey.address,
        "nonce": nonce,
        "signature": _signature(hotkey, request_message(nonce, hotkey.address, body)),
    }


def _signature(hotkey: Hotkey, message: bytes) -> str:
    return "0x" + hotkey.sign(message).hex()
