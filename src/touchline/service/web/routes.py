"""The routes for operators and monitors, and what those of a protocol say of themselves."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from touchline.service.web.health import Health
from touchline.service.web.service import WebService
from touchline.service.web.statuses import STATUSES

router = APIRouter()


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


@router.get("/availability", summary="Whether a challenge would be taken now")
async def availability(request: Request) -> Availability:
    """False while the service is at work on as many challenges as it takes, starts, or ends."""
    return Availability(available=_service_of(request).is_available)


@router.get("/health", responses={503: {"model": Health}}, summary="How the service is")
async def health(request: Request, response: Response) -> Health:
    """Status 200 where it is ready for a challenge, else 503."""
    found = _service_of(request).vitals.read()
    response.status_code = 200 if found.ready else 503
    return found


@router.get("/health/live", summary="Whether the service answers at all")
async def live() -> dict[str, bool]:
    """For a monitor that restarts what hangs; says nothing about being ready."""
    return {"live": True}


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    """In Prometheus' text form."""
    text = _service_of(request).render_metrics()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _service_of(request: Request) -> WebService:
    service: WebService = request.app.state.service
    return service
