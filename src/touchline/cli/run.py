"""``touchline run``: one clip, from a video to the folder of its results."""

import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from touchline.cli.consoles import err, out
from touchline.cli.options import (
    AsJson,
    BatchSize,
    DeadlineSeconds,
    DetectorName,
    DeviceName,
    Formats,
    From,
    ImageFps,
    Output,
    PitchModelName,
    PitchSize,
    ProfileFile,
    Resume,
    SecondLook,
    Size,
    TeamsOrNot,
    To,
    TrackerName,
    VerifierName,
    WithOverlay,
    WithReport,
    print_json,
    remaining,
    seconds_of,
)
from touchline.files import as_path, as_text, require_apart

if TYPE_CHECKING:
    from rich.table import Table

    from touchline.outputs import Summary
    from touchline.pipeline import Profile


def run(
    video: Annotated[Path, typer.Argument(help="A video file, or a folder of images.")],
    output: Output,
    as_json: AsJson = False,
    formats: Formats = None,
    report: WithReport = False,
    overlay: WithOverlay = None,
    fps: ImageFps = None,
    pitch: PitchSize = None,
    detector: DetectorName = None,
    pitch_model: PitchModelName = None,
    tracker: TrackerName = None,
    device: DeviceName = None,
    batch_size: BatchSize = None,
    size: Size = None,
    verify: SecondLook = None,
    verifier: VerifierName = None,
    teams: TeamsOrNot = None,
    deadline: DeadlineSeconds = None,
    begin: From = None,
    end: To = None,
    resume: Resume = False,
    profile: ProfileFile = None,
) -> None:
    """Analyse VIDEO; write predictions.json, tracks.parquet and summary.json."""
    from touchline.outputs import DEFAULT_FORMATS, REPORT_FORMATS, to_json, write_whole
    from touchline.outputs.report import require_own_report, write_report
    from touchline.pipeline import Profile, run_job
    from touchline.settings import Settings

    settings = Settings.read(
        device=device,
        batch_size=batch_size,
        detection_size=size,
        image_fps=fps,
        verify=verify,
        verifier=verifier,
        teams=teams,
        pitch=pitch,
        detector=detector,
        pitch_model=pitch_model,
        tracker=tracker,
    )
    usual = REPORT_FORMATS if report else DEFAULT_FORMATS
    chosen = formats.split(",") if formats else [*usual]
    if report:
        require_own_report(output)
        chosen += ["parquet"] * ("parquet" not in chosen)
    if overlay is not None:
        chosen = [name for name in chosen if name != "overlay"] + ["overlay"] * overlay
    if profile is not None:
        require_apart([as_path(profile)], [video])
    stopwatch = Profile() if profile is not None else None
    with stopwatch.watching() if stopwatch else nullcontext():
        summary = run_job(
            video,
            output,
            settings=settings,
            formats=chosen,
            console=err(),
            deadline=None if deadline is None else remaining(deadline),
            span=(
                seconds_of(begin, "--from") if begin else 0.0,
                seconds_of(end, "--to") if end else None,
            ),
            resume=resume,
            stopwatch=stopwatch,
        )
    if profile is not None and stopwatch is not None:
        write_whole(profile, to_json(stopwatch.as_trace()).encode())
        err().print(_profile_table(stopwatch))
    if report:
        write_report(output)
    title = f"Look at {output}/report.html" if report else f"{output}/"
    for note in filter(None, (summary.skipped.truncated, summary.timing)):
        print(f"touchline: {as_text(note)}", file=sys.stderr)
    print_json(asdict(summary)) if as_json else out().print(_table(summary, title))


def _table(summary: "Summary", title: str) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table("clip", "", title=Text(as_text(title)))
    table.add_row("frames, shots", f"{summary.frames}, {summary.shots}")
    if summary.timing:
        table.add_row("times", summary.timing)
    for name, sources in summary.objects.items():
        counts = ", ".join(f"{count} {source}" for source, count in sources.items())
        table.add_row(name, counts or "none")
    table.add_row("tracks", str(summary.ids))
    table.add_row("frames with a pitch", str(summary.frames_with_homography))
    if summary.median_uncertainty is not None:
        table.add_row("positions, standard error", f"{summary.median_uncertainty:.2f} m")
    if summary.verification is not None:
        spent = summary.verification
        expert = f", {spent['expert']} by CLIP" if spent["expert"] else ""
        looks = f"{spent['student']} looks at {spent['objects']} boxes{expert}"
        table.add_row("a second look", looks)
    paces = [*summary.skipped.paces.values()]
    table.add_row(
        "looked at",
        f"people and ball every {_every(paces, 'detect_every')} frame "
        f"({summary.looks['full']} full looks, {summary.looks['reduced']} reduced), "
        f"pitch every {_every(paces, 'locate_every')}",
    )
    table.add_row("seconds", f"{summary.seconds['total']:.1f} for {summary.duration:.1f} of video")
    return table


def _profile_table(profile: "Profile") -> "Table":
    from rich.table import Table

    names = ("stage", "wall s", "its thread s", "beside another", "lock held over 5 ms, most")
    table = Table(*names, title="where the time went")
    for name, took in profile.by_stage().items():
        held = f"{took.holds}, {1e3 * took.longest_hold:.0f} ms" if took.holds else ""
        share = f"{took.overlapped:.0%}"
        table.add_row(name, f"{took.wall:.2f}", f"{took.cpu:.2f}", share, held)
    threads = sum(took.cpu for took in profile.by_stage().values())
    table.add_row("all", f"{profile.wall:.2f}", f"{threads:.2f}")
    table.add_row("with networks, codecs", "", f"{profile.cpu:.2f}")
    return table


def _every(paces: list[dict[str, float]], which: str) -> str:
    """The least and the most of a number that a deadline may have changed on the way."""
    least, most = (round(choose(pace[which] for pace in paces)) for choose in (min, max))
    return _th(least) if least == most else f"{_th(least)} to {_th(most)}"


def _th(number: int) -> str:
    return "single" if number == 1 else {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
