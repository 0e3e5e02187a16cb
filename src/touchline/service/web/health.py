"""The health of the service: what it needs, and whether it has it."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from touchline.service.chain import ChainWatch
from touchline.service.gpu import read_gpus
from touchline.service.pool import WorkerPool
from touchline.service.settings import ServiceSettings

State = Literal["ok", "warning", "wrong"]


class Check(BaseModel):
    """One thing the service needs."""

    state: State
    detail: str


class Health(BaseModel):
    """The service as a whole; ``ready`` where nothing is wrong."""

    live: bool = True
    ready: bool
    hotkey: str | None
    """Address of the miner; None where it is not known."""
    version: str
    uptime: float
    """Seconds."""
    checks: dict[str, Check]


@dataclass(frozen=True, slots=True, eq=False)
class Vitals:
    """What one service needs, and whether it has it."""

    hotkey: str | None
    version: str
    pool: WorkerPool
    watch: ChainWatch
    settings: ServiceSettings
    scratch: Path
    started: float
    needs_chain: bool = True

    def read(self) -> Health:
        """The health of the service now."""
        looks: dict[str, Callable[[], Check]] = {
            "models": self._models,
            "chain": self._chain,
            "disk": self._disk,
            "gpu": self._gpu,
        }
        checks = {name: look() for name, look in looks.items()}
        return Health(
            ready=all(check.state != "wrong" for check in checks.values()),
            hotkey=self.hotkey,
            version=self.version,
            uptime=round(time.monotonic() - self.started, 1),
            checks=checks,
        )

    def _models(self) -> Check:
        if not self.pool.is_ready:
            return Check(state="wrong", detail="the networks are being loaded")
        devices = {str(worker.device) for worker in self.pool.workers}
        return Check(state="ok", detail=f"loaded on {', '.join(sorted(devices))}")

    def _chain(self) -> Check:
        metagraph, problem = self.watch.metagraph, self.watch.problem
        if metagraph is None:
            state: State = "wrong" if self.needs_chain else "warning"
            return Check(state=state, detail=problem or "the chain has not been read yet")
        age = metagraph.age()
        detail = f"{len(metagraph.nodes)} nodes, {metagraph.origin}, {age:.0f} s old"
        if metagraph.origin == "allow-list":
            return Check(state="ok", detail=f"{len(metagraph.nodes)} in the allow-list")
        if age > self.settings.chain_stale or problem:
            return Check(state="warning", detail=f"{detail}; {problem or 'not fresh'}")
        return Check(state="ok", detail=detail)

    def _disk(self) -> Check:
        free = shutil.disk_usage(self.scratch).free
        detail = f"{free // 2**20} MiB free in {self.scratch}"
        enough = free >= self.settings.min_free_bytes
        return Check(state="ok" if enough else "wrong", detail=detail)

    def _gpu(self) -> Check:
        gpus = [f"{gpu.name}: {gpu.memory / gpu.total:.0%} of memory" for gpu in read_gpus()]
        return Check(state="ok", detail=", ".join(gpus) or "none")
