"""Folders to upload: a miner in one file, made from the package itself."""

from touchline.turbovision.packing.bundle import bundled
from touchline.turbovision.packing.folder import CLASSES, IMGSZ, PackedFolder, classes_for, pack

__all__ = ["CLASSES", "IMGSZ", "PackedFolder", "bundled", "classes_for", "pack"]
