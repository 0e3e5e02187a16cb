"""The command line as a user meets it: what it says, where, and its exit codes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Outcome
from tests.conftest import MakeVideo
from tests.outputs.runs import save, state
from touchline.cli.options import ENDING, remaining, seconds_of
from touchline.errors import UsageError
from touchline.video import VideoReader

FILES = ["cvat.xml", "coco.json"]
"""What an export for labelling tools writes."""


def assert_fails_in_one_line(outcome: Outcome, *words: str) -> None:
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("touchline: ")
    assert outcome.err.count("\n") == 1
    for word in words:
        assert word in outcome.err


def test_a_clip_becomes_four_files(touchline, make_video: MakeVideo, tmp_path: Path) -> None:
    clip = make_video(frames=12)
    outcome = touchline("run", clip, "-o", tmp_path / "results", "--overlay", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out)["frames"] == 12
    results = tmp_path / "results"
    assert {path.name for path in results.iterdir()} == {
        "overlay.mp4",
        "predictions.json",
        "summary.json",
        "tracks.parquet",
    }
    assert len(json.loads((results / "predictions.json").read_text())["frames"]) == 12
    assert pq.read_table(results / "tracks.parquet").num_rows >= 0
    with VideoReader(results / "overlay.mp4") as overlay:
        assert len(list(overlay)) == 12
    assert json.loads((results / "summary.json").read_text()) == json.loads(outcome.out)


def test_a_deadline_says_what_was_given_up_to_meet_it(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    clip = make_video(frames=60, size=(1280, 720))
    arguments = ["run", clip, "-o", tmp_path / "results", "--no-overlay", "--json"]
    leisurely = json.loads(touchline(*arguments, "--deadline", "3600").out)
    hurried = json.loads(touchline(*arguments, "--deadline", "0.01").out)
    assert [*leisurely["skipped"]["paces"]] == ["0"]
    assert leisurely["frames"] == 60
    assert leisurely["skipped"]["truncated"] is None
    assert 0 < hurried["frames"] < 60
    missing = f"no time for frame {hurried['frames']} and those that follow"
    assert missing in hurried["skipped"]["truncated"]


def test_the_overlay_can_be_left_out(touchline, make_video: MakeVideo, tmp_path: Path) -> None:
    touchline("run", make_video(frames=3), "-o", tmp_path / "results", "--no-overlay")
    assert not (tmp_path / "results" / "overlay.mp4").exists()


@pytest.mark.parametrize(
    ("options", "files"),
    [
        (["--format", "csv"], {"tracks.csv"}),
        (["--format", "csv,parquet", "--overlay"], {"tracks.csv", "tracks.parquet", "overlay.mp4"}),
        (["--format", "overlay", "--no-overlay"], set()),
    ],
)
def test_the_files_that_are_written_can_be_chosen(
    touchline, make_video: MakeVideo, tmp_path: Path, options: list[str], files: set[str]
) -> None:
    outcome = touchline("run", make_video(frames=3), "-o", tmp_path / "results", *options)
    assert outcome.code == 0
    written = {path.name for path in (tmp_path / "results").iterdir()}
    assert written == files | {"summary.json"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "csv,xml"], ["predictions, parquet, csv, cameras, overlay", "'xml'"]),
        (["--pitch", "wide"], ["TOUCHLINE_PITCH", "'wide'"]),
        (["--pitch", "20x10"], ["20.0 x 10.0 m"]),
        (["--detector", "no.such:finder"], ["'no.such:finder'", "no module 'no'"]),
        (["--tracker", "finder"], ["'finder'", "module:name"]),
    ],
)
def test_what_cannot_be_chosen_is_refused_before_any_work(
    touchline, make_video: MakeVideo, tmp_path: Path, options: list[str], words: list[str]
) -> None:
    outcome = touchline("run", make_video(frames=3), "-o", tmp_path / "results", *options)
    assert outcome.code == 2
    assert all(word in outcome.err for word in words), outcome.err
    assert outcome.err.count("\n") == 1
    assert not any((tmp_path / "results").glob("*"))


def test_a_missing_video_is_named(touchline, tmp_path: Path) -> None:
    outcome = touchline("run", tmp_path / "absent.mp4", "-o", tmp_path / "results")
    assert_fails_in_one_line(outcome, "absent.mp4")


def test_text_named_mp4_is_refused(touchline, tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("kick-off at three\n" * 100)
    assert_fails_in_one_line(touchline("run", path, "-o", tmp_path / "results"), "notes.mp4")


def test_sound_alone_is_refused(touchline, make_sound, tmp_path: Path) -> None:
    outcome = touchline("run", make_sound("song.mp4"), "-o", tmp_path / "results")
    assert_fails_in_one_line(outcome, "song.mp4")


def test_a_truncated_video_gives_what_could_be_read_and_says_how_far(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    whole = make_video(frames=40)
    part = tmp_path / "part.mp4"
    part.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    outcome = touchline("run", part, "-o", tmp_path / "results", "--json", "--no-overlay")
    assert outcome.code == 0
    assert "of about 40 frames" in outcome.err
    summary = json.loads(outcome.out)
    assert 0 < summary["frames"] < 40
    assert "of about 40 frames" in summary["skipped"]["truncated"]


def test_a_folder_that_cannot_be_made_is_named(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("not a folder")
    outcome = touchline("run", make_video(frames=3), "-o", taken / "results")
    assert_fails_in_one_line(outcome, "taken")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_disk_is_one_line_and_no_file_is_half_written(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    limit = "import resource as r, os, sys; r.setrlimit(r.RLIMIT_FSIZE, (2000, 2000)); "
    python = [
        sys.executable,
        "-c",
        limit + "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])",
    ]
    command = [
        "-m",
        "touchline",
        "run",
        str(make_video(frames=12)),
        "-o",
        str(tmp_path / "results"),
    ]
    done = subprocess.run([*python, *command], capture_output=True, text=True, check=False)
    assert_fails_in_one_line(Outcome(done.returncode, done.stdout, done.stderr), "cannot write")
    left = {path.name for path in (tmp_path / "results").iterdir()}
    assert left <= {"predictions.json", "tracks.parquet"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "match.mp4"],
        ["run", "match.mp4", "-o", "results", "--size", "12x12"],
        ["run", "match.mp4", "-o", "results", "--batch-size", "0"],
        ["run", "match.mp4", "-o", "results", "--device", "tpu"],
        ["run", "match.mp4", "-o", "results", "--deadline", "0"],
        ["run", "match.mp4", "-o", "results", "--deadline", "soon"],
        ["fly"],
    ],
)
def test_wrong_usage_has_an_exit_code_of_its_own(touchline, arguments: list[str]) -> None:
    outcome = touchline(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""


def test_the_shipped_weights_are_whole(touchline) -> None:
    listed = json.loads(touchline("models", "--json").out)
    shipped = [entry for entry in listed if not entry["name"].startswith("clip")]
    assert {entry["name"] for entry in shipped} == {"kits", "pitch", "players", "verifier"}
    assert {entry["state"] for entry in shipped} == {"whole"}
    assert sum(entry["bytes"] for entry in shipped) <= 30 * 2**20


def test_the_clips_that_can_be_pulled_are_listed(touchline) -> None:
    listed = json.loads(touchline("models", "--json").out)
    states = {entry["name"]: entry["state"] for entry in listed if entry["name"][:4] == "clip"}
    assert set(states) == {"clip", "clip-b16", "clip-int8", "clip-b16-int8"}
    assert set(states.values()) <= {"pulled", "not pulled"}


def test_a_clip_nobody_knows_is_refused_by_name(touchline) -> None:
    outcome = touchline("models", "pull", "clap")
    assert outcome.code == 2
    assert "clap" in outcome.err
    assert "clip-b16" in outcome.err


def test_a_pull_from_a_folder_without_the_files_says_which_is_missing(
    touchline, tmp_path: Path
) -> None:
    outcome = touchline("models", "pull", "clip", "--from", str(tmp_path))
    assert outcome.code == 1
    assert "pytorch_model.bin" in outcome.err


def test_the_version_is_printed(touchline) -> None:
    assert touchline("--version").out.strip()


def test_the_console_script_is_installed() -> None:
    assert shutil.which("touchline", path=str(Path(sys.executable).parent))


@pytest.mark.slow
def test_an_answer_is_scored_and_compared_with_itself(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    clip = make_video(frames=12)
    touchline("run", clip, "-o", tmp_path / "results", "--no-overlay")
    answer = tmp_path / "results" / "predictions.json"
    scored = touchline("score", answer, clip, "--json", "--pictures", tmp_path / "worst")
    assert (scored.code, json.loads(scored.out)["scorer"]) == (0, "student")
    assert touchline("score", answer, clip).out.startswith("This is not a validator's score")
    compared = touchline("compare", answer, answer, clip, "--json")
    assert compared.code == 0


def test_an_answer_to_another_clip_is_refused_in_one_line(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    answer = tmp_path / "predictions.json"
    answer.write_text('{"frames": {"0": {}}, "processing_time": 1}')
    outcome = touchline("score", answer, make_video(frames=12))
    assert_fails_in_one_line(outcome, "predictions.json", "frames")


@pytest.mark.parametrize(
    "metric", ["detection", "tracking", "people", "pitch", "positions", "state"]
)
def test_the_truth_agrees_with_itself(touchline, match: Path, metric: str) -> None:
    truth = match / "truth.json"
    outcome = touchline("evaluate", metric, truth, truth, "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["metric"] == metric


def test_labels_without_an_answer_are_wrong_usage(touchline, tmp_path: Path) -> None:
    outcome = touchline("evaluate", "tracking", tmp_path / "truth.json")
    assert outcome.code == 2
    assert "pairs" in outcome.err


def test_labelled_pictures_are_analysed_without_an_answer(
    touchline, match: Path, tmp_path: Path
) -> None:
    assert touchline("evaluate", "pitch", tmp_path / "gone").code == 1
    truth = match / "truth.json"
    outcome = touchline("evaluate", "pitch", truth, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    result = json.loads(outcome.out)
    assert result["frames"] < 30  # the close-up shows no labelled point
    figures = result["figures"]
    assert figures["right frames"]["value"] > 0.5
    assert figures["wrong frames"]["value"] == 0
    # An answer that somebody wrote before needs no network, and takes no word about one.
    refused = touchline("evaluate", "pitch", truth, truth, "--no-pitch", match)
    assert (refused.code, "need --analyze" in refused.err) == (2, True)


def test_no_command_writes_over_its_input(
    touchline, make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_video("overlay.mp4", frames=3)
    before = clip.read_bytes()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.mp4").symlink_to(clip)
    for given in ("overlay.mp4", "link.mp4"):
        outcome = touchline("run", given, "-o", ".", "--overlay")
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "overlay.mp4").symlink_to(clip)
    (tmp_path / "results" / "summary.json").write_text('{"versions": {"touchline": "0"}}')
    for command in (
        ["run", "overlay.mp4", "-o", "results", "--overlay"],
        ["run", "overlay.mp4", "-o", "results", "--format", "csv"],
        ["compare", "a.json", "b.json", "overlay.mp4", "--overlay", "./overlay.mp4"],
        ["compare", "a.json", "b.json", ".", "--overlay", "overlay.mp4"],
    ):
        outcome = touchline(*command)
        assert outcome.code == 2
        assert "the result would replace its own input" in outcome.err
    assert clip.read_bytes() == before


def test_pictures_of_a_score_do_not_replace_those_of_the_clip(touchline, tmp_path: Path) -> None:
    (tmp_path / "frame_000001.png").write_bytes(b"mine")
    outcome = touchline("score", "predictions.json", tmp_path, "--pictures", tmp_path)
    assert outcome.code == 2
    assert "its own input" in outcome.err


@pytest.mark.parametrize("name", ["match.mp4", "truth.json", "overlay.mp4"])
def test_the_demonstration_replaces_nobody_elses_file(touchline, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    outcome = touchline("demo", "-o", tmp_path)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {name: b"mine"}


def test_a_folder_holds_the_results_of_one_clip(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    first, second = make_video("first.mp4", frames=3), make_video("second.mp4", frames=4)
    results = tmp_path / "results"
    assert touchline("run", first, "-o", results, "--overlay").code == 0
    outcome = touchline("run", second, "-o", results, "--no-overlay")
    assert outcome.code == 0
    assert outcome.err.startswith("touchline: removed")
    assert outcome.err.rstrip().endswith("overlay.mp4")
    assert {path.name for path in results.iterdir()} == {
        "predictions.json",
        "summary.json",
        "tracks.parquet",
    }
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    assert touchline("run", tmp_path / "absent.mp4", "-o", results).code == 1
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before


NO_TEXT = os.fsdecode(b"M\xe1laga [b].mp4")
"""Latin-1, as on many an old disk; with what a table would take for its own markup."""


IN_TURN = """
import json, os, sys
from touchline.cli import main
from touchline.cli.options import ENDING, remaining, seconds_of
from touchline.errors import UsageError

