"""The expert, the expensive verifier for what stays doubtful: a CLIP, where one was pulled."""

from typing import Unpack

from touchline.errors import UsageError
from touchline.inference import Runtime
from touchline.verification.clip import SOURCES, ClipVerifier, installed, load_clip
from touchline.verification.verifier import Verifier

DEFAULT_EXPERT = "clip"


def load_expert(name: str = "auto", **runtime: Unpack[Runtime]) -> Verifier | None:
    """The expensive verifier for what stays doubtful, or None where the student looks alone.

    Args:
        name: ``student`` for none; the name of a CLIP that was pulled; ``auto`` is ``clip`` where
            it was, else none.
        **runtime: Where and how it runs; see ``Runtime`` of ``touchline.inference``. It computes in
            float32 whatever ``precision`` says: it is there to see what a validator sees.

    Raises:
        UsageError: There is no verifier of that name.
        ModelError: Its weights are damaged, or were not pulled.
    """
    cache = runtime.get("cache")
    if name == "student" or (name == "auto" and not installed(DEFAULT_EXPERT, cache)):
        return None
    chosen = DEFAULT_EXPERT if name == "auto" else name
    if chosen not in SOURCES:
        known = ", ".join(["auto", "student", *SOURCES])
        raise UsageError(f"a verifier is one of {known}; got {name!r}.")
    runtime["precision"] = "f32"
    return ClipVerifier(load_clip(chosen, **runtime))
