"""Folders of the service, which makes them where they are missing."""

import os
from pathlib import Path


def writable_part(folder: Path) -> Path | None:
    """The folder, or where it would be made; None where that cannot be written to."""
    path = folder.absolute()
    there = next(part for part in (path, *path.parents) if part.exists())
    return there if there.is_dir() and os.access(there, os.W_OK | os.X_OK) else None
