"""The expert, the expensive verifier for what stays doubtful: a CLIP, where one was pulled."""

from pathlib import Path

from touchline.errors import UsageError
from touchline.inference import Backend, Device
from touchline.verification.clip import SOURCES, ClipVerifier, installed, load_clip
from touchline.verification.verifier import Verifier

DEFAULT_EXPERT = "clip"


def load_expert(
    name: str = "auto",
    *,
    cache: Path | None = None,
    device: Device = "auto",
    backend: Backend | None = None,
    threads: int | None = None,
) -> Verifier | None:
    """The expensive verifier for what stays doubtful, or None where the student looks alone.

    Args:
        name: ``student`` for none; the name of a CLIP that was pulled; ``auto`` is ``clip`` where
            it was, else none.
        cache: Folder of the networks that were pulled; None is the usual one.
        device: See ``load_engine``.
        backend: See ``load_engine``.
        threads: See ``load_engine``.

    Raises:
        UsageError: There is no verifier of that name.
        ModelError: Its weights are damaged, or were not pulled.
    """
    if name == "student" or (name == "auto" and not installed(DEFAULT_EXPERT, cache)):
        return None
    chosen = DEFAULT_EXPERT if name == "auto" else name
    if chosen not in SOURCES:
        known = ", ".join(["auto", "student", *SOURCES])
        raise UsageError(f"a verifier is one of {known}; got {name!r}.")
    clip = load_clip(chosen, cache=cache, device=device, backend=backend, threads=threads)
    return ClipVerifier(clip)
