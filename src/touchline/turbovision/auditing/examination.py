"""A folder held against all that a checker holds it against."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from touchline.arrays import Image
from touchline.errors import InputError
from touchline.files import as_path
from touchline.turbovision.auditing.process import FolderError, FolderProcess
from touchline.turbovision.auditing.rules import (
    MOST_BYTES,
    folder_fault,
    interface_fault,
    is_onnx_only,
    output_fault,
    registry_megabytes,
    source_fault,
)
from touchline.turbovision.scoring import drift_between, slow_time

LIMIT_MS, TOLERANCE_MS = 100.0, 10.0
"""Of the slow time of a challenge, where an element says nothing else; and what is let pass."""
MOST_THREADS = 16
NOISE = 0.01
"""Share of the pixels that are a grey value brighter in the second run: what other arithmetic does
to boxes, which is why they are held against each other."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """What came of one rule: its name, whether it holds, and what was found."""

    rule: str
    ok: bool
    found: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of all rules, in the order in which a checker comes to them."""

    folder: str
    findings: tuple[AuditFinding, ...]

    @property
    def ok(self) -> bool:
        """Whether all hold."""
        return all(each.ok for each in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"folder": self.folder, "ok": self.ok, "findings": [*map(asdict, self.findings)]}

    def table(self) -> Table:
        """As a person reads it."""
        table = Table("rule", "", "found", title=self.folder)
        for each in self.findings:
            table.add_row(each.rule, "ok" if each.ok else "FAILS", each.found)
        return table


def audit(
    folder: str | os.PathLike[str], challenges: Sequence[Image], *, limit_ms: float = LIMIT_MS
) -> Audit:
    """Examine a folder: its files, its source, and what it answers in a process of its own.

    Args:
        folder: With ``miner.py``.
        challenges: uint8 (H, W, 3) BGR, a challenge of one image each.
        limit_ms: ``latency_p95_ms`` of the element.

    Raises:
        InputError: There is no such folder, or no ``miner.py`` in it.
    """
    path = as_path(folder)
    try:
        source = (path / "miner.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path / 'miner.py'} cannot be read: {error}.") from error
    findings = [*_of_files(path), _of_source(source)]
    if findings[-1].ok:
        findings += _of_runs(path, challenges, limit_ms)
    return Audit(f"{path}", tuple(findings))


def _of_files(folder: Path) -> Iterator[AuditFinding]:
    paths = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    files = {f"{each.relative_to(folder)}": each.stat().st_size for each in paths}
    fault = folder_fault(files)
    size = registry_megabytes(files)
    yield AuditFinding("files", fault is None, fault or f"{len(files)} files")
    yield AuditFinding("onnx only", is_onnx_only(files), "by the suffixes of the weights")
    yield AuditFinding("size", size <= MOST_BYTES / 1024**2, f"{size:.1f} of 30 MiB")
    inside = all(each.resolve().is_relative_to(folder.resolve()) for each in paths)
    yield AuditFinding("links", inside, "none leaves the folder" if inside else "one leaves it")


def _of_source(source: str) -> AuditFinding:
    try:
        fault = source_fault(source)
    except SyntaxError as error:
        fault = f"SyntaxError: {error.msg}, line {error.lineno}"
    return AuditFinding("source", fault is None, fault or "nothing that is refused")


def _of_runs(folder: Path, challenges: Sequence[Image], limit_ms: float) -> Iterator[AuditFinding]:
    first = run_folder(folder, [[image] for image in challenges])
    if "error" in first:
        yield AuditFinding("loads and answers", False, f"{first['error']}: {first['message']}")
        return
    yield AuditFinding("loads and answers", True, f"{len(challenges)} challenges")
    fault = interface_fault(first["parameters"])
    yield AuditFinding("interface", fault is None, fault or ", ".join(first["parameters"]))
    faults = [fault for rows in first["challenges"] if (fault := output_fault(rows))]
    yield AuditFinding("output", not faults, faults[0] if faults else "every row is whole")
    threads = first["threads"]
    yield AuditFinding("threads", threads <= MOST_THREADS, f"{threads} of {MOST_THREADS}")
    slow = slow_time(first["milliseconds"])
    in_time = slow <= limit_ms + TOLERANCE_MS
    yield AuditFinding("p95", in_time, f"{slow:.0f} of {limit_ms:.0f} + {TOLERANCE_MS:.0f} ms")
    if not faults:
        yield _of_drift(folder, challenges, first["challenges"])


def _of_drift(
    folder: Path, challenges: Sequence[Image], served: Sequence[Sequence[Mapping[str, Any]]]
) -> AuditFinding:
    again = run_folder(folder, [[_noisy(image)] for image in challenges])
    if "error" in again:
        return AuditFinding("served against local", False, f"{again['error']} in the second run")
    pairs = zip(served, again["challenges"], strict=True)
    drifts = [drift_between(mine, other) for mine, other in pairs]
    wrong = [each for each in drifts if not each.ok]
    soft = sum(each.soft for each in wrong)
    least = min(each.mean_iou or 0.0 for each in drifts)
    found = f"least mean IoU {least:.3f} of .95; {len(wrong)} below, {soft} of them soft (two may)"
    return AuditFinding("served against local", len(wrong) == soft <= 2, found)


def run_folder(folder: Path, challenges: Iterable[Sequence[Image]]) -> dict[str, Any]:
    """What a folder answers in a process of its own, or ``{"error", "message"}``.

    Args:
        folder: With ``miner.py``.
        challenges: Images uint8 (H, W, 3) BGR of each.
    """
    try:
        with FolderProcess(folder) as process:
            answers = [process.predict(images) for images in challenges]
            return {
                "parameters": process.parameters,
                "challenges": [rows for rows, _ in answers],
                "milliseconds": [took for _, took in answers],
                "threads": process.threads,
            }
    except FolderError as error:
        return {"error": error.kind, "message": error.said}


def _noisy(image: Image) -> Image:
    picked = np.random.default_rng(0).random(image.shape[:2]) < NOISE
    return np.asarray(image + (picked[:, :, None] & (image < 255)), np.uint8)
