"""A whole round on one machine: serve the video, challenge a miner, score what it answers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from touchline.errors import OutputError
from touchline.files import as_path
from touchline.outputs import write_whole
from touchline.scorevision.local_validator.earning import Contest, Sent
from touchline.scorevision.local_validator.hosting import hosting
from touchline.scorevision.local_validator.outcome import ZERO, Came, Outcome, Round, earned
from touchline.scorevision.local_validator.reading import Fate, read_as_validator
from touchline.scorevision.local_validator.sending import Miner, Reply, new_challenge, send
from touchline.scorevision.report import ClipScore
from touchline.service.chain import Hotkey

Offer = Callable[[], AbstractContextManager[str]]
"""Opens the URL at which the video may be had during one challenge."""

_CAME: dict[Fate, Came] = {"kept": "answered", "empty": "empty", "nothing": "nothing stored"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """How a miner is called.

    Attributes:
        key: Who signs.
        client: See ``validators_client``.
        told: Called with each outcome as it comes, before it is scored.
    """

    key: Hotkey
    client: httpx.Client
    told: Callable[[Outcome], None] = lambda outcome: None


def run_round(
    miner: Miner,
    offer: Offer,
    *,
    caller: Caller,
    count: int = 1,
    contest: Contest | None = None,
    save: Path | None = None,
) -> Round:
    """Challenge a miner, one challenge after another, then score all that it answered.

    Args:
        miner: Whom to ask.
        offer: Where the video is; see ``offering``.
        caller: Who asks, and how.
        count: How many challenges.
        contest: What the answers are scored by; None does not score them.
        save: Folder that keeps each answer as it came, ``1/predictions.json`` and so on.

    Raises:
        OutputError: An answer cannot be written.
        InputError: The clip of the contest cannot be read.
        ModelError: The scorer failed.
    """
    with _folder(save) as folder:
        files = [folder / str(number) / "predictions.json" for number in range(1, count + 1)]
        outcomes = [_challenge(miner, offer, caller, file) for file in files]
        score = None
        if contest:
            outcomes, score = _score(contest, outcomes, files)
    return Round(
        miner=miner.url,
        miner_hotkey=miner.hotkey,
        validator_hotkey=caller.key.address,
        outcomes=tuple(outcomes),
        score=score,
    )


@contextmanager
def offering(video: Path | None, *, url: str | None, serve_on: str) -> Iterator[Offer]:
    """Where the video may be had: at a URL that is known, else from a server of our own."""
    if url is not None:
        yield lambda: nullcontext(url)
    elif video is not None:
        with hosting(video, serve_on) as host:
            yield host.published


def _challenge(miner: Miner, offer: Offer, caller: Caller, file: Path) -> Outcome:
    with offer() as url:
        challenge = new_challenge(url)
        reply = send(challenge, miner, key=caller.key, client=caller.client)
    outcome = _outcome(challenge.challenge_id, reply, miner)
    if reply.body is not None:
        _keep(reply.body, file)
    caller.told(outcome)
    return outcome


def _outcome(challenge_id: str, reply: Reply, miner: Miner) -> Outcome:
    if reply.body is None:
        return Outcome(
            challenge_id=challenge_id, came="failed", seconds=reply.seconds, problem=reply.failure
        )
    stored = read_as_validator(reply.body)
    return Outcome(
        challenge_id=challenge_id,
        came=_CAME[stored.fate],
        seconds=reply.seconds,
        bytes=len(reply.body),
        frames=len(stored.frames),
        signature=reply.signature.in_words(miner.hotkey) if reply.signature else None,
        problem=stored.why,
    )


def _score(
    contest: Contest, outcomes: list[Outcome], files: list[Path]
) -> tuple[list[Outcome], ClipScore | None]:
    """The outcomes with what they earned, and the first score with its reasons."""
    sent = [
        Sent(f"answer {outcome.challenge_id}", file, outcome.seconds)
        for outcome, file in zip(outcomes, files, strict=True)
        if outcome.came == "answered"
    ]
    results, scored, first = contest.score(sent), [], None
    for outcome in outcomes:
        score = next(results) if outcome.came == "answered" else None
        scored.append(_scored(outcome, score))
        if first is None and isinstance(score, ClipScore):
            first = score
    return scored, first


def _scored(outcome: Outcome, score: ClipScore | str | None) -> Outcome:
    if isinstance(score, ClipScore):
        return replace(outcome, earned=earned(score))
    if isinstance(score, str):
        return replace(outcome, problem=f"it cannot be scored: {score}")
    return replace(outcome, earned=ZERO) if outcome.came in ("failed", "empty") else outcome


@contextmanager
def _folder(save: Path | None) -> Iterator[Path]:
    if save is not None:
        yield as_path(save)
        return
    with TemporaryDirectory(prefix="touchline-challenge-") as name:
        yield Path(name)


def _keep(body: bytes, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}.") from error
    write_whole(file, body)
