"""Tracking alone, without a detector: labelled tracks are damaged and tracked again.

    python -m benchmarks.tracking TRACKS.txt [--seeds 5] [--drop 0.1] [--noise 2] [--stride 1]

``TRACKS.txt`` is in MOT format. Boxes are dropped and each coordinate gets Gaussian noise; every
tracker sees the same damaged boxes, and its answer is scored against the labels. `trackers`
(Roboflow) is compared with if it is installed. It brings the OpenCV that needs a display, so give
it an environment of its own: ``pip install . "trackers==2.6.*"`` there.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import numpy as np
import supervision as sv

from touchline.evaluation.formats import read_mot
from touchline.evaluation.metrics import TrackedBoxes, clear, hota, identity
from touchline.frame import Objects
from touchline.tracking import PlayerTracker, Tracks

FPS = 25.0
STILL = np.eye(3)
Video = list[sv.Detections]


def damaged(truth: TrackedBoxes, *, drop: float, noise: float, seed: int) -> Video:
    """Drop boxes and shake the corners of the rest, one entry per frame from the first on."""
    random = np.random.default_rng(seed)
    kept = random.random(len(truth.frame)) >= drop
    xyxy = truth.xyxy + random.normal(0, noise, truth.xyxy.shape)
    # A ball may be smaller than the noise.
    xyxy = np.hstack([np.minimum(xyxy[:, :2], xyxy[:, 2:]), np.maximum(xyxy[:, :2], xyxy[:, 2:])])
    return [
        sv.Detections(
            xyxy=xyxy[rows].astype(np.float32),
            confidence=np.full(len(rows), 0.9, dtype=np.float32),
            class_id=np.full(len(rows), 2),
        )
        for frame in range(1, int(truth.frame.max()) + 1)
        for rows in [np.flatnonzero(kept & (truth.frame == frame))]
    ]


def looked_at(video: Video, stride: int) -> Iterator[tuple[int, sv.Detections]]:
    """Every stride-th frame with its number."""
    return ((index, frame) for index, frame in enumerate(video) if index % stride == 0)


def by_players(video: Video, stride: int) -> Video:
    """``PlayerTracker``: online, answers only where it looked."""
    tracker = PlayerTracker(FPS / stride)
    return _online(video, stride, tracker.update)


def by_tracks(video: Video, stride: int) -> Video:
    """``Tracks``: with the delay of the pipeline, answers in every frame."""
    tracks = Tracks(FPS, (1920, 1080))
    answers: Video = []
    for index, frame in enumerate(video):
        seen = Objects.from_supervision(frame) if index % stride == 0 else None
        answers += [each.to_supervision() for each in tracks.push(seen, STILL)]
    return answers + [each.to_supervision() for each in tracks.flush()]


def by_bytetrack(video: Video, stride: int) -> Video:
    """ByteTrack as `trackers` ships it."""
    from trackers import ByteTrackTracker

    tracker = ByteTrackTracker(frame_rate=FPS / stride)
    return _online(video, stride, tracker.update)


def _online(video: Video, stride: int, update: Callable[[sv.Detections], sv.Detections]) -> Video:
    answers = [sv.Detections.empty() for _ in video]
    for index, frame in looked_at(video, stride):
        answers[index] = update(frame)
    return answers


def table(answers: Video) -> TrackedBoxes:
    """Boxes with an id, as rows; ids below 0 mean a track that is not confirmed."""
    rows = [
        (index + 1, track, *box)
        for index, frame in enumerate(answers)
        if frame.tracker_id is not None
        for track, box in zip(frame.tracker_id.tolist(), frame.xyxy.tolist(), strict=True)
        if track >= 0
    ]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 6)
    return TrackedBoxes(
        frame=columns[:, 0].astype(np.int64),
        tracker_id=columns[:, 1].astype(np.int64),
        xyxy=columns[:, 2:],
        confidence=np.ones(len(columns)),
        class_id=np.full(len(columns), 2),
    )


def measured(
    name: str, run: Callable[[Video, int], Video], truth: TrackedBoxes, options: argparse.Namespace
) -> str:
    """One line of the table, means over the seeds."""
    results = []
    for seed in range(options.seeds):
        video = damaged(truth, drop=options.drop, noise=options.noise, seed=seed)
        started = time.perf_counter()
        answers = run(video, options.stride)
        cost = (time.perf_counter() - started) / len(video) * 1000
        found = table(answers)
        shape, ids, old = hota(truth, found), identity(truth, found), clear(truth, found)
        people = len(np.unique(found.tracker_id))
        results.append(
            [shape.hota, shape.det_a, shape.ass_a, shape.loc_a, ids.idf1, old.mota, people, cost]
        )
    mean, spread = np.mean(results, axis=0), np.std(results, axis=0)
    scores = " | ".join(f"{value:.3f}" for value in mean[:6])
    return f"| {name} | {scores} | {mean[6]:.0f} | {mean[7]:.2f} | {spread[0]:.3f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tracks")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--drop", type=float, default=0.1)
    parser.add_argument("--noise", type=float, default=2.0)
    parser.add_argument("--stride", type=int, default=1)
    options = parser.parse_args()
    truth = read_mot(options.tracks)
    print("| tracker | HOTA | DetA | AssA | LocA | IDF1 | MOTA | ids | ms a frame | HOTA +- |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print(measured("PlayerTracker (online)", by_players, truth, options), flush=True)
    print(measured("Tracks (1 s later)", by_tracks, truth, options), flush=True)
    if find_spec("trackers") is None:
        print("\n`trackers` is not installed: no comparison (see the top of this file).")
        return
    print(measured("trackers ByteTrack (online)", by_bytetrack, truth, options))


if __name__ == "__main__":
    main()
