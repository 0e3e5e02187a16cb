"""How a client of the encrypted variant hands over its key."""

import time
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, ValidationError

from touchline.errors import MalformedError
from touchline.scorevision.miner.access.admission import NAMES
from touchline.scorevision.miner.routes import service_of
from touchline.scorevision.miner.sealed import KEY_UUID, exchange_of, key_uuid
from touchline.service.web import REFUSALS, body_in_time, header_parameters

router = APIRouter()


class PublicKey(BaseModel):
    """The key to encrypt a symmetric key with; made anew at each start."""

    public_key: str
    """PEM, SubjectPublicKeyInfo, RSA-2048."""
    timestamp: float
    """Unix seconds."""


class SymmetricKey(BaseModel):
    """A symmetric key, encrypted."""

    encrypted_symmetric_key: Annotated[str, Field(min_length=1, max_length=1024)]
    """Base64 of RSA-OAEP (MGF1-SHA256, SHA-256) of 32 bytes."""


class Exchanged(BaseModel):
    """That the key is known now."""

    status: str = "Symmetric key exchanged successfully"


@router.get("/public-encryption-key", summary="The key to encrypt a symmetric key with")
async def public_key(request: Request) -> PublicKey:
    """Asked by a client before it hands over its own key."""
    exchange = exchange_of(service_of(request))
    return PublicKey(public_key=exchange.public_key_pem, timestamp=time.time())


@router.post(
    "/exchange-symmetric-key",
    responses=REFUSALS,
    openapi_extra={
        "parameters": header_parameters(*NAMES, KEY_UUID),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": SymmetricKey.model_json_schema()}},
        },
    },
    summary="Hand over a symmetric key",
)
async def exchange_key(request: Request) -> Exchanged:
    """Keep the client's key, under its hotkey and the uuid that it names."""
    service = service_of(request)
    body = await body_in_time(request)
    uuid = key_uuid(request)
    validator = service.admission.admit_encrypted(request.headers, uuid)
    try:
        handed = SymmetricKey.model_validate_json(body)
    except ValidationError as error:
        raise MalformedError(f"encrypted_symmetric_key: {error.errors()[0]['msg']}.") from None
    exchange_of(service).exchange(validator, uuid, handed.encrypted_symmetric_key)
    return Exchanged()
