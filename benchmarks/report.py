"""The report of a long match in Chromium: seconds to open, memory, a seek, drawing.

    python -m benchmarks.report results --minutes 90
    python -m benchmarks.report results --play 5

Repeats the rows of a run until they last so long; the page is that of ``touchline report``. With
``--play`` the page of the run itself plays its video, and the browser's own trace says how often
it was drawn, and what a frame of the browser took. Needs Playwright and Chromium.
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

MAIN = "ProxyMain::BeginMainFrame"
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


def played(page: Path, seconds: float) -> dict[str, float]:
    """Play a report, and read the browser's trace of it.

    Frames are those that the display drew and swapped; what a frame takes is the processor time of
    the page's main thread in it (script, style, layout, paint), which other programs do not change.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        flags = ["--no-sandbox"]
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.goto(page.absolute().as_uri())
        tab.locator("body[data-frame]").wait_for(state="attached")
        tab.keyboard.press("Space")
        browser.start_tracing(page=tab, categories=["benchmark", "cc", "viz"])
        tab.wait_for_timeout(1000 * seconds)
        events = json.loads(browser.stop_tracing())["traceEvents"]
        browser.close()
    swaps = [e["ts"] for e in events if e["name"] == "StartDrawToSwapStart" and e["ph"] == "b"]
    took = [e["tdur"] / 1e3 for e in events if e["name"] == MAIN and "tdur" in e]
    between = np.diff(np.sort(swaps)) / 1e3
    return {
        "frames a second": 1000 * len(between) / float(between.sum()),
        "between two, median, ms": float(np.median(between)),
        "processor in one, median, ms": float(np.median(took)),
        "processor in one, 95 %, ms": float(np.quantile(took, 0.95)),
    }


def show(figures: dict[str, float]) -> None:
    """Print figures, a line each."""
    for name, value in figures.items():
        print(f"{name:28}{value:10.1f}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--play", type=float, metavar="SECONDS")
    given = parser.parse_args()
    if given.play:
        write_report(given.results)
        show(played(given.results / "report.html", given.play))
        return
    with tempfile.TemporaryDirectory() as folder:
        long = lengthen(given.results, Path(folder), minutes=given.minutes)
        begin = time.perf_counter()
        write_report(long, embed=False)
        written = time.perf_counter() - begin
        show({"written, s": written} | measure(long / "report.html"))


if __name__ == "__main__":
    main()
