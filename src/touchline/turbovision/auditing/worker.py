"""Runs a folder as a checker does, in a process of its own: this file is a program.

``python worker.py FOLDER PICTURES.npz ANSWERS.json``: ``miner.py`` is loaded without being in
``sys.modules``, sockets raise, 8 GiB are all the memory there is, and a load or an inference that
takes more than 45 s ends it.
"""

import importlib.util
import inspect
import json
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

MEMORY = 8 * 1024**3
SECONDS = 45


def refuse(*_: object, **__: object) -> None:
    """Take the place of what opens a connection."""
    raise OSError("network access is disabled during inference")


def load(folder: Path) -> Any:
    """The miner of a folder, made as a checker makes it."""
    spec = importlib.util.spec_from_file_location("submitted_miner", folder / "miner.py")
    if spec is None or spec.loader is None:
        raise ImportError("miner.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = getattr(module, "Miner", None)
    if made is None:
        raise ValueError("miner.py has no class Miner")
    try:
        return made(path_hf_repo=folder)
    except TypeError:
        try:
            return made(path_hf_repo=str(folder))
        except TypeError:
            return made()


def rows_of(answer: Any, count: int) -> list[dict[str, Any]]:
    """An answer as rows of JSON, one for each image."""
    rows = [each if isinstance(each, dict) else each.model_dump(mode="json") for each in answer]
    if len(rows) != count:
        raise ValueError(f"{len(rows)} rows for {count} images")
    return rows


def main(folder: Path, pictures: Path) -> dict[str, Any]:
    """Answer every challenge; each is an array uint8 (n, H, W, 3) of the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    socket.socket = refuse  # type: ignore[assignment, misc]
    challenges = np.load(pictures)
    signal.alarm(SECONDS)
    miner = load(folder)
    found: dict[str, Any] = {"parameters": [*inspect.signature(miner.predict_batch).parameters]}
    found |= {"challenges": [], "milliseconds": []}
    for name in challenges.files:
        images = [*challenges[name]]
        signal.alarm(SECONDS)
        begin = time.perf_counter()
        answer = miner.predict_batch(batch_images=images, offset=0, n_keypoints=32)
        found["milliseconds"].append(1000 * (time.perf_counter() - begin))
        found["challenges"].append(rows_of(answer, len(images)))
    found["threads"] = len([*Path("/proc/self/task").iterdir()])
    return found


if __name__ == "__main__":
    try:
        result = main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
    except Exception as error:  # whatever the folder raises is what is to be told
        result = {"error": type(error).__name__, "message": str(error)[:400]}
    Path(sys.argv[3]).write_text(json.dumps(result))
