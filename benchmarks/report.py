"""The report of a long match in Chromium: seconds to open, memory, a seek, drawing.

    python -m benchmarks.report results --minutes 90

Repeats the rows of a run until they last so long; the page is that of ``touchline report``. Needs
Playwright and Chromium.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from touchline.outputs.report import write_report

HEAP = "performance.memory.usedJSHeapSize / 2**20"
SEEK = """async (frame) => {
  const begin = performance.now();
  const { data, clock } = touchlineReport;
  clock.go(frame);
  while (!data.frame(frame)) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}"""
DRAW = """() => {
  const begin = performance.now();
  for (let at = 0; at < 200; at++) {
    touchlineReport.picture.draw(at);
    touchlineReport.radar.draw(at);
    touchlineReport.timeline.head(at);
  }
  return (performance.now() - begin) / 200;
}"""


def lengthen(results: Path, folder: Path, *, minutes: float) -> Path:
    """The tables of a run, repeated into ``folder`` until they last ``minutes``."""
    summary = json.loads((results / "summary.json").read_text())
    times = round(60 * minutes / summary["duration"])
    for name in ("tracks", "cameras", "analytics"):
        if not (results / f"{name}.parquet").is_file():
            continue
        table = pq.read_table(results / f"{name}.parquet")
        rounds = np.repeat(np.arange(times), len(table))
        long = pa.concat_tables([table] * times)
        for column, each in (("frame", summary["frames"]), ("time", summary["duration"])):
            values = long[column].to_numpy() + rounds * each
            place = long.schema.get_field_index(column)
            long = long.set_column(place, column, pa.array(values, long[column].type))
        pq.write_table(long, folder / f"{name}.parquet")
    summary |= {"frames": summary["frames"] * times, "duration": summary["duration"] * times}
    (folder / "summary.json").write_text(json.dumps(summary | {"files": ["tracks.parquet"]}))
    return folder


def measure(page: Path) -> dict[str, float]:
    """Open a page and seek about in it."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--enable-precise-memory-info"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        begin = time.perf_counter()
        tab.goto(page.as_uri())
        tab.locator("body[data-frame]").wait_for(state="attached")
        opened = time.perf_counter() - begin
        last = int(tab.evaluate("touchlineReport.data.count")) - 1
        seeks = [tab.evaluate(SEEK, int(last * share)) for share in (0.9, 0.1, 0.5, 0.99, 0.3)]
        figures = {"opens, s": opened, "slowest seek, ms": max(seeks)}
        figures |= {"heap, MB": tab.evaluate(HEAP)}
        tab.evaluate("touchlineReport.clock.go(0)")
        figures |= {"drawing a frame, ms": tab.evaluate(DRAW)}
        browser.close()
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--minutes", type=float, default=90.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        long = lengthen(given.results, Path(folder), minutes=given.minutes)
        begin = time.perf_counter()
        write_report(long, embed=False)
        written = time.perf_counter() - begin
        for name, value in ({"written, s": written} | measure(long / "report.html")).items():
            print(f"{name:22}{value:10.1f}")


if __name__ == "__main__":
    main()
