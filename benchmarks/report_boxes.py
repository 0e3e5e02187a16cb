"""Whether boxes in the report lie where they were found, on the frame they were found in.

    python -m benchmarks.report_boxes RESULTS [RESULTS ...] [--moments 10] [--pictures FOLDER]

For each moment of each run the page of ``touchline report`` is asked in Chromium for the boxes that
it draws, which are held against ``tracks.parquet``; the canvas is read at the middle of each edge;
and the picture that the video shows is held against the frames around that moment as FFmpeg decodes
them. Needs Playwright and Chromium.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq

from touchline.arrays import Float64, Image
from touchline.outputs.report import write_report
from touchline.video import VideoReader

SMALL = (160, 90)
"""Pixels to which pictures are reduced before they are compared."""
AROUND = 3
"""Frames before and after a moment that could be shown in its place."""
GO = """async (frame) => {
  const { clock, data } = touchlineReport;
  clock.go(frame);
  while (!data.frame(frame) || clock.shown !== frame || clock.video.seeking)
    await new Promise(requestAnimationFrame);
  for (let n = 0; n < 10; n++) await new Promise(requestAnimationFrame);
}"""
DRAWN = """(frame) => {
  const { data, picture } = touchlineReport;
  const { part } = data.frame(frame);
  const context = picture.canvas.getContext("2d");
  const ratio = picture.canvas.width / picture.width;
  const painted = (x, y) => {
    const spot = context.getImageData(Math.round(x * ratio) - 1, Math.round(y * ratio) - 1, 3, 3);
    return spot.data.some((value, at) => at % 4 === 3 && value > 60);
  };
  const inside = ([x, y]) => x > 2 && y > 2 && x < picture.width - 2 && y < picture.height - 2;
  return picture.rows(data.frame(frame)).filter((row) => part.class[row] !== 0).map((row) => {
    const [x1, y1, x2, y2] = picture.onScreen(part, row);
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const edges = [[x1, y], [x2, y], [x, y1], [x, y2]].filter(inside);
    return {
      id: part.id[row],
      box: [x1 / picture.across, y1 / picture.down, x2 / picture.across, y2 / picture.down],
      edges: edges.map(([x, y]) => painted(x, y)),
    };
  });
}"""
SHOWN = """([wide, high]) => {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(document.getElementById("video"), 0, 0, wide, high);
  return [...context.getImageData(0, 0, wide, high).data];
}"""


def moments_of(results: Path, count: int) -> list[int]:
    """Frames spread over a run, the first and the last among them."""
    frames = json.loads((results / "summary.json").read_text())["frames"]
    return [round(at) for at in np.linspace(0, frames - 1, count).tolist()]


def pictures_around(video: Path, moments: list[int]) -> dict[int, Image]:
    """Every frame that could be shown at one of the moments, reduced."""
    wanted = {at + step for at in moments for step in range(-AROUND, AROUND + 1)}
    with VideoReader(video) as frames:
        return {
            each.index: cv2.resize(each.image, SMALL, interpolation=cv2.INTER_AREA).astype(np.uint8)
            for each in frames
            if each.index in wanted
        }


def compare(tab: Any, results: Path, moments: list[int], pictures: Path | None) -> dict[str, float]:
    """Worst distance of a box in pixels, edges that are not painted, and frames that are others."""
    tracks = pq.read_table(results / "tracks.parquet").to_pandas()
    people = tracks[tracks["class"].ne("ball")]
    video = Path(json.loads((results / "summary.json").read_text())["path"])
    around = pictures_around(video, moments)
    figures = {"boxes": 0.0, "farthest, px": 0.0, "edges bare": 0.0, "missing": 0.0, "other": 0.0}
    for moment in moments:
        tab.evaluate(GO, moment)
        drawn = tab.evaluate(DRAWN, moment)
        rows = people[people["frame"] == moment]
        found = rows[["x1", "y1", "x2", "y2"]].to_numpy(np.float64)
        figures["boxes"] += len(found)
        figures["missing"] += abs(len(found) - len(drawn))
        figures["edges bare"] += sum(not edge for each in drawn for edge in each["edges"])
        figures["farthest, px"] = max(figures["farthest, px"], farthest(drawn, found))
        figures["other"] += nearest(tab, around, moment) != moment
        if pictures is not None:
            tab.locator("#stage").screenshot(path=pictures / f"{results.name}_{moment:05}.png")
    return figures


def farthest(drawn: list[dict[str, Any]], found: Float64) -> float:
    """The largest distance of an edge from the box that is nearest to the one that is drawn."""
    if not drawn or not len(found):
        return 0.0
    boxes = np.array([each["box"] for each in drawn])
    apart = np.abs(boxes[:, None] - found[None]).max(axis=2)
    return float(apart.min(axis=1).max())


def nearest(tab: Any, around: dict[int, Image], moment: int) -> int:
    """Which of the frames around a moment the video shows; of equal ones the moment itself."""
    shown = np.array(tab.evaluate(SHOWN, SMALL), np.uint8).reshape(SMALL[1], SMALL[0], 4)
    bgr = shown[..., 2::-1].astype(float)
    near = [at for at in around if abs(at - moment) <= AROUND]
    apart = {at: float(np.abs(bgr - around[at]).mean()) for at in near}
    best = min(apart, key=lambda at: (apart[at], abs(at - moment)))
    return moment if apart[moment] <= apart[best] + 1e-9 else best


def main() -> None:
    """Print a line for each run."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for results in given.results:
            write_report(results)
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.goto((results / "report.html").absolute().as_uri())
            tab.locator("body[data-frame]").wait_for(state="attached")
            figures = compare(tab, results, moments_of(results, given.moments), given.pictures)
            print(results.name, {name: round(value, 2) for name, value in figures.items()})
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()
