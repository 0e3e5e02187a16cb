"""Who looks: the student that is shipped, and a CLIP where one was pulled."""

from pathlib import Path

from touchline.errors import UsageError
from touchline.inference.loading import Device
from touchline.verification.clip import SOURCES, ClipVerifier, installed, load_clip
from touchline.verification.student import load_student
from touchline.verification.verification import Verification
from touchline.verification.verifier import Verifier

DEFAULT_EXPERT = "clip"


def load_verification(
    name: str = "auto",
    *,
    full: bool = False,
    cache: Path | None = None,
    device: Device = "auto",
    threads: int | None = None,
) -> Verification:
    """Make the verification of one clip: the student, and the expert of that name.

    Args:
        name: See ``load_expert``.
        full: Look at everything, without shortcuts.
        cache: Folder of the networks that were pulled; None is the usual one.
        device: See ``load_engine``.
        threads: See ``load_engine``.

    Raises:
        UsageError: There is no verifier of that name.
        ModelError: Its weights are missing, damaged, or were not pulled.
    """
    expert = load_expert(name, cache=cache, device=device, threads=threads)
    student = load_student(device=device, threads=threads)
    return Verification(student, expert=expert, full=full)


def load_expert(
    name: str = "auto",
    *,
    cache: Path | None = None,
    device: Device = "auto",
    threads: int | None = None,
) -> Verifier | None:
    """The expensive verifier for what stays doubtful, or None where the student looks alone.

    Args:
        name: ``student`` for none; the name of a CLIP that was pulled; ``auto`` is ``clip`` where
            it was, else none.
        cache: Folder of the networks that were pulled; None is the usual one.
        device: See ``load_engine``.
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
    return ClipVerifier(load_clip(chosen, cache=cache, device=device, threads=threads))
