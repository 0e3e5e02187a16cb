"""The processor that this process may use."""

import os
import platform
import sys
from contextlib import suppress
from pathlib import Path

FACTS = ("model name", "CPU implementer", "CPU part", "flags", "Features")


def usable_cores() -> int:
    """Cores that the system lets this process use; a container's share of time is not asked."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))  # a container may grant fewer than there are
    return os.cpu_count() or 1


def processor_facts() -> list[str]:
    """The processor's model and what it can compute, as the system names them."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
        pairs = (line.partition(":") for line in reversed(lines))  # the first core's last, to stay
        facts = {name.strip(): value.strip() for name, _, value in pairs}
        return [facts[name] for name in FACTS if name in facts]
    return [platform.machine(), platform.processor()]
