"""Watch what a program tells the world: names it looks up, connections, files in its home."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

KEPT = ("PATH", "LANG", "TMPDIR", "XDG_CACHE_HOME")
"""All that a program sees of the environment of the tests; what they measured is remembered."""

HOOK = """
import json, os, sys

_log = open(os.environ["WATCH_LOG"], "a", buffering=1)
_events = {"socket.connect": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0,
           "socket.sendto": 1, "socket.gethostbyaddr": 0}


def _hook(event, args):
    if event in _events:
        _log.write(json.dumps([event, repr(args[_events[event]])]) + "\\n")


_log.write(json.dumps(["started", " ".join(sys.orig_argv)]) + "\\n")
sys.addaudithook(_hook)
"""


@dataclass(frozen=True, slots=True)
class Watch:
    """A home that is watched, and what every Python in it does with sockets.

    Attributes:
        folder: Holds the home and the log.
    """

    folder: Path

    @property
    def home(self) -> Path:
        """Begins empty."""
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        """What a program runs with to be watched."""
        self.home.mkdir(exist_ok=True)
        hook = self.folder / "hook"
        hook.mkdir(exist_ok=True)
        (hook / "sitecustomize.py").write_text(HOOK)
        paths = [str(hook), os.environ.get("PYTHONPATH", "")]
        return {
            **{key: os.environ[key] for key in KEPT if key in os.environ},
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "WATCH_LOG": str(self.folder / "watch.log"),
        }

    @property
    def started(self) -> list[str]:
        """The command line of each Python that was watched."""
        return [value for event, value in self._log() if event == "started"]

    @property
    def contacts(self) -> list[tuple[str, str]]:
        """Each name looked up, and each address called that is not on this machine."""
        local = ("127.0.0.1", "::1", "localhost", "'/", "b'")
        found = [each for each in self._log() if each[0] != "started"]
        return [each for each in found if not any(name in each[1] for name in local)]

    @property
    def left_at_home(self) -> list[str]:
        """Every file and folder that is in the home now."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*"))

    def _log(self) -> list[tuple[str, str]]:
        lines = (self.folder / "watch.log").read_text().splitlines()
        return [(event, value) for event, value in map(json.loads, lines)]
