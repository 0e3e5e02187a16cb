"""What is measured of a miner that runs: leaks, its answers while it works, what it adds."""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import av
import numpy as np

from benchmarks.miner_drip import drip
from benchmarks.miner_load import PacedHost, Service, giving, probing, serving
from touchline.pipeline import analyze
from touchline.scorevision.local_validator import new_challenge, validators_client
from touchline.scorevision.local_validator.sending import ENDPOINT
from touchline.scorevision.miner.answer import AnswerBuilder
from touchline.scorevision.signing import signed_headers
from touchline.service.chain import make_hotkey
from touchline.synthetic import write_match

KEY = make_hotkey()
PATIENT = {"ANSWER_WITHIN_SECONDS": "200"}
"""So that no deadline changes how often the networks look."""

Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds from the request to the first byte of its answer, and to the last."""

    first_byte: float
    last_byte: float


def challenge(service: Service, host: PacedHost) -> Timed:
    """Send one challenge and read its answer.

    Raises:
        RuntimeError: It was not answered.
    """
    body = new_challenge(host.url).body()
    headers = signed_headers(KEY, service.miner.hotkey, body)
    with validators_client() as client:
        started = time.perf_counter()
        with client.stream(
            "POST", service.miner.url + ENDPOINT, content=body, headers=headers
        ) as reply:
            first_byte = time.perf_counter() - started
            text = reply.read()
            last_byte = time.perf_counter() - started
    if reply.status_code != 200:
        raise RuntimeError(f"the miner answers {reply.status_code}: {text.decode()}")
    return Timed(first_byte, last_byte)


def soak(service: Service, clip: Path, *, count: int, early: int) -> Figures:
    """Challenge the service ``count`` times in a row; compare with how it was after ``early``.

    Memory is told every 50 challenges too: a leak goes on, a cache fills.
    """
    rss: dict[int, int] = {}
    with giving(clip) as host:
        for number in range(1, count + 1):
            challenge(service, host)
            if number in (early, count) or number % 50 == 0:
                rss[number] = service.rss()
    return {
        "challenges": count,
        "rss_mib": {number: round(size / 2**20, 1) for number, size in rss.items()},
        "growth": round(rss[count] / rss[early] - 1, 4),
        "files_left": service.files(),
        "sockets_left": service.sockets(),
    }


def availability(service: Service, clip: Path) -> Figures:
    """How long the service takes to say that it is busy."""
    with giving(clip) as host, probing(service.miner.url) as prober:
        seconds = challenge(service, host).last_byte
        prober.send(None)
        took = np.array(prober.recv()) * 1000
    return {
        "challenge_s": round(seconds, 2),
        "asked": len(took),
        **{f"p{q}_ms": round(float(np.percentile(took, q)), 1) for q in (50, 99)},
        "max_ms": round(float(took.max()), 1),
    }


def overhead(service: Service, clip: Path, *, repeats: int) -> Figures:
    """What an answer takes besides the analysis, of a clip that is served at once.

    ``beyond`` is from the request to the first byte of its answer, less the time from when the
    worker begins to read the video to when it has the frames as JSON; ``sending`` from there to
    the last byte. ``building`` is what that JSON takes, measured apart; it overlaps with the
    pipeline.
    """
    with giving(clip) as host:
        challenge(service, host)  # the first one finds cold caches
        beyond, sending = zip(*(_beyond(service, host) for _ in range(repeats)), strict=True)
    frames, building = _building(clip)
    return {
        "frames": frames,
        "beyond_s": [round(each, 3) for each in beyond],
        "beyond_median_s": round(median(beyond), 3),
        "sending_median_s": round(median(sending), 3),
        "building_s": round(building, 3),
    }


def _beyond(service: Service, host: PacedHost) -> tuple[float, float]:
    """Seconds to the first byte of an answer, less the analysis; and from there to the last."""
    before = service.seconds("analysis")
    reply = challenge(service, host)
    analysis = service.seconds("analysis") - before
    return reply.first_byte - analysis, reply.last_byte - reply.first_byte


def _building(clip: Path) -> tuple[int, float]:
    """Frames of a clip, and the seconds that it takes to write them as JSON."""
    seconds = 0.0
    with analyze(clip) as analysis:
        answer = AnswerBuilder((analysis.info.width, analysis.info.height))
        for state in analysis:
            started = time.perf_counter()
            answer.add(state)
            seconds += time.perf_counter() - started
    started = time.perf_counter()
    answer.frames()
    return len(answer), seconds + time.perf_counter() - started


def early(service: Service, clip: Path, *, over: float) -> Figures:
    """What is gained where a host takes ``over`` seconds for a clip.

    The same clip is given twice: with its index at the front, and at the end, where nothing can be
    decoded before the last byte.
    """
    after: dict[str, float] = {}
    for name, front in (("front", True), ("end", False)):
        copy = remux(clip, service.scratch.parent / f"{name}.mp4", front=front)
        with giving(copy, over=over) as host:
            challenge(service, host)
            after[name] = time.perf_counter() - host.last_byte
    return {
        "over_s": over,
        "after_last_byte_s": {name: round(each, 2) for name, each in after.items()},
        "earlier_s": round(after["end"] - after["front"], 2),
    }


def remux(clip: Path, target: Path, *, front: bool) -> Path:
    """The same pictures in an MP4 with its index at the front or at the end."""
    options = {"movflags": "faststart"} if front else {}
    with av.open(str(clip)) as source, av.open(str(target), "w", options=options) as sink:
        stream = source.streams.video[0]
        copied = sink.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                sink.mux(packet)
    return target


def run(arguments: argparse.Namespace, folder: Path) -> Figures:
    """Start a service in a folder and measure it."""
    if arguments.what == "drip":
        return drip(folder, count=arguments.count, seconds=arguments.seconds, again=arguments.again)
    settings = PATIENT if arguments.what == "early" else {}
    with serving(folder / "miner", **settings) as service:
        if arguments.what == "soak":
            clip = arguments.clip
            if clip is None:
                write_match(folder / "match", seconds=1.0, size=(640, 360), close_up=None)
                clip = folder / "match" / "match.mp4"
            return soak(service, clip, count=arguments.count, early=arguments.early)
        if arguments.what == "availability":
            return availability(service, arguments.clip)
        if arguments.what == "overhead":
            return overhead(service, arguments.clip, repeats=arguments.repeats)
        return early(service, arguments.clip, over=arguments.over)
