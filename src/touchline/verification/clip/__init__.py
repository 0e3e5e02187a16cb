"""CLIP without PyTorch: pulled and converted once, then run by the engine of every network."""

from touchline.verification.clip.clip import Clip, Scorer, load_clip
from touchline.verification.clip.judging import ClipVerifier
from touchline.verification.clip.preprocess import prepare
from touchline.verification.clip.sources import SOURCES, ClipSource, PinnedFile
from touchline.verification.clip.store import installed, pull

__all__ = [
    "SOURCES",
    "Clip",
    "ClipSource",
    "ClipVerifier",
    "PinnedFile",
    "Scorer",
    "installed",
    "load_clip",
    "prepare",
    "pull",
]
