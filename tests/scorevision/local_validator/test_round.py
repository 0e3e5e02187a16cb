"""A whole round: the clip is served, a miner answers it, and its answers are scored."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.scorevision.answers import answer, everybody, somebody, write_clip
from tests.scorevision.local_validator.miners import (
    FakeMiner,
    answering,
    answering_signed,
    fetching_first,
    mining,
    saying_nothing,
)
from tests.scorevision.scoring.scorers import Eyes
from touchline.errors import OutputError
from touchline.scorevision.local_validator import (
    Caller,
    Contest,
    Miner,
    Outcome,
    Round,
    offering,
    run_round,
    validators_client,
)
from touchline.scorevision.report import same_for_all
from touchline.scorevision.response import read_response
from touchline.scorevision.score import Terms, score_clip
from touchline.service.chain import make_hotkey

KEY = make_hotkey(bytes(32))
FRAMES = 4
JUDGE = same_for_all("student", Eyes(), sees_frames=False)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", [True] * FRAMES)


def play(miner: FakeMiner, clip: Path, *, timeout: float = 10.0, **rest: Any) -> Round:
    """Challenge the miner; it is scored unless ``contest`` says otherwise."""
    rest = {"contest": Contest(video=clip, judge=JUDGE), **rest}
    with (
        validators_client(timeout) as client,
        offering(clip, url=None, serve_on="127.0.0.1") as offer,
    ):
        caller = Caller(key=KEY, client=client)
        return run_round(Miner(miner.url, miner.key.address), offer, caller=caller, **rest)


def printed(result: Round) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(result.report())
    return capture.get()


def in_turn(*says: Any) -> Any:
    """Another answer each time."""
    turns: Iterator[Any] = iter(says)
    return lambda *asked: next(turns)(*asked)


def test_a_good_answer_earns_what_touchline_score_says(clip: Path, tmp_path: Path) -> None:
    with mining(fetching_first(answer(FRAMES))) as miner:
        result = play(miner, clip, save=tmp_path)
    [outcome] = result.outcomes
    assert (outcome.came, outcome.problem, outcome.frames) == ("answered", None, FRAMES)
    assert result.answered == 1
    terms = Terms(elapsed=outcome.seconds)
    kept = read_response(tmp_path / "1" / "predictions.json")
    expected = score_clip(kept, clip, judge=JUDGE, terms=terms)
    assert outcome.earned is not None
    assert (outcome.earned.box, outcome.earned.final) == (expected.box, expected.final)
    assert outcome.earned.quality == expected.quality
    assert outcome.earned.keypoints == expected.reported_keypoints
    assert outcome.earned.speed == 1.0


def test_the_validators_clock_counts_and_not_the_miners(clip: Path) -> None:
    with mining(answering({**answer(FRAMES), "processing_time": 14.9})) as miner:
        result = play(miner, clip, contest=Contest(video=clip, judge=JUDGE, others=(0.001,)))
    score = result.score
    assert score is not None
    assert (score.speed.measured_by, score.speed.others) == ("given", 1)
    assert score.speed.seconds == result.outcomes[0].seconds < 10


def test_a_report_of_one_answer_has_its_reasons(clip: Path) -> None:
    wrong = [*everybody(), somebody("referee", (1100, 300, 1140, 380), 9)]
    with mining(answering_signed(answer(FRAMES, lambda n: wrong))) as miner:
        said = printed(play(miner, clip))
    assert "1 of 1 answered" in said
    assert "referee claimed, crowd seen" in said
    assert "This is not a validator's score" in said
    assert f"answer {json.loads(miner.bodies[0])['challenge_id']} on" in said
    assert f"answer signed by {miner.key.address}: holds" in said
    assert f"signed by {KEY.address}" in said


def test_each_of_several_has_a_row_and_the_good_ones_medians(clip: Path) -> None:
    bad = answer(FRAMES, lambda n: [somebody("referee", (1100, 300, 1140, 380), 9)])
    says = [answering(answer(FRAMES)), answering({"detail": "busy"}, status=503), answering(bad)]
    with mining(in_turn(*says)) as miner:
        result = play(miner, clip, count=3)
    assert [each.came for each in result.outcomes] == ["answered", "failed", "answered"]
    assert result.answered == 2
    good, failed, poor = (each.earned for each in result.outcomes)
    assert good is not None
    assert poor is not None
    assert failed is not None
    assert (failed.final, failed.speed) == (0.0, 0.0)
    assert good.box is not None
    assert result.medians()["box"] == pytest.approx((good.box + 0) / 2)
    assert poor.speed == 0.0
    said = printed(result)
    assert all(each.challenge_id in said for each in result.outcomes)
    assert "503 Service Unavailable: busy" in said
    assert "median" in said
    assert "2 of 3 answered" in said


def test_each_challenge_has_another_number_and_another_address_of_the_video(clip: Path) -> None:
    with mining(fetching_first(answer(FRAMES))) as miner:
        play(miner, clip, count=2, contest=None)
    sent = [json.loads(body) for body in miner.bodies]
    assert len({each["challenge_id"] for each in sent}) == 2
    assert len({each["video_url"] for each in sent}) == 2


def test_an_answer_to_another_clip_is_kept_by_a_validator_and_cannot_be_scored(clip: Path) -> None:
    says = [answering(answer(FRAMES - 1)), answering(answer(FRAMES + 1)), answering(answer(FRAMES))]
    with mining(in_turn(*says)) as miner:
        result = play(miner, clip, count=3)
    short, long, right = result.outcomes
    assert short.came == long.came == "answered"
    assert short.problem == (
        "it cannot be scored: frame 3 is missing, and the video has it; one entry for each frame "
        "of the video is needed."
    )
    assert "frame 4 is not in the video" in str(long.problem)
    assert (short.earned, right.problem) == (None, None)
    assert right.earned is not None
    assert result.answered == 1


def test_an_answer_to_a_larger_clip_costs_the_others_nothing(clip: Path) -> None:
    far = answer(FRAMES, lambda n: [somebody("referee", (1300, 300, 1340, 380), 9)])
    with mining(in_turn(answering(far), answering(answer(FRAMES)))) as miner:
        larger, right = play(miner, clip, count=2).outcomes
    assert "lies outside the picture of 1280 x 720" in str(larger.problem)
    assert right.earned is not None


@pytest.mark.parametrize(
    ("content", "came", "final"),
    [
        ({"frames": {"0": {}}}, "empty", 0.0),
        ({"frames": [{"keypoints": []}]}, "nothing stored", None),
        (b"<html>welcome</html>", "nothing stored", None),
    ],
)
def test_a_2xx_answer_can_still_be_worth_nothing(
    clip: Path, content: Any, came: str, final: float | None
) -> None:
    with mining(answering(content)) as miner:
        result = play(miner, clip)
    [outcome] = result.outcomes
    assert outcome.came == came
    assert getattr(outcome.earned, "final", None) == final
    assert result.answered == 0
    assert result.first_problem == outcome.problem is not None
    assert str(outcome.problem).split(";")[0] in printed(result)


def test_more_answers_than_are_held_at_once_are_all_scored(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("touchline.scorevision.local_validator.earning.TOGETHER", 2)
    with mining(answering(answer(FRAMES))) as miner:
        result = play(miner, clip, count=3)
    assert all(each.earned is not None for each in result.outcomes)


def test_without_a_contest_answers_are_only_timed(clip: Path) -> None:
    with mining(in_turn(answering(answer(FRAMES)), answering(b"", status=500))) as miner:
        result = play(miner, clip, count=2, contest=None)
    assert [each.earned for each in result.outcomes] == [None, None]
    assert result.medians()["seconds"] == result.outcomes[0].seconds
    assert result.medians()["final"] is None
    assert "scorer" in result.as_dict()
    assert "not a validator's score" not in printed(result)


def test_a_time_out_is_0_and_the_next_challenge_is_sent(clip: Path) -> None:
    with mining(in_turn(saying_nothing, answering(answer(FRAMES)))) as miner:
        result = play(miner, clip, count=2, timeout=0.5)
    assert [each.came for each in result.outcomes] == ["failed", "answered"]


def test_each_outcome_is_told_as_it_comes(clip: Path) -> None:
    told: list[Outcome] = []
    with mining(answering(answer(FRAMES))) as miner, validators_client() as client:
        caller = Caller(key=KEY, client=client, told=told.append)
        target = Miner(miner.url, miner.key.address)
        run_round(target, lambda: nullcontext("http://a/v.mp4"), caller=caller, count=2)
    assert [each.came for each in told] == ["answered", "answered"]
    assert {json.loads(body)["video_url"] for body in miner.bodies} == {"http://a/v.mp4"}


def test_the_answers_are_kept_as_they_came(clip: Path, tmp_path: Path) -> None:
    says = [answering(b"", status=500), answering(answer(FRAMES)), answering(b"<html>")]
    with mining(in_turn(*says)) as miner:
        play(miner, clip, count=3, contest=None, save=tmp_path / "kept")
    kept = {path.relative_to(tmp_path / "kept").as_posix() for path in tmp_path.rglob("*.json")}
    assert kept == {"2/predictions.json", "3/predictions.json"}
    assert (tmp_path / "kept" / "3" / "predictions.json").read_bytes() == b"<html>"


def test_a_folder_that_cannot_be_written_is_an_output_error(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        mining(answering(answer(FRAMES))) as miner,
        pytest.raises(OutputError, match="cannot be written"),
    ):
        play(miner, clip, save=tmp_path / "file")


def test_json_names_the_judge_and_says_whether_figures_are_a_validators(clip: Path) -> None:
    with mining(answering_signed(answer(FRAMES))) as miner:
        found = json.loads(json.dumps(play(miner, clip).as_dict(), allow_nan=False))
    assert (found["scorer"], found["score_is"]) == ("student", "estimated")
    assert found["notices"][0].startswith("This is not a validator's score")
    assert (found["sent"], found["answered"]) == (1, 1)
    assert found["challenges"][0]["earned"]["final"] == found["medians"]["final"]
    assert found["validator_hotkey"] == KEY.address
