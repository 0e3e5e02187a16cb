"""Folders to upload: a miner in one file, made from the package itself."""

from touchline.turbovision.packing.bundle import bundled
from touchline.turbovision.packing.folder import CLASSES, IMGSZ, PackedFolder, pack

__all__ = ["CLASSES", "IMGSZ", "PackedFolder", "bundled", "pack"]
