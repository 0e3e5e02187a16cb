"""The server of the private track; start here.

::

    POST /challenge ──► admission ──► queue ──► download ──► worker ──► actions
                        (from memory)  (or 503)  └── side by side ──┘

An answer is made of what was seen after ``ANSWER_BY_SECONDS``, whatever is left. ``touchline serve
--protocol turbovision`` runs it, or ``uvicorn touchline.turbovision.private.app:create_private_app
--factory``.
"""

import logging
import time
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Request, Response

from touchline.errors import NoHotkeyError
from touchline.service.chain import hotkey_of
from touchline.service.web import (
    REFUSALS,
    NonceMemory,
    Standing,
    VideoHandler,
    WebService,
    body_in_time,
    folder_of,
    header_parameters,
    new_app,
    shared_parts,
    unless_disconnected,
)
from touchline.turbovision.private.admission import PrivateAdmission
from touchline.turbovision.private.settings import PrivateSettings
from touchline.turbovision.private.signing import NAMES
from touchline.turbovision.private.wire import (
    ActionAnswer,
    ActionChallenge,
    parse_action_challenge,
    video_of,
    write_action_answer,
)

WRITER = "touchline.turbovision.private.writing:ActionWriter"
"""What the workers write frames with."""

_log = logging.getLogger("touchline.miner")
router = APIRouter()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PrivateService(WebService):
    """Everything behind the routes; ``admission`` decides which challenges are answered."""

    admission: PrivateAdmission

    @classmethod
    def of(cls, settings: PrivateSettings) -> "PrivateService":
        """Put a service together; nothing runs yet.

        Raises:
            ChainError: The hotkey or the allow-list cannot be read.
            OutputError: The folder of what outlives a restart cannot be written.
        """
        settings = settings.in_force()
        own = settings.miner_hotkey or _address(settings)
        parts = shared_parts(settings, VideoHandler, answer=WRITER, hotkey=own, needs_chain=False)
        nonces = None
        if settings.verify_signatures:
            state = folder_of(settings.state, "TOUCHLINE_STATE")
            nonces = NonceMemory(state / f"nonces-private-{own or 'nobody'}.sqlite")
        admission = PrivateAdmission(
            own=own,
            standing=Standing.of(settings, parts["watch"]) if settings.check_hotkeys else None,
            central=settings.central_validator,
            nonces=nonces,
        )
        return cls(admission=admission, **parts)


def _address(settings: PrivateSettings) -> str | None:
    """The hotkey of the wallet: only its name is needed, as nothing is signed."""
    if settings.spotcheck:
        return None
    try:
        return hotkey_of(settings).address
    except NoHotkeyError as error:
        _log.warning("%s Challenges to any miner are answered; MINER_HOTKEY names this one.", error)
        return None


def create_private_app(settings: PrivateSettings | None = None) -> FastAPI:
    """Put the server together.

    Args:
        settings: None reads the environment.

    Raises:
        ChainError: The hotkey or the allow-list cannot be read.
        OutputError: The folder of what outlives a restart cannot be written.
        UsageError: A setting has a value that is not allowed.
    """
    settings = settings or PrivateSettings.read()
    if settings.spotcheck:
        _log.warning("SPOTCHECK_MODE: whoever reaches this server is answered, unsigned.")
    app = new_app(
        PrivateService.of(settings),
        title="Touchline private-track miner",
        description="Says what happens in a video: Bittensor subnet 44, private track.",
        docs="/docs",
        when_ready=settings.spotcheck,
    )
    app.include_router(router)
    return app


@router.post(
    "/challenge",
    response_model=ActionAnswer,
    responses=REFUSALS,
    openapi_extra={
        "parameters": header_parameters(*NAMES),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ActionChallenge.model_json_schema()}},
        },
    },
    summary="Answer a challenge",
)
async def challenge(request: Request) -> Response:
    """Say what happens in the video of a signed challenge."""
    received = time.perf_counter()
    service: PrivateService = request.app.state.service
    body = await body_in_time(request)
    service.admission.admit(request.headers, body)
    asked = parse_action_challenge(body)
    work = service.handler.analysed(video_of(asked), name=asked.challenge_id, received=received)
    answered = await unless_disconnected(request, work)
    seconds = time.perf_counter() - received
    answer = write_action_answer(asked.challenge_id, answered.frames, seconds=seconds)
    return Response(answer, media_type="application/json")
