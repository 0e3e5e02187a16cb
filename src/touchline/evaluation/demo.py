"""The demonstration: a synthetic match, analysed like any video, held against its exact truth."""

import os
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from touchline.evaluation.metrics import Agreement, agreement
from touchline.files import as_path, as_text
from touchline.outputs import REPORT_FORMATS, ResultFolder, Summary
from touchline.outputs.report import require_own_report, write_report
from touchline.pipeline import run_job
from touchline.synthetic import require_own_match, write_match


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What the demonstration made, and how well it agrees with the truth."""

    folder: str
    summary: Summary
    agreement: Agreement

    def as_dict(self) -> dict[str, object]:
        """The report as JSON takes it."""
        return asdict(self)

    def table(self) -> Table:
        """The report as a person reads it."""
        found = self.agreement
        pace = self.summary.seconds["total"] / self.summary.duration
        table = Table(
            "a synthetic match", "", title=Text(as_text(f"Look at {self.folder}/report.html"))
        )
        table.add_row("frames, shots", f"{self.summary.frames}, {self.summary.shots}")
        table.add_row("seconds per second of video, with overlay", f"{pace:.2f}")
        table.add_row("HOTA of people", f"{found.hota:.3f}")
        table.add_row("its detection and association", f"{found.det_a:.3f}, {found.ass_a:.3f}")
        if found.role_accuracy is not None:
            table.add_row("people with the right role", f"{found.role_accuracy:.1%}")
        if found.ball_found is not None:
            table.add_row("balls found within 15 px", f"{found.ball_found:.1%}")
        if found.position_error is not None:
            table.add_row("median error on the pitch", f"{found.position_error:.2f} m")
        return table


def run_demo(
    folder: str | os.PathLike[str], *, seconds: float = 8.0, console: Console | None = None
) -> DemoReport:
    """Render a match into ``folder``, analyse it there, and compare.

    Args:
        folder: Where everything goes; made if it is missing.
        seconds: Length of the match.
        console: Where progress is shown, if it is a terminal.

    Raises:
        OutputError: The folder cannot be written.
        UsageError: It holds files of the same names that no earlier demonstration wrote.
        ModelError: A network cannot be loaded.
    """
    target = as_path(folder)
    # Before the rendering, which takes a while.
    require_own_match(target)
    require_own_report(target)
    formats = (*REPORT_FORMATS, "overlay")
    ResultFolder.of(target, formats).require_apart(target / "match.mp4")
    if console is not None:
        console.print("rendering a synthetic match ...", highlight=False)
    truths = write_match(target, seconds=seconds)
    summary = run_job(target / "match.mp4", target, formats=formats, console=console)
    write_report(target)
    return DemoReport(
        folder=str(target),
        summary=summary,
        agreement=agreement(target / "tracks.parquet", truths),
    )
