"""Batches: how much faster two workers are, and what happens when things go wrong.

python -m benchmarks.batch speed CLIP CLIP ...    two workers of one thread against one
python -m benchmarks.batch kills --times 20       a worker is killed at a random moment
python -m benchmarks.batch nodes --times 5        a machine of Ray's is lost
python -m benchmarks.batch bad                    100 inputs of which 20 are bad in ten ways
python -m benchmarks.batch memory --inputs 1000   memory of the head
python -m benchmarks.batch dataset                the line of defence by minute over 380 matches
"""

import argparse
import logging
import os
import random
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.batch_inputs import BAD, LEAN, make_video
from touchline.analytics import TEAMS
from touchline.batch import BatchReport, LocalCrew, Order, RayCrew, run_batch
from touchline.settings import Settings


def lean(out: Path) -> Order:
    """A batch that costs no networks."""
    settings = Settings.read(**LEAN, threads=1).to_json()
    return Order(out=str(out), settings=settings, formats=("parquet",), dataset=False)


def speed(clips: Sequence[Path], times: int, folder: Path) -> None:
    """The same clips with one worker on one core, with one on all, and with two, in turn.

    A worker of one thread still reads, decodes and follows beside its networks, so on two cores
    it is busy on more than one: what a second core adds is the first row against the last.
    """
    took: dict[tuple[int, int], list[float]] = {}
    settings = Settings.read(threads=1).to_json()
    all_cores = os.sched_getaffinity(0)
    one_core = {min(all_cores)}
    ways = [(1, one_core), (1, all_cores), (2, all_cores)]
    for turn, (workers, cores) in enumerate(ways * times):
        out = folder / f"{turn}"
        order = Order(out=str(out), settings=settings, formats=("parquet",), dataset=False)
        os.sched_setaffinity(0, cores)  # the workers inherit it
        used, began = _children(), time.perf_counter()
        report = run_batch(clips, order, lambda o, n=workers: LocalCrew(o, n))  # type: ignore[misc]
        wall, cpu = time.perf_counter() - began, _children() - used
        took.setdefault((workers, len(cores)), []).append(wall)
        told = f"{wall:.1f} s, {cpu:.1f} s of processor time, networks loaded {report.loads} times"
        print(
            f"{workers} worker(s) on {len(cores)} core(s), {len(clips)} clips: {told}", flush=True
        )
    two = min(took.pop((2, len(all_cores))))
    for (workers, cores_used), walls in took.items():
        print(f"two workers are {min(walls) / two:.2f} times as fast as {workers} on {cores_used}")


def kills(times: int, folder: Path) -> None:
    """Kill a worker at a random moment; hold the results against undisturbed ones."""
    clips = [make_video(folder / f"m{number}.mp4", 100, seed=number) for number in range(4)]
    began = time.perf_counter()
    run_batch(clips, lean(folder / "undisturbed"), lambda o: LocalCrew(o, 2))
    usual = time.perf_counter() - began
    good = struck = 0
    for number in range(times):
        crews: list[LocalCrew] = []

        def new_crew(order: Order, crews: list[LocalCrew] = crews) -> LocalCrew:
            crews.append(LocalCrew(order, 2))
            return crews[0]

        def kill(crews: list[LocalCrew] = crews) -> None:
            if crews and (pids := crews[0].pids):
                os.kill(random.choice(pids), signal.SIGKILL)

        timer = threading.Timer(random.uniform(0.1, 0.9) * usual, kill)
        timer.start()
        report = run_batch(clips, lean(folder / f"killed{number}"), new_crew)
        timer.cancel()
        struck += report.deaths
        good += _is_same(folder / "undisturbed", folder / f"killed{number}", report)
    print(f"{good} of {times} as undisturbed, every input done once; {struck} kills were at work")


def nodes(times: int, folder: Path) -> None:
    """Take a machine from a cluster of two; hold the results against undisturbed ones."""
    import ray
    from ray.cluster_utils import Cluster

    clips = [make_video(folder / f"m{number}.mp4", 100, seed=number) for number in range(6)]
    run_batch(clips, lean(folder / "undisturbed"), lambda o: LocalCrew(o, 1))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    ray.init(address=cluster.address, logging_level=logging.ERROR, log_to_driver=False)
    good = 0
    for number in range(times):
        node = cluster.add_node(num_cpus=1)
        moment = random.uniform(4, 12)
        timer = threading.Timer(moment, cluster.remove_node, (node,), {"allow_graceful": False})
        timer.start()
        report = run_batch(clips, lean(folder / f"lost{number}"), lambda o: RayCrew(o, 2))
        timer.join()
        same = _is_same(folder / "undisturbed", folder / f"lost{number}", report)
        good += same
        print(f"a machine lost after {moment:.1f} s: {'as undisturbed' if same else report}")
    print(f"{good} of {times} as undisturbed, every input done once")
    ray.shutdown()
    cluster.shutdown()  # type: ignore[no-untyped-call]


