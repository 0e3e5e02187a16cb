"""A validator written from the protocol alone: it shares no line with the miner it asks.

It signs with the chain's own library and reads an answer as a validator does.
"""

import hashlib
import itertools
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import bittensor_core as core
import httpx

ENDPOINT = "/soccer/challenge"
WITHIN = 60.0
"""Seconds for an answer; the clips of the tests are tiny."""

_numbers = itertools.count(4711)


@dataclass(frozen=True, slots=True)
class Validator:
    """A key of the subnet."""

    seed: bytes

    @property
    def hotkey(self) -> str:
        return str(self._keypair.ss58_address)

    @property
    def public_key(self) -> bytes:
        return bytes(self._keypair.public_key)

    @property
    def _keypair(self) -> Any:
        return core.Keypair.create_from_seed(self.seed)

    def sign(self, message: str) -> str:
        return "0x" + bytes(self._keypair.sign(message.encode())).hex()

    def headers(
        self, miner: str, tail: bytes | str | None, *, nonce: str | None = None
    ) -> dict[str, str]:
        """The signed headers of a request.

        Args:
            miner: Hotkey of who is asked.
            tail: What is signed besides: a body, a key's uuid, or nothing for a GET.
            nonce: None makes a good one.
        """
        nonce = nonce or nonce_of()
        parts = [nonce, miner]
        if tail is not None:
            parts.append(tail if isinstance(tail, str) else hashlib.sha256(tail).hexdigest())
        return {
            "content-type": "application/json",
            "validator-hotkey": self.hotkey,
            "miner-hotkey": miner,
            "nonce": nonce,
            "signature": self.sign(":".join(parts)),
        }


def nonce_of(age: float = 0.0, *, suffix: bool = True) -> str:
    """A nonce that was made ``age`` seconds ago."""
    made = time.time_ns() - round(age * 1e9)
    return f"{made}_{secrets.token_hex(5)}" if suffix else str(made)


def payload_of(video: str, **changed: Any) -> dict[str, Any]:
    """What a validator asks, not yet written."""
    return {
        "challenge_id": str(next(_numbers)),
        "type": "gsr",
        "video_url": video,
        "created_at": "2026-03-01T12:00:00.123456+00:00",
        **changed,
    }


def body_of(video: str, **changed: Any) -> bytes:
    """What a validator sends."""
    return json.dumps(payload_of(video, **changed)).encode()


def client_of(url: str) -> httpx.Client:
    """As a validator's: its encodings, no redirect, no proxy, and no TLS."""
    headers = {"accept-encoding": "gzip, deflate, zstd"}
    return httpx.Client(
        base_url=url, timeout=WITHIN, headers=headers, trust_env=False, verify=False
    )


def require_sound(answer: dict[str, Any], *, frames: int, size: tuple[int, int]) -> None:
    """Every rule by which a validator reads an answer.

    Args:
        answer: As it came.
        frames: As OpenCV counts them in the video.
        size: (width, height) of the video.
    """
    assert isinstance(answer["frames"], list)
    numbers = [frame["frame_number"] for frame in answer["frames"]]
    assert sorted(numbers) == list(range(frames))
    assert all(type(number) is int for number in numbers)
    assert isinstance(answer["processing_time"], float)
    for frame in answer["frames"]:
        assert isinstance(frame["keypoints"], list)
        assert isinstance(frame["objects"], list)
        assert len(frame["keypoints"]) == 32
        for x, y in frame["keypoints"]:
            _require_pixel(x, size[0])
            _require_pixel(y, size[1])
        _require_sound_objects(frame["objects"], size)


def _require_sound_objects(objects: list[dict[str, Any]], size: tuple[int, int]) -> None:
    ids = [each["id"] for each in objects]
    assert all(type(each) is int for each in ids)
    assert len(set(ids)) == len(ids)
    assert sum(each["class_id"] == 0 for each in objects) <= 1
    for each in objects:
        assert each["class_id"] in (0, 1, 2, 3)
        x1, y1, x2, y2 = each["bbox"]
        assert x1 < x2
        assert y1 < y2
        for value, limit in ((x1, size[0]), (x2, size[0]), (y1, size[1]), (y2, size[1])):
            _require_pixel(value, limit)
    assert objects == sorted(objects, key=_rank), "the best are not first"


def _require_pixel(value: float, limit: int) -> None:
    assert type(value) in (int, float)
    assert 0 <= value <= limit
    assert value == round(value, 2)


def _rank(each: dict[str, Any]) -> tuple[bool, float]:
    """Objects whose class is not in doubt go first, each kind by confidence."""
    return each["detected_class_id"] != each["class_id"], -each["confidence"]
