"""Folders to upload: a miner in one file, made from the package itself."""

from touchline.turbovision.packing.bundle import bundled
from touchline.turbovision.packing.folder import CLASSES, IMGSZ, PackedFolder, classes_for, pack
from touchline.turbovision.packing.operators import OwnModel, find_model, pack_own

__all__ = [
    "CLASSES",
    "IMGSZ",
    "OwnModel",
    "PackedFolder",
    "bundled",
    "classes_for",
    "find_model",
    "pack",
    "pack_own",
]
