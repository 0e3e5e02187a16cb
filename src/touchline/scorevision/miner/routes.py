"""The routes for validators, operators and monitors."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from touchline.errors import DeadlineError, MalformedError
from touchline.scorevision.miner.access.admission import NAMES
from touchline.scorevision.miner.bodies import finish, read_body
from touchline.scorevision.miner.health import Health
from touchline.scorevision.miner.sealed import SEALED, SealedRequest, admit
from touchline.scorevision.miner.service import Service
from touchline.scorevision.miner.statuses import STATUSES
from touchline.scorevision.wire import VIDEO_URL, Answer, Challenge

T = TypeVar("T")

router = APIRouter()

JSON = "application/json"
BODY_WITHIN = 30.0
"""Seconds that the body of a request may take to arrive."""


class Availability(BaseModel):
    """Whether a challenge would be taken now."""

    available: bool


class Problem(BaseModel):
    """Why a request was not served."""

    detail: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in sorted(set(STATUSES.values()))
}


def header_parameters(*names: str) -> list[dict[str, Any]]:
    """Headers as OpenAPI describes them."""
    return [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in names
    ]


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


@router.get("/availability", summary="Whether a challenge would be taken now")
async def availability(request: Request) -> Availability:
    """False while the miner is at work on as many challenges as it takes, starts, or ends."""
    return Availability(available=service_of(request).is_available)


@router.get("/health", responses={503: {"model": Health}}, summary="How the service is")
async def health(request: Request, response: Response) -> Health:
    """Status 200 where it is ready for a challenge, else 503."""
    found = service_of(request).vitals.read()
    response.status_code = 200 if found.ready else 503
    return found


@router.get("/health/live", summary="Whether the service answers at all")
async def live() -> dict[str, bool]:
    """For a monitor that restarts what hangs; says nothing about being ready."""
    return {"live": True}


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    """In Prometheus' text form."""
    text = service_of(request).render_metrics()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


async def body_in_time(request: Request) -> bytes:
    """The raw body.

    Raises:
        DeadlineError: It trickles.
        OversizeError: It is too large.
    """
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await read_body(request)
    except TimeoutError:
        raise DeadlineError(f"the body did not arrive within {BODY_WITHIN:.0f} s.") from None


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


async def unless_disconnected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of the work, which is cancelled when the client disconnects.

    Raises:
        ClientDisconnect: It did.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.wait({task})


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def signed(body: bytes, request: Request, sealed: SealedRequest) -> Response:
    """The answer as it is sent; compressed and signed in a thread, off the event loop."""
    hotkey = service_of(request).hotkey

    def seal() -> tuple[bytes, dict[str, str]]:
        return finish(sealed.seal(body) if sealed.seal else body, hotkey, request.headers)

    sent, headers = await asyncio.to_thread(seal)
    return Response(sent, headers=headers, media_type=SEALED if sealed.seal else JSON)
