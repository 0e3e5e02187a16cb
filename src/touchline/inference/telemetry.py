"""The two runtimes, imported without their telemetry: nobody is told that a video is analysed.

Left alone, importing OpenVINO asks an analytics host and writes ids into the home folder, and so
does ONNX Runtime when it loads a network. Where the home cannot be written, OpenVINO's telemetry
warns through the root logger, which configures logging before its owner does.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

OPENVINO_TELEMETRY = "openvino_telemetry"
ONNX_RUNTIME_SWITCH = "ORT_DISABLE_TELEMETRY"


def import_openvino() -> Any:
    """The package ``openvino``, as where its optional ``openvino_telemetry`` is not installed.

    OpenVINO has no switch for it but a file in the home folder; without the package it takes the
    empty telemetry of its own, and does all else. In a program that has imported OpenVINO before,
    what it told it has told.
    """
    with _absent(OPENVINO_TELEMETRY):
        import openvino
    return openvino


def import_onnxruntime() -> Any:
    """The package ``onnxruntime`` with its telemetry off, unless the user set its switch."""
    os.environ.setdefault(ONNX_RUNTIME_SWITCH, "1")  # read by its library at the import
    import onnxruntime

    if os.environ[ONNX_RUNTIME_SWITCH] == "1":
        onnxruntime.disable_telemetry_events()  # on Windows, where the variable is not read
    return onnxruntime


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Let the imports in the block find no package of this name."""
    before = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]  # what Python has for this
    try:
        yield
    finally:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before
