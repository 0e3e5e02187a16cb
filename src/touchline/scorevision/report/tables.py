"""The score of a clip as a person reads it: what counts, what costs most, and the worst frames."""

from itertools import pairwise

from rich.console import Group
from rich.table import Table
from rich.text import Text

from touchline.scorevision.report.clip_score import ClipScore, FrameScore
from touchline.scorevision.scoring import ScoredBox

LOSSES = 8
"""So many losses are listed; JSON has all of them."""


def report(score: ClipScore, *, worst: int = 3) -> Group:
    """Everything to print: notices first, then the parts, the losses and the worst frames.

    Args:
        score: Of a clip.
        worst: How many frames are shown with each of their boxes.
    """
    frames = [frame_table(each) for each in score.worst(worst)]
    return Group(
        *(Text(notice) for notice in score.notices()),
        parts_table(score),
        losses_table(score),
        *frames,
    )


def parts_table(score: ClipScore) -> Table:
    """The parts of the score and the frames they are of."""
    title = "validator's score" if score.is_validators else f"estimate, judged by {score.scorer}"
    speed = score.speed
    pace = "" if not speed.others or speed.fastest is None else f", the pace {speed.fastest:.1f} s"
    took = "" if speed.seconds is None else f"  ({speed.seconds:.1f} s{pace})"
    table = Table(title, "", title=Text(f"{score.predictions} on {score.video}"))
    table.add_row("final", figure(score.final))
    table.add_row("quality (65 %)", figure(score.quality))
    table.add_row("  boxes", figure(score.box))
    table.add_row("  keypoints", figure(score.reported_keypoints))
    table.add_row("speed (35 %)", f"{figure(speed.score)}{took}")
    table.add_row("frames validated", f"{len(score.validated)} of {len(score.frames)}")
    table.add_row("  their numbers", spans(score.validated))
    table.add_row("frames drawn for boxes", str(len(score.drawn)))
    table.add_row("  their numbers", spans(score.drawn))
    return table


def losses_table(score: ClipScore) -> Table:
    """What keeps the score down, the worst first."""
    table = Table("final score would gain", "what", "what to change", "worst frames")
    for loss in score.losses[:LOSSES]:
        frames = ", ".join(map(str, loss.frames))
        table.add_row(f"{loss.gain:+.3f}", f"{loss.part}: {loss.name}", loss.change, frames)
    return table


def frame_table(frame: FrameScore) -> Table:
    """One frame: each of its objects, in the order of the list."""
    table = Table(
        "object", "claimed", "seen", "weight", "points", "cost", title=Text(_caption(frame))
    )
    for box in () if frame.boxes is None else frame.boxes.boxes:
        table.add_row(*_row(box))
    return table


def figure(value: float | None) -> str:
    """A score to three decimals, or that there is none."""
    return "not known" if value is None else f"{value:.3f}"


def spans(frames: tuple[int, ...]) -> str:
    """Rising numbers, with runs drawn together: 0-3, 7."""
    jumps = [i for i in range(1, len(frames)) if frames[i] != frames[i - 1] + 1]
    breaks = [0, *jumps, len(frames)]
    runs = [frames[start:end] for start, end in pairwise(breaks) if end > start]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _caption(frame: FrameScore) -> str:
    parts = [f"frame {frame.frame}"]
    if frame.failed is not None:
        parts.append(f"left out: {frame.failed}")
    elif frame.boxes is None:
        parts.append("no objects")
    else:
        area = (
            "" if frame.boxes.area_factor == 1 else f" after {frame.boxes.area_factor:.0%} for size"
        )
        parts.append(f"boxes {frame.boxes.score:.3f}{area}")
    points = frame.keypoints
    if points is not None and points.fit is None:
        parts.append(f"no homography from {points.points} points")
    elif points is not None and points.fit is not None:
        parts.append(
            f"{points.points} points: fit {points.fit.keypoint_score:.0f} of 100, "
            f"on lines {points.fit.on_line:.2f}, inside {points.fit.inside:.2f}"
        )
    return "; ".join(parts)


def _row(box: ScoredBox) -> tuple[str, ...]:
    if box.dropped is not None:
        return str(box.index), box.claimed, f"({box.dropped})", "", "", ""
    return (
        str(box.index),
        box.claimed,
        str(box.seen),
        f"{box.weight:.3g}",
        f"{box.points:+.3f}",
        f"{box.cost:+.3f}",
    )
