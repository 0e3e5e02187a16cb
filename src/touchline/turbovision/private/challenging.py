"""A miner of the private track challenged as a validator does, timed, and scored."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import httpx
from pydantic import ValidationError
from rich.console import Group
from rich.table import Table
from rich.text import Text

from touchline.service.chain import Hotkey
from touchline.turbovision.private.signing import challenge_headers
from touchline.turbovision.private.wire import read_action_answer, write_action_challenge
from touchline.turbovision.scoring import TimedAction, action_score

LIMIT = 30.0
"""Seconds that a validator waits, from before it asks until all is read."""
SHOWN = 300
"""So many characters of a refusal are shown."""

Offer = Callable[[], AbstractContextManager[str]]
"""Opens the URL at which the video may be had during one challenge."""


@dataclass(frozen=True, slots=True)
class AskedMiner:
    """Who is asked: ``url`` is ``http://host:port``; ``hotkey`` an SS58 address."""

    url: str
    hotkey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOutcome:
    """What became of one challenge.

    Attributes:
        challenge_id: As it was sent.
        seconds: By the validator's clock.
        actions: How many there are of each; None where no answer came.
        score: 0 to 1; None where the truth was not given.
        problem: Why there is no answer that counts, in words; None where there is one.
    """

    challenge_id: str
    seconds: float
    actions: dict[str, int] | None = None
    score: float | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ActionRound:
    """What became of all challenges to one miner."""

    miner: AskedMiner
    outcomes: tuple[ActionOutcome, ...]

    @property
    def answered(self) -> int:
        """How many challenges have an answer in time."""
        return sum(each.problem is None for each in self.outcomes)

    @property
    def first_problem(self) -> str | None:
        """The first thing wrong, in words."""
        return next((each.problem for each in self.outcomes if each.problem), None)

    def as_dict(self) -> dict[str, Any]:
        """The round as JSON takes it."""
        return {
            "miner": self.miner.url,
            "miner_hotkey": self.miner.hotkey,
            "sent": len(self.outcomes),
            "answered": self.answered,
            "median_seconds": median(each.seconds for each in self.outcomes),
            "challenges": [asdict(each) for each in self.outcomes],
        }

    def report(self) -> Group:
        """What a person reads."""
        title = f"{self.miner.url}: {self.answered} of {len(self.outcomes)} answered in time"
        table = Table("challenge", "seconds", "actions", "score", title=Text(title))
        for each in self.outcomes:
            said = ", ".join(f"{n} {name}" for name, n in sorted((each.actions or {}).items()))
            score = "" if each.score is None else f"{each.score:.3f}"
            table.add_row(each.challenge_id, f"{each.seconds:.2f}", said or "none", score)
        wrong = [f"{each.challenge_id}: {each.problem}" for each in self.outcomes if each.problem]
        return Group(table, *map(Text, wrong))


def run_action_round(
    miner: AskedMiner,
    offer: Offer,
    *,
    key: Hotkey,
    count: int = 1,
    truth: Sequence[TimedAction] | None = None,
    told: Callable[[ActionOutcome], None] = lambda outcome: None,
) -> ActionRound:
    """Challenge a miner, one challenge after another.

    Args:
        miner: Whom to ask.
        offer: Where the video is.
        key: Who signs.
        count: How many challenges.
        truth: What truly happens in it; None does not score.
        told: Called with each outcome as it comes.
    """
    outcomes = []
    with httpx.Client(timeout=LIMIT, follow_redirects=False, trust_env=False) as client:
        for _ in range(count):
            with offer() as url:
                outcomes.append(_challenge(miner, url, key=key, client=client, truth=truth))
            told(outcomes[-1])
    return ActionRound(miner, tuple(outcomes))


def _challenge(
    miner: AskedMiner,
    url: str,
    *,
    key: Hotkey,
    client: httpx.Client,
    truth: Sequence[TimedAction] | None,
) -> ActionOutcome:
    name = str(10**5 + secrets.randbelow(9 * 10**5))
    body = write_action_challenge(name, url)
    headers = {"content-type": "application/json", **challenge_headers(key, miner.hotkey, body)}
    started = time.perf_counter()
    try:
        response = client.post(f"{miner.url}/challenge", content=body, headers=headers)
        seconds = time.perf_counter() - started
        problem = _problem(response, seconds)
        actions = [] if problem else read_action_answer(response.content)
    except httpx.RequestError as error:
        seconds, actions = time.perf_counter() - started, []
        problem = str(error) or type(error).__name__
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, wrong["loc"])) or "body"
        actions, problem = [], f"no answer that a validator can read: {place}: {wrong['msg']}"
    return ActionOutcome(
        challenge_id=name,
        seconds=round(seconds, 3),
        actions=None if problem else dict(Counter(each.action for each in actions)),
        score=None if truth is None else action_score(actions, truth),
        problem=problem,
    )


def _problem(response: httpx.Response, seconds: float) -> str | None:
    """Why a response is no answer to a validator, or None."""
    if not response.is_success:
        said = " ".join(response.text.split())[:SHOWN]
        return f"{response.status_code} {response.reason_phrase}: {said or 'nothing was said'}"
    return f"it took more than {LIMIT:.0f} s" if seconds > LIMIT else None
