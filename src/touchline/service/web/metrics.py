"""What an operator can watch: Prometheus metrics of one service."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from touchline.service.gpu import read_gpus

SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 12, 15, 20, 30, 60, 120, 240)
"""Buckets: fine where validators pay for speed."""


class Metrics:
    """The metrics of one service, in a registry of its own.

    Args:
        scratch: Folder whose disk is watched.
        workers: Process ids of the workers; they count with the service.
    """

    def __init__(self, scratch: Path, workers: Callable[[], list[int]]) -> None:
        self.registry = CollectorRegistry()
        self._scratch = scratch
        self._workers = workers
        self._processes: dict[int, psutil.Process] = {}
        self.challenges = self._counter("challenges", "Challenges by outcome.", "outcome")
        self.refused = self._counter("requests_refused", "Requests not served.", "status")
        self.faults = self._counter("faults", "What the check before sending mended.", "fault")
        self.frames = self._counter("frames", "Frames answered.")
        self.bytes = self._counter("video_bytes", "Bytes of video fetched.")
        self.replaced = self._gauge("analysts_replaced", "Workers that died and were replaced.")
        self.stage = Histogram(
            "touchline_stage_seconds",
            "Seconds of a challenge by stage; stages overlap.",
            ["stage"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.running = self._gauge("challenges_running", "Challenges in work.")
        self.under_way = self._gauge("frames_under_way", "Frames done of the challenges in work.")
        self.waiting = self._gauge("challenges_waiting", "Challenges that wait.")
        self.chain_age = self._gauge("chain_age_seconds", "Age of the metagraph; NaN without one.")
        self.cpu = self._gauge("cpu_percent", "Processor load of service and workers.")
        self.memory = self._gauge("rss_bytes", "Resident memory of service and workers.")
        self.disk = self._gauge("disk_free_bytes", "Free bytes where videos are fetched to.")
        self.gpu_memory = self._gauge("gpu_memory_bytes", "GPU memory in use.", "gpu")
        self.gpu_load = self._gauge("gpu_load_percent", "GPU load.", "gpu")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"touchline_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"touchline_{name}", what, labels, registry=self.registry)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Time the block as a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stage.labels(stage).observe(time.perf_counter() - started)

    def observe(self, seconds: Mapping[str, float]) -> None:
        """Observe the stages of an analysis."""
        for stage, value in seconds.items():
            self.stage.labels("analysis" if stage == "total" else stage).observe(value)

    def render(self) -> bytes:
        """All of it, in Prometheus' text form; the machine is read now."""
        self._read_processes()
        with suppress(OSError):
            self.disk.set(psutil.disk_usage(str(self._scratch)).free)
        for gpu in read_gpus():
            self.gpu_memory.labels(gpu.name).set(gpu.memory)
            self.gpu_load.labels(gpu.name).set(gpu.load)
        return generate_latest(self.registry)

    def _read_processes(self) -> None:
        wanted = [psutil.Process().pid, *self._workers()]
        cpu = memory = 0.0
        for pid in wanted:
            with suppress(psutil.Error):
                # The load is that since the last reading, so the same object must be asked.
                process = self._processes.setdefault(pid, psutil.Process(pid))
                cpu += process.cpu_percent()
                memory += process.memory_info().rss
        self._processes = {pid: self._processes[pid] for pid in wanted if pid in self._processes}
        self.cpu.set(cpu)
        self.memory.set(memory)