def bad(folder: Path) -> None:
    """80 good inputs and 20 bad ones, two of each kind."""
    told: dict[str, str] = {}
    given: list[Path | str] = [
        make_video(folder / f"good-{number}.mp4", 5, seed=number) for number in range(80)
    ]
    for number, (kind, (make, words)) in enumerate([*BAD.items()] * 2):
        path = folder / f"{kind}-{number}.mp4"
        make(path)
        told[path.stem] = words
        url = f"http://127.0.0.1:9/{path.name}"
        given.insert(4 * number, url if kind == "unreachable" else path)
    report = run_batch(given, lean(folder / "out"), lambda o: LocalCrew(o, 2))
    rows = {row["name"]: row for row in pq.read_table(folder / "out/ledger.parquet").to_pylist()}
    right = sum(told[name] in str(rows[name]["reason"]) for name in told)
    for name in [*told][:10]:
        print(f"  {name}: {rows[name]['reason']}".replace(f"{folder}/", ""))
    print(f"{dict(report.counts)}, {len(rows)} in the ledger, {right} of 20 with a right reason")


def memory(inputs: int, folder: Path) -> None:
    """Resident memory of the head after every tenth of so many short inputs."""
    clip = make_video(folder / "clip.mp4", 3)
    given = []
    for number in range(inputs):
        (folder / f"m{number}.mp4").hardlink_to(clip)
        given.append(folder / f"m{number}.mp4")

    class Watched(LocalCrew):
        answered = 0

        def next(self):  # type: ignore[no-untyped-def]
            self.answered += 1
            if self.answered % (inputs // 10) == 0:
                print(f"{self.answered:6} inputs: {_resident():.1f} MB", flush=True)
            return super().next()

    report = run_batch(given, lean(folder / "out"), lambda o: Watched(o, 2))
    print(dict(report.counts), f"networks loaded {report.loads} times by {report.workers} workers")


def dataset(matches: int, folder: Path) -> None:
    """How long three libraries take for the example of docs/batch.md."""
    import duckdb
    import pandas as pd
    import polars as pl

    rng, rows = np.random.default_rng(0), 2 * 90 * 60
    for number in range(matches):
        columns: dict[str, object] = {name: rng.normal(30, 8, rows) for name in TEAMS.names}
        columns |= {name: np.arange(rows) // 2 for name in ("shot", "second")}
        columns |= {"team": np.arange(rows) % 2, "people": np.full(rows, 11)}
        (folder / f"match={number}").mkdir()
        table = pa.table(columns).cast(TEAMS)
        pq.write_table(table, folder / f"match={number}" / "part-0.parquet", compression="zstd")
    files = f"{folder}/**/*.parquet"
    asked: dict[str, Callable[[], object]] = {
        "DuckDB": lambda: duckdb.execute(
            "select second // 60 as minute, avg(defence), count(distinct match) from "
            f"read_parquet('{files}', hive_partitioning = true) group by minute"
        ).fetchall(),
        "Polars": lambda: (
            pl.scan_parquet(files, hive_partitioning=True)
            .group_by(minute=pl.col("second") // 60)
            .agg(pl.col("defence").mean(), pl.col("match").n_unique())
            .collect()
        ),
        "pandas": lambda: pd.read_parquet(folder).pipe(
            lambda t: t.groupby(t["second"] // 60)["defence"].mean()
        ),
    }
    for name, ask in asked.items():
        began = time.perf_counter()
        answer = ask()
        took = time.perf_counter() - began
        print(f"{name}: {took:.2f} s for {matches * rows:,} rows, {len(answer)} minutes")  # type: ignore[arg-type]


def _is_same(one: Path, other: Path, report: BatchReport) -> bool:
    for row in pq.read_table(other / "ledger.parquet").to_pylist():
        if row["status"] != "done":
            print(row["name"], row["status"], row["reason"], flush=True)
            return False
    results = sorted(path.relative_to(one) for path in one.glob("*/tracks.parquet"))
    same = all(pq.read_table(one / each) == pq.read_table(other / each) for each in results)
    return same and report.counts == {"done": len(results)}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["speed", "kills", "nodes", "bad", "memory", "dataset"])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--inputs", type=int, default=1000)
    asked = parser.parse_args()
    measures: dict[str, Callable[[Path], None]] = {
        "speed": lambda folder: speed(asked.clips, asked.times, folder),
        "kills": lambda folder: kills(asked.times, folder),
        "nodes": lambda folder: nodes(asked.times, folder),
        "bad": bad,
        "dataset": lambda folder: dataset(380, folder),
        "memory": lambda folder: memory(asked.inputs, folder),
    }
    with tempfile.TemporaryDirectory() as folder:
        measures[asked.what](Path(folder))


if __name__ == "__main__":
    main()
