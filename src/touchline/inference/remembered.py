"""What was measured on this machine, in a folder that all processes of a user share."""

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from touchline.files import held
from touchline.inference.download import cache_folder
from touchline.inference.measuring import EngineTimings
from touchline.inference.processor import processor_facts, usable_cores

FOLDER = "engines"
MOST_FILES = 64
"""Older ones are removed: of networks and versions that are gone."""
PATIENCE = 60.0
"""Seconds that another process may measure while this one waits."""
A_DAY = 86400.0
"""Seconds after which that is measured anew of which the machine was too busy to be sure."""
RUNTIMES = ("openvino", "onnxruntime", "onnxruntime-gpu")

_log = logging.getLogger("touchline.inference")
_known: dict[str, EngineTimings] = {}
_alone = threading.RLock()


@dataclass(frozen=True, slots=True)
class Memory:
    """Files with what was measured, one for each key; what cannot be read is measured anew.

    Attributes:
        cache: The folder around it; None is ``cache_folder()``.
        known: What this process has measured or read, by key; it holds where nothing can be
            written. By default all memories of a process share it.
    """

    cache: Path | None = None
    known: dict[str, EngineTimings] = field(default_factory=lambda: _known)

    def find(self, key: str) -> EngineTimings | None:
        """What is known, or None."""
        with suppress(OSError, RuntimeError, ValueError, TypeError, KeyError):
            if key not in self.known:
                stored = json.loads((self._folder() / f"{_digest(key)}.json").read_bytes())
                measured = EngineTimings.from_dict(stored["measured"])
                if stored["key"] == key and (measured.sure or time.time() < stored["until"]):
                    self.known[key] = measured
        return self.known.get(key)

    def keep(self, key: str, measured: EngineTimings) -> None:
        """Remember it: for this process at least, where the folder cannot be written."""
        self.known[key] = measured
        _log.info("measured %s", "; ".join(f"{way}: {time}" for way, time in measured.lines()))
        try:
            folder = self._folder()
            part = folder / f".{_digest(key)}.{os.getpid()}.{threading.get_ident()}"
            stored = {"key": key, "until": time.time() + A_DAY, "measured": measured.as_dict()}
            part.write_text(json.dumps(stored, indent=1))
            part.replace(folder / f"{_digest(key)}.json")
            files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in files[:-MOST_FILES]:
                path.unlink(missing_ok=True)
        except (OSError, RuntimeError) as error:
            _log.info("the choice for %s holds for this process: %s", measured.network, error)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nobody else measures, in this process or another one that shares the folder."""
        with _alone:
            try:
                folder = self._folder()
                folder.mkdir(parents=True, exist_ok=True)
            except (OSError, RuntimeError):
                yield  # nothing is shared
                return
            with _held(folder):
                yield

    def _folder(self) -> Path:
        return (self.cache or cache_folder()) / FOLDER


def measured_engines() -> list[EngineTimings]:
    """What this process knows of its networks, in the order in which they were first asked for."""
    return list(_known.values())


def key_of(network: Path, fields: Mapping[str, object]) -> str:
    """All that a measurement depends on, as JSON: machine, versions, network, and ``fields``.

    Raises:
        OSError: The network cannot be read.
    """
    with network.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    versions = {}
    for name in ("touchline", *RUNTIMES):
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    parts = {"network": content, "processor": processor_facts(), "cores": usable_cores()}
    return json.dumps({**parts, **versions, **fields}, sort_keys=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder's lock, or after ``PATIENCE`` none: a process that was stopped keeps it."""
    ends = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        while time.monotonic() < ends:
            try:
                stack.enter_context(held(folder))
                break
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                break  # it may not be listed
        yield


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:20]
