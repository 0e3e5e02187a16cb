"""Runs a folder as a checker does, in a process of its own: this file is a program.

``python worker.py FOLDER``: ``miner.py`` is loaded without being in ``sys.modules``, sockets raise,
8 GiB are all the memory there is, and a load or an inference that takes more than 45 s ends it.
For each line of JSON that comes in, ``{"pictures": FILE.npz, "offset", "n_keypoints"}``, a line
goes out; what the folder itself prints goes to standard error.
"""

import importlib.util
import inspect
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Iterator
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


def answered(miner: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """What a miner says of the pictures of a file, each uint8 (H, W, 3), and how long it took."""
    with np.load(asked["pictures"]) as pictures:
        images = [pictures[name] for name in pictures.files]
    told = {"offset": asked["offset"], "n_keypoints": asked["n_keypoints"]}
    signal.alarm(SECONDS)
    begin = time.perf_counter()
    answer = miner.predict_batch(batch_images=images, **told)
    took = 1000 * (time.perf_counter() - begin)
    rows = rows_of(answer, len(images))
    signal.alarm(0)
    threads = len([*Path("/proc/self/task").iterdir()])
    return {"rows": rows, "milliseconds": took, "threads": threads}


def replies(folder: Path) -> Iterator[dict[str, Any]]:
    """First the parameters of ``predict_batch``, then what is answered to each line."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    socket.socket = refuse  # type: ignore[assignment, misc]
    signal.alarm(SECONDS)
    miner = load(folder)
    signal.alarm(0)
    yield {"parameters": [*inspect.signature(miner.predict_batch).parameters]}
    for line in sys.stdin:
        yield answered(miner, json.loads(line))


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        try:
            for reply in replies(Path(sys.argv[1]).resolve()):
                print(json.dumps(reply), file=out, flush=True)
        except Exception as error:  # whatever the folder raises is what is to be told
            failure = {"error": type(error).__name__, "message": str(error)[:400]}
            print(json.dumps(failure), file=out, flush=True)
