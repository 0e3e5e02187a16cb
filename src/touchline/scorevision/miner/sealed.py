"""A request as it arrived, plain or encrypted, and how its answer is sent."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from touchline.errors import MalformedError, MissingHeaderError
from touchline.scorevision.miner.access.encryption import KeyExchange
from touchline.scorevision.miner.service import Service

SEALED = "application/octet-stream"
"""Content type of an encrypted body."""
KEY_UUID = "symmetric-key-uuid"


@dataclass(frozen=True, slots=True)
class SealedRequest:
    """An admitted request.

    Attributes:
        body: JSON, decrypted where it was encrypted.
        seal: Encrypts the answer; None where the client did not ask for it.
    """

    body: bytes
    seal: Callable[[bytes], bytes] | None = None


def admit(request: Request, service: Service, body: bytes) -> SealedRequest:
    """Admit a request, and decrypt its body where it is encrypted.

    Raises:
        RequestError: It is not admitted, or its body cannot be decrypted.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SEALED:
        service.admission.admit(request.headers, body)
        return SealedRequest(body)
    return _decrypted(request, service, body)


def _decrypted(request: Request, service: Service, body: bytes) -> SealedRequest:
    exchange = exchange_of(service)
    uuid = key_uuid(request)
    validator = service.admission.admit_encrypted(request.headers, uuid)
    plain = exchange.decrypt(validator, uuid, body)
    if SEALED not in request.headers.get("accept", "").lower():
        return SealedRequest(plain)
    return SealedRequest(plain, exchange.sealer(validator, uuid))


def exchange_of(service: Service) -> KeyExchange:
    """The keys of the encrypted variant.

    Raises:
        MalformedError: It is switched off.
    """
    if service.exchange is None:
        raise MalformedError("this miner does not take encrypted challenges; send JSON.")
    return service.exchange


def key_uuid(request: Request) -> str:
    """Which symmetric key a request is about.

    Raises:
        MissingHeaderError: It does not say.
    """
    uuid = request.headers.get(KEY_UUID)
    if not uuid:
        raise MissingHeaderError(f"the header {KEY_UUID} is missing.")
    return uuid
