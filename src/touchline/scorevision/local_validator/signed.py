"""Whether an answer was signed, and by the miner that was asked."""

from dataclasses import dataclass

import httpx

from touchline.errors import UnauthenticatedError
from touchline.scorevision.signing import request_message
from touchline.service.chain import verify
from touchline.service.web import parse_signature

HEADERS = ("miner-hotkey", "nonce", "signature")
"""The headers of a signed answer."""


@dataclass(frozen=True, slots=True)
class AnswerSignature:
    """What an answer says of who signed it.

    Attributes:
        signer: The hotkey it names; None where it names none.
        missing: Those of ``HEADERS`` that it lacks; all of them where it is not signed.
        holds: Whether the signature is that of ``signer`` over this body.
    """

    signer: str | None
    missing: tuple[str, ...]
    holds: bool

    def in_words(self, expected: str) -> str:
        """Say it in words.

        Args:
            expected: The hotkey of the miner that was asked.
        """
        if len(self.missing) == len(HEADERS):
            return "not signed"
        if self.missing:
            return f"signed in part, does not hold: {' and '.join(self.missing)} missing"
        if not self.holds:
            return f"signed by {self.signer}: does not hold"
        if self.signer != expected:
            return f"signed by {self.signer}: holds, but that is not the miner that was asked"
        return f"signed by {self.signer}: holds"


def signature_of(response: httpx.Response) -> AnswerSignature:
    """Check the signature of an answer over its body as it was before it was packed."""
    missing = tuple(name for name in HEADERS if name not in response.headers)
    signer = response.headers.get("miner-hotkey")
    return AnswerSignature(signer, missing, not missing and _holds(response))


def _holds(response: httpx.Response) -> bool:
    signer, nonce, signature = (response.headers[name] for name in HEADERS)
    message = request_message(nonce, signer, response.content)
    try:
        return verify(message, parse_signature(signature), signer)
    except UnauthenticatedError:
        return False
