"""Files as people name them, and as long as they are not whole."""

from touchline.files.paths import PathLike, as_path, as_text, require_apart
from touchline.files.unfinished import UnfinishedFile, held, sweep

__all__ = ["PathLike", "UnfinishedFile", "as_path", "as_text", "held", "require_apart", "sweep"]
