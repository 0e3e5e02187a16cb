"""Small batches: dark clips with a bright square, and networks that find it."""

from collections.abc import Sequence
from pathlib import Path

import av
import pyarrow.parquet as pq

from tests.pipeline.worlds import FPS, SIZE, make_clip, textured
from touchline.batch import BatchReport, Order, Worker, run_batch
from touchline.batch.tasks import Done, Task
from touchline.settings import Settings

LEAN = {
    "detector": "tests.pipeline.worlds:BrightSpot",
    "pitch_model": "tests.pipeline.worlds:NoPitch",
    "verify": "off",  # a student would deny that squares are people
    "teams": "off",
}


class Inline:
    """Workers in this very process: a process of its own takes seconds to start."""

    def __init__(self, order: Order, size: int) -> None:
        self.size, self.deaths = size, 0
        self._workers = [Worker(order) for _ in range(size)]
        self._tasks: list[tuple[int, Task]] = []

    def give(self, place: int, task: Task) -> None:
        self._tasks.append((place, task))

    def next(self) -> tuple[int, Task, Done]:
        place, task = self._tasks.pop(0)
        return place, task, self._workers[place].do(task)

    def release(self, place: int) -> None:
        assert all(place != each for each, _ in self._tasks)

    def close(self) -> None:
        self._tasks.clear()


def order(out: object, **changes: object) -> Order:
    """What a batch of such clips is to do."""
    given = {"out": str(out), "formats": ("parquet",), "dataset": False, **changes}
    detector = given.pop("detector", LEAN["detector"])
    settings = Settings.read(**{**LEAN, "detector": detector})
    return Order(settings=settings.to_json(), **given)


def run(inputs: list[object], out: object, *, workers: int = 1, **options: object) -> BatchReport:
    """A batch in this process."""
    changes = {
        name: options.pop(name)
        for name in ("minutes", "dataset", "formats", "detector")
        if name in options
    }
    given = [str(each) for each in inputs]
    return run_batch(given, order(out, **changes), lambda o: Inline(o, workers), **options)


def ledger(out: Path) -> dict[str, dict[str, object]]:
    """The rows of its ledger by name, each there once."""
    rows = pq.read_table(out / "ledger.parquet").to_pylist()
    named = {row["name"]: row for row in rows}
    assert len(named) == len(rows)
    return named


def make_clips(folder: Path, count: int) -> Path:
    """So many small clips of two shots each, the folder of them."""
    for number in range(count):
        make_clip(folder / f"match{number}.mp4", [12 + number, 10])
    return folder


def make_match(path: Path, shots: Sequence[int], *, people: int = 6) -> Path:
    """Squares that walk to and fro, each in its own row, over another background in each shot."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "12", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number, length in enumerate(shots):
            background = textured(number) if number % 2 == 0 else 120 - textured(number)
            for place in range(length):
                image = background.copy()
                for person in range(people):
                    walked = (1 + person % 3) * (place + 31 * number) + 45 * person
                    left, top = 8 + abs(walked % 560 - 280), 4 + 31 * person
                    image[top : top + 24, left : left + 12] = 255
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    return path