*commands, = map(json.loads, sys.stdin)
for number, arguments in enumerate(commands):
    for descriptor, name in (1, "out"), (2, "err"):
        os.dup2(os.open(f"{number}.{name}", os.O_WRONLY | os.O_CREAT), descriptor)
    sys.argv = ["touchline", *arguments]
    try:
        main()
    except SystemExit as stop:
        sys.stdout.flush()
        with open(f"{number}.code", "w") as file:
            file.write(str(stop.code or 0))
"""


def in_ascii(folder: Path, *commands: Sequence[object]) -> list[Outcome]:
    """Run commands, whose output takes ASCII only, one after another in a process of their own."""
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-c", IN_TURN],
        input="\n".join(json.dumps([str(each) for each in command]) for command in commands),
        text=True,
        check=True,
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )

    def said(number: int, name: str) -> str:
        return (folder / f"{number}.{name}").read_text("ascii")

    return [
        Outcome(int(said(number, "code")), said(number, "out"), said(number, "err"))
        for number in range(len(commands))
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are bytes")
def test_a_name_that_is_no_text_is_written_somehow(make_video: MakeVideo, tmp_path: Path) -> None:
    clip = make_video(frames=3)
    clip.rename(tmp_path / NO_TEXT)
    results = tmp_path / os.fsdecode(b"\xe1 a:b")
    run = ["run", tmp_path / NO_TEXT, "-o", results]
    (outcome,) = in_ascii(tmp_path / "said", [*run, "--format", "predictions,parquet,csv,overlay"])
    assert outcome.code == 0, outcome.err
    summary = json.loads((results / "summary.json").read_text("utf-8"))
    assert summary["path"].endswith("M\ufffdlaga [b].mp4")
    told = json.loads((results / "predictions.json").read_text("utf-8"))["challenge_id"]
    assert told == "M\ufffdlaga [b]"
    assert pq.read_table((results / "tracks.parquet").open("rb")).num_rows >= 0
    assert (results / "overlay.mp4").is_file()
    (outcome,) = in_ascii(tmp_path / "said again", [*run, "--no-overlay", "--json"])
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["path"] == summary["path"]


@pytest.mark.parametrize("name", ["試合 😀.mp4", "a\nb.mp4"])
def test_what_is_printed_fits_every_terminal(
    make_video: MakeVideo, tmp_path: Path, name: str
) -> None:
    make_video(frames=3).rename(tmp_path / name)
    told, shown, absent = in_ascii(
        tmp_path / "said",
        ["run", tmp_path / name, "-o", tmp_path / "one", "--no-overlay", "--json"],
        ["run", tmp_path / name, "-o", tmp_path / name[:2], "--no-overlay"],
        ["run", tmp_path / f"{name}.absent", "-o", tmp_path / "two"],
    )
    assert json.loads(told.out)["path"] == str(tmp_path / name)
    assert shown.err == ""
    assert (absent.code, absent.err.count("\n")) == (1, 1)


def test_a_tilde_that_no_shell_expanded_is_the_home_folder(
    touchline, make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(home))
    make_video(frames=3).rename(home / "clip.mp4")
    outcome = touchline("run", "~/clip.mp4", "--output=~/results", "--no-overlay")
    assert outcome.code == 0
    assert (home / "results" / "tracks.parquet").is_file()
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("https://example.com/match.mp4", ["https://example.com/match.mp4", "a URL", "fetch it"]),
        ("rtsp://camera:554/1", ["rtsp://camera:554/1", "a URL"]),
        ("-", ["standard input"]),
        ("/dev/null", ["a device"]),
        ("pipe", ["a pipe"]),
        ("socket", ["a socket"]),
        ("absent.mp4", ["no such file"]),
        ("x" * 300, ["cannot be read"]),
    ],
)
def test_what_is_no_local_file_is_refused_and_leaves_no_folder(
    touchline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    assert_fails_in_one_line(touchline("run", given, "-o", "out/a"), *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("moment", "seconds"), [("750", 750), ("12:30", 750), ("1:12:30.5", 4350.5), ("0:00", 0)]
)
def test_a_moment_is_said_in_seconds_or_as_on_a_clock(moment, seconds):
    assert seconds_of(moment, "--from") == seconds


@pytest.mark.parametrize("moment", ["", "half", "1:2:3:4", "12:75", "-3", "1:60:00", "nan"])
def test_what_is_no_moment_is_refused_with_what_is(moment):
    with pytest.raises(UsageError, match=r"--to is a number of seconds, 12:30 or 1:12:30\.5"):
        seconds_of(moment, "--to")


def test_a_deadline_counts_from_the_start_of_the_program_to_its_end():
    began = time.monotonic()
    told = "from touchline.cli.options import remaining; print(remaining(60.0))"
    left = float(subprocess.check_output([sys.executable, "-c", told]))
    most = 60 - ENDING
    assert most - (time.monotonic() - began) - 0.02 <= left < most  # clock ticks are 10 ms
    with pytest.raises(UsageError, match="--deadline is a finite number above 0"):
        remaining(0)


def test_a_run_is_exported_and_held_against_what_was_corrected(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    save(run, [state(number, [{"box": (5, 5, 25, 60), "id": 4}]) for number in range(6)])
    outcome = touchline("export", run, "--to", "cvat,coco", "-o", tmp_path / "out")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.split() == [str(tmp_path / "out" / name) for name in FILES]
    for name in FILES:
        held = touchline("evaluate", "tracking", tmp_path / "out" / name, run / "tracks.parquet")
        assert held.code == 0
        assert "HOTA" in held.out
    again = touchline("export", run, "--to", "coco", "-o", tmp_path / "out")
    assert (again.code, again.out) == (2, "")
    assert "coco.json is there" in again.err


MANIFEST = (
    '{"elements": [{"id": "a/Detect-x", "objects": ["player"], "metrics": {"pillars": {"map50": 1}}'
    ', "delta_floor": 0.01}]}'
)


def test_an_answer_to_an_element_is_paid_by_the_manifest(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    answer, truth, manifest = (tmp_path / name for name in ("a.json", "t.json", "m.yaml"))
    box = {"x1": 0, "y1": 0, "x2": 40, "y2": 40, "cls_id": 0, "conf": 1.0}
    frames = [{"frame_id": number, "boxes": [box]} for number in range(3)]
    answer.write_text(json.dumps({"frames": frames}))
    truth.write_text('{"annotations": [{"bbox": [0, 0, 40, 40], "class": "player"}]}')
    manifest.write_text(MANIFEST)
    told = ("--protocol", "turbovision", "--element", "a/Detect-x", "--manifest", manifest)
    asked = ("score", answer, make_video(frames=3), *told)
    outcome = touchline(*asked, "--truth", truth, "--json")
    assert (outcome.code, json.loads(outcome.out)["score"]) == (0, 1.0)
    assert "an empty answer" in touchline(*asked, "--truth", truth).out
    assert_fails_in_one_line(touchline(*asked), "annotations")


@pytest.mark.parametrize(
    "options",
    [
        ("--protocol", "turbovision"),
        ("--element", "a/Detect-x"),
        ("--protocol", "turbovision", "--verifier", "student"),
    ],
)
def test_options_of_the_other_protocol_are_refused(touchline, options: Sequence[str]) -> None:
    outcome = touchline("score", "a.json", "b.mp4", *options)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "--" in outcome.err


def test_a_folder_is_packed_and_examined(touchline, make_video: MakeVideo, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    packed = touchline("pack", "--element", "PitchCalib_v1", "-o", folder, "--json")
    assert (packed.code, "miner.py" in json.loads(packed.out)["files"]) == (0, True)
    examined = ("audit", folder, "--frames", make_video(frames=3), "--limit", 60_000, "--json")
    assert (touchline(*examined).code, json.loads(touchline(*examined).out)["ok"]) == (0, True)
    (folder / "shot.png").write_bytes(b"x")
    assert touchline(*examined).code == 1


def test_a_packed_folder_answers_a_clip_and_is_paid_for_it(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    folder, answer = tmp_path / "folder", tmp_path / "a.json"
    manifest, truth, clip = tmp_path / "m.yaml", tmp_path / "t.json", make_video(frames=3)
    manifest.write_text(MANIFEST)
    truth.write_text('{"annotations": [{"bbox": [0, 0, 40, 40], "class": "player"}]}')
    assert (
        touchline("pack", "--element", "a/Detect-x", "--manifest", manifest, "-o", folder).code == 0
    )
    asked = ("answer", folder, clip, "-o", answer)
    outcome = touchline(*asked, "--manifest", manifest, "--truth", truth, "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["frames"], told["element"]) == (0, 3, "a/Detect-x")
    told = ("--protocol", "turbovision", "--element", "a/Detect-x", "--manifest", manifest)
    again = touchline("score", answer, clip, *told, "--truth", truth, "--json")
    assert json.loads(again.out)["score"] == json.loads(outcome.out)["score"]
    assert touchline(*asked, "--truth", truth).code == 2
    assert_fails_in_one_line(touchline("answer", truth, clip, "-o", answer), "miner.py")


def test_an_operators_detector_is_packed(touchline, tmp_path: Path) -> None:
    from tests.detection.test_added import write

    asked = ("pack", "--element", "Detect-fire", "--objects", "fire", "-o", tmp_path / "f")
    model = ("--model", write(tmp_path / "mine.onnx", "yolov8"))
    outcome = touchline(*asked, *model, "--classes", "fire,a,b,c,d", "--json")
    assert (outcome.code, "detector.onnx" in json.loads(outcome.out)["files"]) == (0, True)
    assert touchline(*asked, "--classes", "fire").code == 2


def test_objects_that_nobody_sees_are_wrong_use(touchline, tmp_path: Path) -> None:
    outcome = touchline("pack", "--element", "Detect-x", "--objects", "fire", "-o", tmp_path / "f")
    assert (outcome.code, outcome.out, "'fire'" in outcome.err) == (2, "", True)


def test_a_report_is_written_with_a_run_and_after_it(
    touchline, make_video: MakeVideo, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    outcome = touchline("run", make_video(frames=3), "-o", results, "--report", "--format", "csv")
    assert outcome.code == 0
    assert outcome.out.split().index("Look") == 0  # the first thing that is said
    assert (results / "report.html").is_file()
    assert (results / "tracks.parquet").is_file()
    outcome = touchline("report", results, "--no-embed")
    assert outcome.code == 0
    assert outcome.out.rstrip().endswith("report.html")
    assert_fails_in_one_line(touchline("report", tmp_path), "summary.json", "touchline run")
