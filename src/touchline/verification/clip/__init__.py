"""CLIP without PyTorch: pulled and converted once, then run by the engine of every network."""

from touchline.verification.clip.clip import CachedScorer, ClipModel, load_clip
from touchline.verification.clip.judging import ClipVerifier, crop
from touchline.verification.clip.preprocess import prepare
from touchline.verification.clip.sources import SOURCES, ClipSource, PinnedFile
from touchline.verification.clip.store import installed, pull

__all__ = [
    "SOURCES",
    "CachedScorer",
    "ClipModel",
    "ClipSource",
    "ClipVerifier",
    "PinnedFile",
    "crop",
    "installed",
    "load_clip",
    "prepare",
    "pull",
]
