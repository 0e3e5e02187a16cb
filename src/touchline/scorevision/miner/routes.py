"""The route for validators."""

import asyncio
import time

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from touchline.errors import MalformedError
from touchline.scorevision.miner.access.admission import NAMES
from touchline.scorevision.miner.bodies import finish
from touchline.scorevision.miner.sealed import SEALED, SealedRequest, admit
from touchline.scorevision.miner.service import Service
from touchline.scorevision.wire import VIDEO_URL, Answer, Challenge
from touchline.service.web import REFUSALS, body_in_time, header_parameters, unless_disconnected

router = APIRouter()

JSON = "application/json"


@router.post(
    "/soccer/challenge",
    response_model=Answer,
    responses=REFUSALS,
    openapi_extra={
        "parameters": header_parameters(*NAMES),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": Challenge.model_json_schema()}},
        },
    },
    summary="Answer a challenge",
)
async def challenge(request: Request) -> Response:
    """Analyse the video of a signed challenge; every frame of it is answered."""
    received = time.perf_counter()
    service = service_of(request)
    sealed = admit(request, service, await body_in_time(request))
    asked = parse_challenge(sealed.body)
    answer = await unless_disconnected(request, service.handler.answer(asked, received=received))
    return await signed(answer, request, sealed)


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


def parse_challenge(body: bytes) -> Challenge:
    """The challenge in a body.

    Raises:
        MalformedError: It is no challenge; the message names the field.
    """
    try:
        return Challenge.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        field = str(problem["loc"][0]) if problem["loc"] else "body"
        if field == VIDEO_URL and problem["type"] in ("missing", "string_too_short"):
            raise MalformedError("No video URL provided") from None
        raise MalformedError(f"{field}: {problem['msg']}.") from None


async def signed(body: bytes, request: Request, sealed: SealedRequest) -> Response:
    """The answer as it is sent; compressed and signed in a thread, off the event loop."""
    hotkey = service_of(request).hotkey

    def seal() -> tuple[bytes, dict[str, str]]:
        return finish(sealed.seal(body) if sealed.seal else body, hotkey, request.headers)

    sent, headers = await asyncio.to_thread(seal)
    return Response(sent, headers=headers, media_type=SEALED if sealed.seal else JSON)
