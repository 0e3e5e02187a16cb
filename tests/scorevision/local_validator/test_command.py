"""``touchline challenge`` as an operator types it."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.scorevision.answers import answer, write_clip
from tests.scorevision.local_validator.miners import answering, fetching_first, mining
from touchline.cli.challenge import challenge
from touchline.errors import InputError, RequestError, UsageError
from touchline.service.chain import make_hotkey

FRAMES = 3


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", [True] * FRAMES)


def touchline(*arguments: object) -> None:
    app = typer.Typer()
    app.command()(challenge)
    app([str(argument) for argument in arguments], standalone_mode=False)


def test_a_round_prints_what_the_miner_would_have_earned(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with mining(fetching_first(answer(FRAMES))) as miner:
        touchline(miner.url, "--video", clip, "--verifier", "student")
    out, err = capsys.readouterr()
    assert err == ""
    assert "1 of 1 answered" in out
    assert "final" in out


def test_json_alone_is_printed_for_scripts(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = tmp_path / "others.json"
    others.write_text("[9.5, 12]")
    seed = tmp_path / "seed"
    seed.write_text("0x" + "07" * 32)
    with mining(fetching_first(answer(FRAMES))) as miner:
        options = ("--n", 2, "--json", "--others", others, "--key", seed, "--verifier", "student")
        touchline(miner.url, "--video", clip, *options)
    found = json.loads(capsys.readouterr().out)
    assert found["answered"] == found["sent"] == 2
    assert found["validator_hotkey"] == make_hotkey(b"\7" * 32).address
    assert found["miner_hotkey"] == miner.key.address
    assert found["challenges"][0]["earned"]["final"] == found["medians"]["final"] > 0


def test_what_was_not_answered_fails_in_one_line_after_the_table(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        mining(answering({"detail": "no"}, status=403)) as miner,
        pytest.raises(RequestError) as refusal,
    ):
        touchline(miner.url, "--video", clip, "--no-score", "--n", 2)
    assert str(refusal.value) == (
        f"{miner.url} answered 0 of 2 challenges well; the first problem: 403 Forbidden: no"
    )
    assert "\n" not in str(refusal.value)
    assert "0 of 2 answered" in capsys.readouterr().out


def test_a_video_that_is_public_already_is_not_served(clip: Path) -> None:
    url = "https://example.com/clip.mp4"
    with mining(answering(answer(FRAMES))) as miner:
        touchline(miner.url, "--video-url", url, "--no-score")
    assert [json.loads(body)["video_url"] for body in miner.bodies] == [url]


def test_a_hotkey_that_is_given_is_not_asked_for() -> None:
    key = make_hotkey()
    with mining(answering(answer(FRAMES)), health=(404, b"")) as miner:
        options = ("--video-url", "http://a/v", "--no-score", "--miner-hotkey", key.address)
        touchline(miner.url, *options)
    assert miner.headers[0]["miner-hotkey"] == key.address


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "a clip is needed"),
        (("--video-url", "http://a/v"), "add --video FILE, or --no-score"),
        (("--video", "CLIP", "--serve-on", "0.0.0.0"), "IP address of this machine"),
        (("--video", "CLIP", "--miner-hotkey", "5abc"), "SS58 address"),
    ],
)
def test_wrong_usage_says_what_is_allowed(
    clip: Path, options: tuple[Any, ...], message: str
) -> None:
    given = [clip if each == "CLIP" else each for each in options]
    with mining(answering(answer(FRAMES))) as miner, pytest.raises(UsageError, match=message):
        touchline(miner.url, *given)
    assert miner.bodies == []


def test_times_of_others_that_are_none_are_found_before_anybody_is_asked(
    clip: Path, tmp_path: Path
) -> None:
    others = tmp_path / "others.json"
    others.write_text("[-1]")
    with mining(answering(answer(FRAMES))) as miner, pytest.raises(InputError, match="seconds"):
        touchline(miner.url, "--video", clip, "--others", others, "--verifier", "student")
    assert miner.bodies == []


def test_a_clip_that_is_none_is_found_before_anybody_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_text("no video")
    with mining(answering(answer(FRAMES))) as miner, pytest.raises(InputError):
        touchline(miner.url, "--video", file, "--verifier", "student")
    assert miner.bodies == []
