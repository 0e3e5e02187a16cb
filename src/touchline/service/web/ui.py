"""``/ui``: the last challenges, each with the page of ``touchline report``; for the operator."""

import asyncio
import html
import ipaddress
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from touchline.errors import ForbiddenError, OutputError
from touchline.service.web.kept import VIDEO, KeptChallenges
from touchline.service.web.service import WebService

PAGE = "report.html"
SHOWN = re.compile(rf"{PAGE}|{VIDEO}|report-data/\d+\.js")
"""Files of a challenge that are shown."""
HOSTS = {"localhost", "127.0.0.1", "[::1]"}
"""Names by which this machine calls itself: a page from elsewhere comes by another."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data: blob:; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 52rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; border-bottom: 1px solid #8886; }
td:nth-child(n + 3), th:nth-child(n + 3) { text-align: right; font-variant-numeric: tabular-nums; }
td { overflow-wrap: anywhere; }
a { color: #1d7040; } @media (prefers-color-scheme: dark) { a { color: #7bd39a; } }
"""

_writing = asyncio.Lock()
"""One page at a time: it takes a core."""


def require_operator(request: Request) -> None:
    """Refuse whoever is not on this machine, unless all may look.

    A proxy in front is on this machine too: who comes through one says so, and is refused.

    Raises:
        ForbiddenError: The request is from elsewhere.
    """
    service: WebService = request.app.state.service
    if service.settings.ui == "anyone":
        return
    peer = request.client.host if request.client else ""
    name = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    passed_on = {"forwarded", "x-forwarded-for", "x-real-ip"} & {*request.headers}
    if not _is_loopback(peer) or name.lower() not in HOSTS or passed_on:
        raise ForbiddenError("/ui is for this machine alone; TOUCHLINE_UI says who may look.")


router = APIRouter(prefix="/ui", include_in_schema=False, dependencies=[Depends(require_operator)])


@router.get("")
async def index(request: Request) -> Response:
    """The list of the challenges that are kept."""
    kept = _kept(request)
    rows = "".join(
        f'<tr><td><a href="ui/{name}/{PAGE}">{html.escape(each.challenge_id)}</a></td>'
        f"<td>{datetime.fromtimestamp(int(name) / 1e9, UTC):%Y-%m-%d %H:%M:%S} UTC</td>"
        f"<td>{each.frames}</td><td>{each.seconds:.1f} s</td></tr>"
        for name, each in await asyncio.to_thread(kept.listed)
    )
    head = "<tr><th>challenge</th><th>answered</th><th>frames</th><th>took</th></tr>"
    shown = f"<table>{head}{rows}</table>" if rows else "<p>None was answered yet.</p>"
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        "<title>Touchline miner</title>"
        f"<style>{STYLE}</style><main><h1>The last challenges</h1>{shown}"
        f"<p>The last {kept.most} that were answered are kept; a page is written when it is first "
        "opened.</p></main></html>",
        headers=HEADERS,
    )


@router.get("/")
async def without_slash() -> Response:
    """Links of the list begin at ``/ui``."""
    return RedirectResponse("../ui")


@router.get("/{name}/{file:path}")
async def shown(name: str, file: str, request: Request) -> Response:
    """The page of a challenge, its video, and its data."""
    place = await asyncio.to_thread(_kept(request).place, name)
    if place is None or not SHOWN.fullmatch(file):
        return Response("no such challenge is kept", 404)
    async with _writing:
        if file == PAGE and not (place / PAGE).exists():
            await _write_page(place)
    if not (place / file).is_file():
        return Response("there is no such file", 404)
    kind = "video/mp4" if file == VIDEO else None
    return FileResponse(place / file, headers=HEADERS, media_type=kind)


async def _write_page(place: Path) -> None:
    """Have a process of its own write the page: the service loads no library of tables.

    Raises:
        OutputError: It could not.
    """
    video = ("--video", str(place / VIDEO)) if (place / VIDEO).exists() else ()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "touchline", "report", str(place), *video),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise OutputError(f"the page of a challenge could not be written: {said.decode()[-500:]}")


def _kept(request: Request) -> KeptChallenges:
    service: WebService = request.app.state.service
    assert service.handler.kept is not None, "without it there is no route"
    return service.handler.kept


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
