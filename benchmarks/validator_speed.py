"""How long the validator's score of a clip takes without CLIP, and against points one by one.

    python -m benchmarks.validator_speed VIDEO [--frames 750] [--workers 2]

The lines are those of the video. The answer is made up: a pitch that pans, 20 players, one ball and
3 referees a frame. The reference is what the validator does in Python loops, point by point: the
distances of points to each other and to lines, of boxes to each other, the moves of players; and
each homography twice, as there. ``keypoint_score`` is timed whole, with reading and checking the
answer and saying why. Both are single-threaded and timed in seconds of CPU, so that a busy machine
does not blur the ratio; the lines are timed by the clock, too.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from touchline.scorevision.scoring.frame_fit import fit_template
from touchline.scorevision.scoring.keypoints import keypoint_score
from touchline.scorevision.scoring.lines import Segments, pitch_lines_of
from touchline.scorevision.scoring.pitch_score import pitch_frame_score
from touchline.scorevision.scoring.selection import through_jpeg
from touchline.scorevision.scoring.template import VERTICES

Image = npt.NDArray[np.uint8]
Frames = dict[str, dict[str, Any]]
Point = npt.NDArray[np.float64]
T = TypeVar("T")

TO_IMAGE = np.array([[0.17, -0.03, -500.0], [0.002, 0.065, 150.0], [0.0, 2e-5, 1.0]])
"""Pixels of a point in the validator's centimetres, in the first frame, 1280 x 720."""
KEPT = 0.9
"""Share of the vertices that the answer has where they are in the image."""


def images(path: str, count: int) -> Iterator[Image]:
    """The first frames of a video, uint8 (H, W, 3) BGR."""
    video = cv2.VideoCapture(path)
    for _ in range(count):
        more, image = video.read()
        if not more:
            return
        yield np.asarray(image, np.uint8)


def made_up(count: int, *, width: int, height: int) -> Frames:
    """An answer of ``count`` frames."""
    random = np.random.default_rng(0)
    at = cv2.perspectiveTransform(VERTICES[:, None], TO_IMAGE)[:, 0] * (width / 1280, height / 720)
    chosen = random.random(32) < KEPT
    people = random.uniform((0, 0.25 * height), (width, 0.9 * height), (24, 2))
    frames = {}
    for n in range(count):
        people += random.normal(0, 2, people.shape)
        points = random.normal(at + np.array([0.3 * n * width / 1280, 0]), 1)
        inside = ((points >= 0) & (points < (width, height))).all(axis=1) & chosen
        frames[str(n)] = {
            "keypoints": np.where(inside[:, None], points, 0.0).round(2).tolist(),
            "objects": [boxed(i, x, y) for i, (x, y) in enumerate(people.tolist())],
        }
    return frames


def boxed(place: int, x: float, y: float) -> dict[str, Any]:
    """A ball, then three referees, then players."""
    class_id = 0 if place == 0 else 3 if place < 4 else 2
    return {"id": place, "bbox": [x - 15, y - 40, x + 15, y + 40], "class_id": class_id}


def to_segment(point: Point, line: Point) -> float:
    """Distance of one point to one segment (4,)."""
    start, along = line[:2], line[2:] - line[:2]
    share = max(0.0, min(1.0, float(np.dot(point - start, along) / np.dot(along, along))))
    return float(np.linalg.norm(point - start - share * along))


def pairwise(points: list[Point]) -> list[float]:
    """Distances of all pairs, one by one."""
    return [float(np.linalg.norm(a - b)) for a, b in itertools.combinations(points, 2)]


def spread_out(points: list[Point]) -> list[int]:
    """Places of the points that count, 25 px from every earlier one, one by one."""
    kept: list[int] = []
    for i, point in enumerate(points):
        if point.any() and all(np.linalg.norm(point - points[j]) >= 25 for j in kept):
            kept.append(i)
    return kept


def one_by_one(frames: Frames, lines: dict[str, Segments], *, width: int, height: int) -> None:
    """The validator's loops."""
    size = np.array([width, height, width, height], np.float64)
    before: tuple[list[Point], list[int], list[Point]] = ([], [], [])
    for name, frame in frames.items():
        points = [np.array(point) for point in frame["keypoints"]]
        # It asks for the points that count for the homography, twice, the lines, the scale, and
        # the consistency with the frame before and after.
        for _ in range(6):
            kept = spread_out(points)
        keypoints, valid = np.array(points), np.isin(np.arange(32), kept)
        for _ in range(2):
            fit_template(keypoints, valid, width=width, height=height)
        segments = [np.array(line) / size for line in lines[name]]
        for i in kept:
            min((to_segment(points[i] / size[:2], s) for s in segments), default=0.0)
        corners = [np.array(thing["bbox"]) for thing in frame["objects"]]
        centres = [(box[:2] + box[2:]) / 2 for box in corners]
        pairwise([points[i] for i in kept]), pairwise(centres)
        common = [i for i in kept if i in before[1]]
        pairwise([points[i] for i in common]), pairwise([before[0][i] for i in common])
        # Cuts, plausibility and the stillness of players.
        for _ in range(3):
            [np.linalg.norm(a - b) for a, b in zip(centres, before[2], strict=False)]
        before = points, kept, centres


def timed(run: Callable[[], T]) -> tuple[float, float, T]:
    """Seconds by the clock, seconds of CPU in all threads, and result."""
    started, worked = time.perf_counter(), time.process_time()
    result = run()
    return time.perf_counter() - started, time.process_time() - worked, result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video")
    parser.add_argument("--frames", type=int, default=750)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    # Threads work on frames; within one they would only wait for each other.
    cv2.setNumThreads(1)
    height, width = next(images(options.video, 1)).shape[:2]
    video = images(options.video, options.frames)
    lining, lining_cpu, found = timed(lambda: list(pitch_lines_of(video, workers=options.workers)))
    lines = {str(n): segments for n, segments in enumerate(found)}
    frames = made_up(len(lines), width=width, height=height)
    scoring, scoring_cpu, score = timed(
        lambda: keypoint_score(
            frames,
            width=width,
            height=height,
            frames_to_validate=range(len(frames)),
            pitch_lines=lines,
        )
    )
    _, plain_cpu, _ = timed(lambda: one_by_one(frames, lines, width=width, height=height))
    _, choosing_cpu, _ = timed(
        lambda: [pitch_frame_score(through_jpeg(i)) for i in images(options.video, 50)]
    )
    counted = np.mean([frame.points for frame in score.frames])
    segments = np.mean([len(segments) for segments in found])
    print(f"{len(frames)} frames of {width} x {height}: {counted:.1f} points, {segments:.0f} lines")
    print(f"decode and lines, {options.workers} threads: {lining:.1f} s, {lining_cpu:.1f} s of CPU")
    print(f"keypoint score: {scoring_cpu:.2f} s of CPU; the loops: {plain_cpu:.2f} s")
    print(f"ratio: {plain_cpu / scoring_cpu:.1f}")
    print(f"lines and keypoint score, by the clock: {lining + scoring:.1f} s")
    print(f"choosing frames, once a challenge: {choosing_cpu / 50 * 1000:.0f} ms of CPU a frame")


if __name__ == "__main__":
    main()
