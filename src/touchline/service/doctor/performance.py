"""Performance: is the machine large and fast enough for the time there is."""

import tempfile
import time
from pathlib import Path

from touchline.inference import usable_cores
from touchline.pipeline import HASTE, Costs, Pace
from touchline.service.doctor.context import Context
from touchline.service.doctor.finding import Verdict, ok, warning, wrong

CLIP_FRAMES = 750
"""Frames of an ordinary challenge: 30 s."""
SAMPLE_SECONDS = 1.0
"""Length of the clip that is measured; rendering it takes three times as long."""
WORKER_BYTES = 1_100_000_000
"""Memory of the worker process that analyses a challenge."""
FASTER = "take a GPU (DEVICE=cuda) or more cores, or set TOUCHLINE_DETECTION_SIZE=960x540"


def cores(context: Context) -> Verdict:
    """Cores, and who shares them."""
    settings = context.settings
    there = usable_cores()
    granted = _granted_cores(context.world.cgroup)
    detail = f"{there} cores, {settings.threads or 'as many'} threads a network"
    if granted is not None and granted < (settings.threads or there):
        fix = f"set TOUCHLINE_THREADS={max(1, int(granted))}"
        return warning(f"{detail}, but the container grants {granted:g} cores", fix)
    if settings.threads is not None and settings.threads > there:
        return warning(detail, f"set TOUCHLINE_THREADS to {there} or less, or leave it out")
    if there < 2 * settings.max_concurrent:
        said = f"{detail}, {settings.max_concurrent} challenges at once"
        return warning(said, "give each challenge two cores or more; MAX_CONCURRENT_CHALLENGES=1")
    return ok(detail)


def memory(context: Context) -> Verdict:
    """Memory that is free, against what the challenges take."""
    import psutil

    there = int(psutil.virtual_memory().available)
    limit = _number(context.world.cgroup / "memory.max")
    free = there if limit is None else min(there, int(limit))
    needed = WORKER_BYTES * context.settings.max_concurrent
    detail = f"{_gb(free)} GB free, {_gb(needed)} GB needed"
    if context.is_serving():
        return ok(f"{_gb(free)} GB free beside the running service")
    fix = "free memory, or set MAX_CONCURRENT_CHALLENGES lower"
    if free < needed:
        return wrong(detail, fix)
    return warning(detail, fix) if free < 1.5 * needed else ok(detail)


def speed(context: Context) -> Verdict:
    """How long a challenge takes, measured on a short clip; download and transfer come on top."""
    return _in_time(context, *_measure(context))


def _in_time(context: Context, costs: Costs, pace: Pace) -> Verdict:
    """Whether what was measured lets a challenge be answered in the time that is allowed."""
    within = context.settings.answer_within
    full = CLIP_FRAMES * costs.of(pace)
    detail = f"{CLIP_FRAMES} frames of 1280x720 take about {full:.0f} s to analyse"
    if context.is_serving():
        detail += ", measured beside the running service"
    if full <= within:
        return ok(f"{detail}; {within:g} s are allowed")
    paces = pace.leaner()[: HASTE + 1]
    kept = next((each for each in paces if CLIP_FRAMES * costs.of(each) <= within), None)
    if kept is None:
        least = CLIP_FRAMES * costs.of(paces[-1])
        return warning(
            f"{detail}, and {least:.0f} s with as few looks as are worth it: {within:g} s will not "
            "be met, and the networks will not be hurried",
            FASTER,
        )
    return warning(
        f"{detail}: {within:g} s are met by looking for people in 1 of {kept.detect_every} frames "
        f"and for the pitch in 1 of {kept.locate_every}, which costs accuracy",
        FASTER,
    )


def _looks(frames: int, every: int) -> int:
    """Looks in one shot: at every n-th frame and at the last one."""
    return len({*range(0, frames, every), frames - 1})


def _measure(context: Context) -> tuple[Costs, Pace]:
    """Analyse a short synthetic match, twice: the first time compiles the networks."""
    from touchline.synthetic import write_match

    with tempfile.TemporaryDirectory() as folder:
        write_match(folder, seconds=SAMPLE_SECONDS, close_up=None)
        clip = Path(folder) / "match.mp4"
        _analyse(clip, context)
        return _analyse(clip, context)


def _analyse(clip: Path, context: Context) -> tuple[Costs, Pace]:
    started = time.perf_counter()
    with context.models().analyze(clip) as analysis:
        frames = sum(1 for _ in analysis)
    wall = time.perf_counter() - started
    pace, spent = analysis.pace, analysis.stopwatch.seconds
    looks = {
        "detection": _looks(frames, pace.detect_every) * pace.full_share,
        "pitch": _looks(frames, pace.locate_every),
    }
    return Costs.measured(spent, frames=frames, looks=looks, wall=wall), pace


def _granted_cores(cgroup: Path) -> float | None:
    """What a container may use of the cores that it sees; None where nothing is said."""
    quota, period = _number(cgroup / "cpu.max"), _number(cgroup / "cpu.max", 1)
    return quota / period if quota and period else None


def _number(path: Path, place: int = 0) -> float | None:
    """A number in a file of Linux' cgroups; None where there is none, or it says ``max``."""
    try:
        return float(path.read_text().split()[place])
    except (OSError, ValueError, IndexError):
        return None


def _gb(size: float) -> str:
    return f"{size / 1e9:.1f}"
