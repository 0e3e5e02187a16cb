import gzip
import hashlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from touchline.scorevision.miner.bodies import acceptable, compressed, finish
from touchline.service.chain import make_hotkey, verify

BODY = b'{"frames": []}' * 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd; q=0.000, gzip;q=0", None),
        ("br, identity", None),
        ("", None),
    ],
)
def test_a_body_is_packed_as_the_client_accepts_it(accepted: str, encoding: str | None) -> None:
    sent, headers = compressed(BODY, accepted)
    assert headers.get("content-encoding") == encoding
    assert headers["vary"] == "accept-encoding"
    unpack = {"gzip": gzip.decompress, "zstd": zstandard.decompress, None: bytes}[encoding]
    assert unpack(sent) == BODY
    assert (len(sent) < len(BODY)) == (encoding is not None)


def test_a_small_body_is_not_worth_packing() -> None:
    assert compressed(b"{}", "gzip, zstd")[0] == b"{}"


def test_the_signature_is_over_what_is_unpacked() -> None:
    hotkey = make_hotkey()
    sent, headers = finish(BODY, hotkey, Headers({"accept-encoding": "gzip"}))
    digest = hashlib.sha256(gzip.decompress(sent)).hexdigest()
    message = f"{headers['nonce']}:{hotkey.address}:{digest}".encode()
    signature = bytes.fromhex(headers["signature"].removeprefix("0x"))
    assert headers["miner-hotkey"] == hotkey.address
    assert verify(message, signature, hotkey.address)
    assert not verify(message + b"0", signature, hotkey.address)


@given(st.text(max_size=80))
def test_any_accept_encoding_is_understood_somehow(header: str) -> None:
    assert isinstance(acceptable(header), set)
