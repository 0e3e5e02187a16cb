"""A challenge as a validator makes, signs, sends and times it."""

import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from touchline.errors import InputError, UsageError
from touchline.scorevision.local_validator.signed import AnswerSignature, signature_of
from touchline.scorevision.signing import signed_headers
from touchline.scorevision.wire import write_challenge
from touchline.service.chain import Hotkey, is_address

TIMEOUT = 240.0
"""Seconds that a validator waits to connect, to be read, and between two blocks of an answer."""
HEALTH_TIMEOUT = 10.0
"""Seconds in which a miner should say how it is."""
ENDPOINT = "/soccer/challenge"
SHOWN = 300
"""So many characters of a refusal are shown."""


@dataclass(frozen=True, slots=True)
class SentChallenge:
    """What a miner is asked.

    Attributes:
        challenge_id: Decimal digits, as the number of a validator's task.
        video_url: Where the clip is.
        created_at: ISO 8601, with the offset from UTC.
    """

    challenge_id: str
    video_url: str
    created_at: str

    def body(self) -> bytes:
        """The bytes that are signed and sent."""
        return write_challenge(self.challenge_id, self.video_url, self.created_at)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        seconds: From before sending to the whole body read, or to the failure.
        body: Of a 2xx answer, unpacked; None where there was none.
        failure: Why there is no body, in words; None where there is one.
        signature: What the answer says of who signed it; None without a body.
    """

    seconds: float
    body: bytes | None = None
    failure: str | None = None
    signature: AnswerSignature | None = None


@dataclass(frozen=True, slots=True)
class Miner:
    """Who is asked: ``url`` is ``http://host:port``, without a path; ``hotkey`` an SS58 address."""

    url: str
    hotkey: str


def new_challenge(video_url: str) -> SentChallenge:
    """A challenge that was never sent before."""
    now = datetime.now(UTC)
    return SentChallenge(str(10**9 + secrets.randbelow(9 * 10**9)), video_url, now.isoformat())


def validators_client(timeout: float = TIMEOUT) -> httpx.Client:
    """A client that behaves as a validator's: its time-outs and encodings, no redirect, no proxy.

    Args:
        timeout: Seconds for each step; there is no limit for all of them together.
    """
    headers = {"accept-encoding": "gzip, deflate, zstd"}
    return httpx.Client(timeout=timeout, headers=headers, follow_redirects=False, trust_env=False)


def send(challenge: SentChallenge, miner: Miner, *, key: Hotkey, client: httpx.Client) -> Reply:
    """Sign a challenge, send it, and read the answer to its end.

    Whatever goes wrong on the way is a failed answer, as it is for a validator.

    Args:
        challenge: What to ask.
        miner: Whom to ask.
        key: Who signs.
        client: See ``validators_client``.
    """
    body = challenge.body()
    headers = {"content-type": "application/json", **signed_headers(key, miner.hotkey, body)}
    started = time.perf_counter()
    try:
        response = client.post(miner.url + ENDPOINT, content=body, headers=headers)
        seconds = time.perf_counter() - started
    except httpx.RequestError as error:
        seconds = time.perf_counter() - started
        kind = "time-out: " if isinstance(error, httpx.TimeoutException) else ""
        return Reply(seconds, failure=f"{kind}{error or type(error).__name__}")
    if not response.is_success:
        return Reply(seconds, failure=_refusal(response))
    return Reply(seconds, response.content, signature=signature_of(response))


def require_miner_url(url: str) -> str:
    """The URL of a miner without a slash at its end.

    Raises:
        UsageError: It is not ``http://host:port``.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    is_origin = parsed.raw_path == b"/" and not parsed.userinfo and not parsed.fragment
    if parsed.scheme != "http" or not parsed.host or (parsed.port or 80) > 65535 or not is_origin:
        raise UsageError(f"a miner is at http://HOST:PORT, without a path; got {url!r}.")
    return str(parsed).rstrip("/")


def ask_hotkey(url: str, client: httpx.Client) -> str:
    """The hotkey that a miner says it has, by its ``GET /health``.

    Raises:
        InputError: It cannot be reached, or does not say.
    """
    try:
        told = client.get(f"{url}/health", timeout=HEALTH_TIMEOUT).json()
    except (httpx.RequestError, ValueError) as error:
        raise InputError(_no_hotkey(url, str(error) or type(error).__name__)) from None
    hotkey = told.get("hotkey") if isinstance(told, dict) else None
    if not isinstance(hotkey, str) or not is_address(hotkey):
        raise InputError(_no_hotkey(url, "it names none"))
    return hotkey


def _no_hotkey(url: str, why: str) -> str:
    return f"{url}/health does not tell the miner's hotkey ({why}); give it with --miner-hotkey."


def _refusal(response: httpx.Response) -> str:
    """Status and reason of an answer that is none, and when to come back if it says."""
    later = response.headers.get("retry-after")
    come_back = f" (retry after {later} s)" if later else ""
    return f"{response.status_code} {response.reason_phrase}{come_back}: {_detail(response)}"


def _detail(response: httpx.Response) -> str:
    """The ``detail`` of an error as a miner gives it, else the start of what it sent instead."""
    if response.is_redirect:
        return f"a redirect to {response.headers.get('location')}, which no validator follows"
    try:
        content: Any = response.json()
    except ValueError:
        return _shown(response.text)
    detail = content.get("detail", content) if isinstance(content, dict) else content
    return _shown(detail if isinstance(detail, str) else json.dumps(detail))


def _shown(text: str) -> str:
    return " ".join(text.split())[:SHOWN] or "nothing was said"
