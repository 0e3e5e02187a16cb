"""Model loading: are the networks there and whole, and do they run."""

import re
import time
from collections.abc import Callable
from importlib import metadata
from typing import TYPE_CHECKING

import numpy as np

from touchline.inference import (
    available_devices,
    import_onnxruntime,
    measured_engines,
    weights,
)
from touchline.service.doctor.context import Context
from touchline.service.doctor.finding import Verdict, ok, warning, wrong
from touchline.verification import View
from touchline.verification.clip import SOURCES, installed

if TYPE_CHECKING:
    from touchline.pipeline import Models

SIZE = (1280, 720)
"""Width and height of the picture that is looked at."""
GPU_BUILD = (
    "install onnxruntime-gpu in place of onnxruntime, with the CUDA that it asks for; or set "
    "DEVICE=cpu"
)


def packages(context: Context) -> Verdict:
    """The packages that a miner needs besides."""
    extras = ("miner",) if context.settings.allow_list else ("chain", "miner")
    missing = {extra: _missing(extra) for extra in extras}
    names = sorted({name for found in missing.values() for name in found})
    if not names:
        return ok(f"touchline {metadata.version('touchline')} with {', '.join(extras)}")
    needed = ",".join(extra for extra, found in missing.items() if found)
    return wrong(f"not installed: {', '.join(names)}", f'pip install "touchline[{needed}]"')


def shipped(context: Context) -> Verdict:
    """The weights that ship with Touchline, and their hashes."""
    entries = weights.listing(context.world.weights)
    states = {entry.name: entry.state for entry in entries}
    bad = {name: state for name, state in states.items() if state != "whole"}
    if bad:
        said = ", ".join(f"{name} is {state}" for name, state in bad.items())
        return wrong(said, "install Touchline again; a changed file is not the one that shipped")
    return ok(f"{', '.join(states)}: as they shipped")


def verifier(context: Context) -> Verdict:
    """Who takes the second look, and whether that CLIP was pulled."""
    name, cache = context.settings.verifier, context.settings.cache
    if context.settings.verify == "off":
        return warning("TOUCHLINE_VERIFY=off: there is no second look", "set TOUCHLINE_VERIFY=fast")
    if name == "student":
        return ok("the shipped student alone")
    if installed("clip" if name == "auto" else name, cache):
        return ok(f"the shipped student, and {'clip' if name == 'auto' else name}")
    if name == "auto":
        return ok("the shipped student alone; touchline models pull clip adds CLIP")
    if name in SOURCES:
        return wrong(f"{name} was not pulled", f"touchline models pull {name}")
    return wrong(f"there is no verifier {name}", "set TOUCHLINE_VERIFIER=auto")


def device(context: Context) -> Verdict:
    """Whether what computes is there."""
    wanted, known = context.settings.device, available_devices()
    found = (
        f"OpenVINO {metadata.version('openvino')} on cpu, "
        f"ONNX Runtime {import_onnxruntime().__version__} on {', '.join(known)}"
    )
    if wanted not in ("auto", *known):
        return wrong(f"DEVICE={wanted}, but there is {found}", GPU_BUILD)
    if wanted == "auto" and "cuda" not in known and (gpus := _gpus()):
        return warning(f"{gpus} stands idle: there is {found}", GPU_BUILD)
    return ok(f"DEVICE={wanted}: {found}")


def inference(context: Context) -> Verdict:
    """A first look of each network."""
    models = context.models()
    times = {name: _milliseconds(look) for name, look in _looks(models).items()}
    said = ", ".join(f"{name} {value:.0f} ms" for name, value in times.items())
    detail = f"{said} a picture, on {models.device}"
    idle = "cuda" in available_devices() and models.device.endswith("cpu")
    if idle and context.settings.device == "auto":
        fix = "update the NVIDIA driver and CUDA to what this ONNX Runtime asks for"
        return warning(f"{detail}: ONNX Runtime is built for CUDA but cannot use it here", fix)
    return ok(detail)


def engines(context: Context) -> Verdict:
    """How fast each network that had a look is, in each runtime and number format."""
    named = context.settings.backend
    if named is not None:
        return ok(f"TOUCHLINE_BACKEND={named}: nothing is measured")
    measured = measured_engines()
    used = "; ".join(f"{each.network} by {each.chosen}" for each in measured)
    lines = tuple(f"{way}: {time}" for each in measured for way, time in each.lines())
    if all(each.sure for each in measured):
        return Verdict("ok", used or "nothing was measured", lines=lines)
    fix = "the machine was too busy to be sure: look again tomorrow, or name TOUCHLINE_BACKEND"
    return Verdict("warning", used, fix, lines)


def _missing(extra: str) -> list[str]:
    """Packages of one of our extras that are not installed."""
    wanted = [line for line in metadata.requires("touchline") or () if f"== '{extra}'" in line]
    names = [match[0] for line in wanted if (match := re.match(r"[\w.-]+", line))]
    return [name for name in names if not _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _gpus() -> str:
    """NVIDIA's GPUs in this machine, by name."""
    try:
        from touchline.service import read_gpus
    except ImportError:
        return ""
    return ", ".join(gpu.name for gpu in read_gpus())


def _looks(models: "Models") -> dict[str, Callable[[], object]]:
    """One look of each network at a picture of noise."""
    width, height = SIZE
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    view = View(image, np.array((100, 100, 150, 220), np.float32))
    looks: dict[str, Callable[[], object]] = {
        "players": lambda: models.detector.detect([image]),
        "pitch": lambda: models.pitch.locate([image]),
    }
    for name, judge in (("verifier", models.student), ("CLIP", models.expert)):
        if judge is not None:
            looks[name] = lambda judge=judge: judge.judge([view])  # type: ignore[misc]
    return looks


def _milliseconds(look: Callable[[], object]) -> float:
    look()  # the first one compiles the network
    started = time.perf_counter()
    look()
    return 1000 * (time.perf_counter() - started)
