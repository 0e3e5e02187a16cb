"""Download failures: can videos come here, be kept and be read."""

import ipaddress
import shutil
import tempfile
import time
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import av
import numpy as np
from av.video.stream import VideoStream

from touchline.errors import InputError
from touchline.service.doctor.context import Context
from touchline.service.doctor.finding import Verdict, ok, warning, wrong
from touchline.service.doctor.folders import writable_part
from touchline.service.doctor.web import ask
from touchline.video import VideoReader

NEEDED = ("h264", "hevc")
"""What challenges are encoded in, as far as anyone has seen."""
ENCODERS = ("libx264", "libopenh264", "mpeg4")
"""The best one first: which of them exist depends on how PyAV was built."""
FRAMES, SIZE = 5, (160, 96)
"""Of the clip that is written and read back."""
REINSTALL = "install PyAV from its own wheels again: pip install --force-reinstall av"


def decode(context: Context) -> Verdict:
    """Whether videos can be read, tried on a small one."""
    missing = [name for name in NEEDED if not _can_decode(name)]
    if missing:
        return wrong(f"FFmpeg as PyAV brings it cannot decode {', '.join(missing)}", REINSTALL)
    encoder = next(name for name in ENCODERS if name in av.codecs_available)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        _write(path, encoder)
        with VideoReader(path) as reader:
            read = sum(1 for _ in reader)
    if read != FRAMES:
        return wrong(f"of {FRAMES} frames written with {encoder}, {read} came back", REINSTALL)
    return ok(f"PyAV {av.__version__} decodes {', '.join(NEEDED)}; a clip was written and read")


def disk(context: Context) -> Verdict:
    """Room for the videos of the challenges that run at once."""
    settings, folder = context.settings, context.scratch
    there = writable_part(folder)
    if there is None:
        fix = "give it to who runs the service, or set TOUCHLINE_SCRATCH to another folder"
        return wrong(f"{folder} cannot be written, or not be made", fix)
    free = shutil.disk_usage(there).free
    room = settings.max_video_bytes * settings.max_concurrent
    detail = f"{_mib(free)} free in {folder}"
    fix = "free disk, or set TOUCHLINE_SCRATCH to a folder with more of it"
    if free <= settings.min_free_bytes:
        stays = _mib(settings.min_free_bytes)
        return wrong(f"{detail}, and MIN_FREE_DISK_BYTES leaves {stays} alone", fix)
    if free < settings.min_free_bytes + room:
        return warning(f"{detail}: too little for {_mib(room)} of video", f"{fix}; MAX_VIDEO_BYTES")
    return ok(detail)


def host(context: Context) -> Verdict:
    """Whether a host that videos come from can be reached from here."""
    url = context.world.video_host
    started = time.perf_counter()
    try:
        ask(url, method="HEAD")
    except InputError as error:
        fix = "let this machine out to ports 443 and 80, and look at its DNS; proxies are not used"
        return warning(str(error), fix)
    return ok(f"{urlsplit(url).hostname} answers in {time.perf_counter() - started:.1f} s")


def private_hosts(context: Context) -> Verdict:
    """Whether a stranger can make the miner fetch from machines beside it."""
    settings = context.settings
    if not settings.allow_private_hosts:
        return ok("videos come from public addresses only")
    if _is_loopback(settings.host):
        return ok(f"private addresses are allowed; only this machine asks ({settings.host})")
    return warning(
        "ALLOW_PRIVATE_VIDEO_HOSTS is on: who may ask can reach machines of your own network",
        "set ALLOW_PRIVATE_VIDEO_HOSTS=false, it is for tests",
    )


def _can_decode(name: str) -> bool:
    try:
        av.Codec(name, "r")
    except ValueError:  # PyAV's UnknownCodecError
        return False
    return True


def _write(path: Path, encoder: str) -> None:
    with av.open(str(path), "w") as container:
        stream = cast(VideoStream, container.add_stream(encoder, rate=25))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for index in range(FRAMES):
            image = np.full((SIZE[1], SIZE[0], 3), 40 * index, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _mib(size: int) -> str:
    return f"{size // 2**20:,} MiB"
