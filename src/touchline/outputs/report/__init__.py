"""``report.html``: a run's results to play, scrub and click, in one file that works offline."""

from touchline.outputs.report.folder import require_own_report, write_report

__all__ = ["require_own_report", "write_report"]
