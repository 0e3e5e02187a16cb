"""``touchline challenge``: call a miner as a validator does."""

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.consoles import err, out
from touchline.cli.options import AsJson, ByProtocol, Protocol, VerifierName, print_json
from touchline.cli.password import asking
from touchline.errors import RequestError, UsageError, needing
from touchline.files import require_apart

if TYPE_CHECKING:
    import httpx

    from touchline.scorevision.local_validator import Contest, Miner, Offer, Outcome, Round
    from touchline.service.chain import Hotkey
    from touchline.turbovision.private import ActionOutcome, ActionRound

MinerUrl = Annotated[str, typer.Argument(metavar="URL", help="The miner: http://HOST:PORT.")]
Clip = Annotated[Path | None, typer.Option("--video", help="The clip to serve and to score by.")]
ClipUrl = Annotated[
    str | None, typer.Option(help="Where the clip can be had already; nothing is served then.")
]
Count = Annotated[int, typer.Option("--n", min=1, help="Challenges, one after another.")]
ServeOn = Annotated[
    str, typer.Option(help="IP address of this machine by which the miner reaches the clip.")
]
Key = Annotated[
    Path | None,
    typer.Option(help="Signs: a hotkey file, or a seed (0x...); else a throw-away key."),
]
MinerHotkey = Annotated[str | None, typer.Option(help="Of the miner; else its /health is asked.")]
Others = Annotated[Path | None, typer.Option(help="A JSON list: seconds of the other miners.")]
Save = Annotated[Path | None, typer.Option(help="Folder that keeps the answers.")]
Score = Annotated[bool, typer.Option("--score/--no-score", help="Score the answers, or only time.")]
Truth = Annotated[
    Path | None,
    typer.Option(help='turbovision: what happens, [{"frame": 241, "action": "pass"}].'),
]
Seed = Annotated[int, typer.Option(help="Draws the frames whose boxes are scored.")]


def challenge(
    url: MinerUrl,
    video: Clip = None,
    video_url: ClipUrl = None,
    count: Count = 1,
    serve_on: ServeOn = "127.0.0.1",
    key: Key = None,
    miner_hotkey: MinerHotkey = None,
    others: Others = None,
    save: Save = None,
    score: Score = True,
    seed: Seed = 0,
    verifier: VerifierName = None,
    protocol: ByProtocol = Protocol.SCOREVISION,
    truth: Truth = None,
    as_json: AsJson = False,
) -> None:
    """Challenge the miner at URL as a validator does, and say what it would have earned."""
    is_private = protocol is Protocol.TURBOVISION
    if is_private and (others or save or verifier):
        raise UsageError("--others, --save and --verifier are of the first protocol.")
    if truth and not is_private:
        raise UsageError("--truth needs --protocol turbovision.")
    _require_source(video, video_url, score=score and not is_private)
    if save:
        answers = [save / str(number) / "predictions.json" for number in range(1, count + 1)]
        require_apart(answers, [each for each in (video, key, others) if each])
    challenges = _local_validator()
    with challenges.validators_client() as client:
        miner = _miner(url, miner_hotkey, client)
        if is_private:
            with challenges.offering(video, url=video_url, serve_on=serve_on) as offer:
                _ask_for_actions(miner, offer, key=key, count=count, truth=truth, as_json=as_json)
            return
        caller = challenges.Caller(key=_key(key), client=client, told=_tell)
        contest = _contest(video, others, seed, verifier) if score and video else None
        with challenges.offering(video, url=video_url, serve_on=serve_on) as offer:
            result = challenges.run_round(
                miner, offer, caller=caller, count=count, contest=contest, save=save
            )
    _tell_of(result, miner, how="well", count=count, as_json=as_json)


def _tell_of(
    result: "Round | ActionRound",
    miner: "Miner",
    *,
    how: str,
    count: int,
    as_json: bool,
) -> None:
    """What came of a round; raises RequestError where not all were answered as they should be."""
    if as_json:
        print_json(result.as_dict())
    else:
        out().print(result.report())
    if result.answered < count:
        raise RequestError(
            f"{miner.url} answered {result.answered} of {count} challenges {how}; the first "
            f"problem: {result.first_problem}"
        )


def _ask_for_actions(
    miner: "Miner",
    offer: "Offer",
    *,
    key: Path | None,
    count: int,
    truth: Path | None,
    as_json: bool,
) -> None:
    """The same on the private track of today's protocol."""
    from touchline.turbovision.private import AskedMiner, read_true_actions, run_action_round

    result = run_action_round(
        AskedMiner(miner.url, miner.hotkey),
        offer,
        key=_key(key),
        count=count,
        truth=read_true_actions(truth) if truth else None,
        told=_tell,
    )
    _tell_of(result, miner, how="in time", count=count, as_json=as_json)


def _require_source(video: Path | None, video_url: str | None, *, score: bool) -> None:
    if video is None and video_url is None:
        raise UsageError("a clip is needed: --video FILE, or --video-url URL.")
    if video is None and score:
        raise UsageError("scoring needs the clip itself: add --video FILE, or --no-score.")


def _local_validator() -> ModuleType:
    """The package behind this command, which not everybody has what it needs for."""
    with needing("miner", to="touchline challenge"):
        import httpx  # noqa: F401  (first: keys alone would ask for the chain)

        import touchline.scorevision.local_validator
    return touchline.scorevision.local_validator


def _miner(url: str, hotkey: str | None, client: "httpx.Client") -> "Miner":
    from touchline.scorevision.local_validator import Miner, ask_hotkey, require_miner_url
    from touchline.service.chain import is_address

    url = require_miner_url(url)
    if hotkey is not None and not is_address(hotkey):
        raise UsageError(f"a hotkey is an SS58 address, as in 5Gr...; got {hotkey!r}.")
    return Miner(url, hotkey or ask_hotkey(url, client))


def _key(file: Path | None) -> "Hotkey":
    from touchline.scorevision import MinerSettings
    from touchline.scorevision.local_validator import read_key

    password = MinerSettings.read().password if file else None
    return read_key(
        file,
        password=password.get_secret_value() if password else None,
        ask=asking(),
    )


def _contest(video: Path, others: Path | None, seed: int, verifier: str | None) -> "Contest":
    from touchline.scorevision import read_times
    from touchline.scorevision.local_validator import Contest
    from touchline.scorevision.report import load_judge
    from touchline.settings import Settings
    from touchline.video import VideoReader

    # A clip that cannot be read is found before anybody is asked.
    VideoReader(video).close()
    settings = Settings.read(verifier=verifier)
    return Contest(
        video=video,
        judge=load_judge(settings.verifier, cache=settings.cache, device=settings.device),
        others=read_times(others) if others else (),
        seed=seed,
    )


def _tell(outcome: "Outcome | ActionOutcome") -> None:
    """On a terminal, say of each challenge that it is through."""
    if err().is_terminal:
        from rich.text import Text

        said = outcome.problem or getattr(outcome, "came", "answered")
        err().print(Text(f"challenge {outcome.challenge_id}: {said}, {outcome.seconds:.2f} s"))
