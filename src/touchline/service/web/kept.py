"""The last challenges that were answered, kept on disk to be looked at."""

import json
import logging
import os
import re
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

LARGEST = 64 * 2**20
"""Bytes of a video from which its challenge is kept without it."""
VIDEO = "video"
FACTS = "challenge.json"

_NAME = re.compile(r"\d+")
"""Nanoseconds since 1970 at which a challenge was kept: the name of its folder."""

_log = logging.getLogger("touchline.miner")


@dataclass(frozen=True, slots=True)
class KeptChallenge:
    """What is told of a challenge in the list.

    Attributes:
        challenge_id: As the validator named it: anything.
        frames: That were answered.
        seconds: From request to answer.
    """

    challenge_id: str
    frames: int
    seconds: float


@dataclass(frozen=True, slots=True)
class KeptChallenges:
    """The folder of the last challenges.

    Attributes:
        folder: Holds a folder for each, with the files of a run and, where it is not large, the
            video; made when it is needed.
        most: Challenges that are kept; the oldest go.
    """

    folder: Path
    most: int

    @classmethod
    def begin(cls, folder: Path, most: int) -> "KeptChallenges | None":
        """As a service begins: of former challenges no more than ``most`` stay; None keeps none."""
        kept = cls(folder, most)
        kept.prune()
        return kept if most else None

    def take(self, results: Path, video: Path, told: KeptChallenge) -> None:
        """Move a challenge here; what cannot be kept is told in the log, and nothing else."""
        try:
            if video.stat().st_size <= LARGEST:
                os.replace(video, results / VIDEO)
            (results / FACTS).write_text(json.dumps(asdict(told)))
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{time.time_ns()}"
            partial = self.folder / f"{name}.partial"  # on another disk moving takes a while
            shutil.move(results, partial)
            partial.rename(self.folder / name)
        except OSError as error:
            _log.warning("challenge %r is not kept: %s", told.challenge_id, error)
        self.prune()

    def prune(self) -> None:
        """Remove all but the newest, and what a killed service left half moved."""
        left = self.names()
        for name in left[self.most :]:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        oldest_whole = left[0] if left else ""
        for partial in self.folder.glob("*.partial"):
            if partial.stem < oldest_whole:
                shutil.rmtree(partial, ignore_errors=True)

    def names(self) -> list[str]:
        """The folders of those that are kept, the newest first."""
        if not self.folder.is_dir():
            return []
        return sorted(filter(_NAME.fullmatch, os.listdir(self.folder)), reverse=True)

    def listed(self) -> list[tuple[str, KeptChallenge]]:
        """Those that are kept, by the names of their folders, the newest first."""
        found = []
        for name in self.names():
            try:
                facts = json.loads((self.folder / name / FACTS).read_bytes())
                found.append((name, KeptChallenge(**facts)))
            except (OSError, ValueError, TypeError):
                continue  # it has just been removed, or somebody wrote there
        return found

    def place(self, name: str) -> Path | None:
        """The folder of one of them, None where there is no such."""
        return self.folder / name if name in self.names() else None
