"""What became of a round of challenges: one row each, and the medians."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Literal

from rich.console import Group
from rich.table import Table
from rich.text import Text

from touchline.scorevision.report import ClipScore, figure, report

Came = Literal["answered", "failed", "empty", "nothing stored"]
"""``answered``: a validator has frames to score. ``failed``: no 2xx answer came, which is stored as
one without frames and scores 0. ``empty``: an answer without frames, which scores 0 too. ``nothing
stored``: the validator breaks over the answer, and there is no score at all."""
PARTS = ("box", "keypoints", "quality", "speed", "final")


@dataclass(frozen=True, slots=True)
class Earned:
    """The parts of a score, 0 to 1; a part is None where it is not known."""

    box: float | None
    keypoints: float | None
    quality: float | None
    speed: float | None
    final: float | None


ZERO = Earned(0.0, 0.0, 0.0, 0.0, 0.0)
"""What a validator gives for an answer without frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one challenge.

    Attributes:
        challenge_id: As it was sent.
        came: What a validator has.
        seconds: By the validator's clock.
        bytes: Of the body, unpacked.
        frames: That a validator keeps.
        signature: Of the answer, in words; None where none came.
        problem: What is wrong with the answer, in words; None where nothing is.
        earned: Its score; None where it was not asked for or there is none.
    """

    challenge_id: str
    came: Came
    seconds: float
    bytes: int = 0
    frames: int = 0
    signature: str | None = None
    problem: str | None = None
    earned: Earned | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What became of all challenges to one miner.

    Attributes:
        miner: URL of the miner.
        miner_hotkey: Whom the challenges were meant for.
        validator_hotkey: Who signed them.
        outcomes: Of each challenge, in order.
        score: Of the first answer that was scored, with its reasons; None where none was.
    """

    miner: str
    miner_hotkey: str
    validator_hotkey: str
    outcomes: tuple[Outcome, ...]
    score: ClipScore | None = None

    @property
    def answered(self) -> int:
        """How many challenges have an answer with nothing wrong."""
        return sum(each.problem is None for each in self.outcomes)

    @property
    def first_problem(self) -> str | None:
        """The first thing wrong, in words."""
        return next((each.problem for each in self.outcomes if each.problem), None)

    def notices(self) -> list[str]:
        """What has to be said before any score."""
        return self.score.notices() if self.score else []

    def medians(self) -> dict[str, float | None]:
        """Median of the seconds and of each part of the score, of the answers without a problem."""
        good = [each for each in self.outcomes if each.problem is None]
        earned = [each.earned for each in good if each.earned]
        parts = {part: _median(getattr(each, part) for each in earned) for part in PARTS}
        return {"seconds": _median(each.seconds for each in good), **parts}

    def as_dict(self) -> dict[str, Any]:
        """The round as JSON takes it; ``score_is`` tells a validator's figures from estimates."""
        return {
            "miner": self.miner,
            "miner_hotkey": self.miner_hotkey,
            "validator_hotkey": self.validator_hotkey,
            "sent": len(self.outcomes),
            "answered": self.answered,
            "scorer": self.score.scorer if self.score else None,
            "score_is": _kind(self.score) if self.score else None,
            "notices": self.notices(),
            "challenges": [asdict(each) for each in self.outcomes],
            "medians": self.medians(),
        }

    def report(self) -> Group:
        """What a person reads: the table, what was wrong, who signed; of one answer all reasons."""
        problems = [
            f"{each.challenge_id} {each.came}: {each.problem}"
            for each in self.outcomes
            if each.problem
        ]
        counted = Counter(each.signature for each in self.outcomes if each.signature)
        signatures = [
            f"answer {words}" if len(self.outcomes) == 1 else f"{count} answers {words}"
            for words, count in counted.items()
        ]
        signed = f"challenges to {self.miner_hotkey}, signed by {self.validator_hotkey}"
        lines = [*problems, *signatures, signed]
        if self.score and len(self.outcomes) == 1:
            return Group(self.table(), *map(Text, lines), report(self.score))
        return Group(self.table(), *map(Text, [*lines, *self.notices()]))

    def table(self) -> Table:
        """One row for each challenge and, after several, one with the medians."""
        title = f"{self.miner}: {self.answered} of {len(self.outcomes)} answered well"
        table = Table("challenge", "answer", "seconds", "MB", "frames", *PARTS, title=Text(title))
        if self.score:
            table.caption = f"{_kind(self.score)} score, judged by {self.score.scorer}"
        for each in self.outcomes:
            table.add_row(
                *(each.challenge_id, each.came, _seconds(each.seconds)),
                *(f"{each.bytes / 1e6:.2f}", str(each.frames)),
                *(_figure(getattr(each.earned, part, None)) for part in PARTS),
            )
        if len(self.outcomes) > 1:
            seconds, *parts = self.medians().values()
            table.add_section()
            table.add_row("median", "", _seconds(seconds), "", "", *map(_figure, parts))
        return table


def _kind(score: ClipScore) -> Literal["validator's", "estimated"]:
    return "validator's" if score.is_validators else "estimated"


def earned(score: ClipScore) -> Earned:
    """The figures of a score."""
    return Earned(
        score.box, score.reported_keypoints, score.quality, score.speed.score, score.final
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _figure(value: float | None) -> str:
    return "" if value is None else figure(value)
