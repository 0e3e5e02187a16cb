import subprocess
import sys
from typing import get_args

import pytest

from touchline.inference import Device
from touchline.inference.onnx_runtime import PROVIDERS


def test_a_device_is_auto_or_one_that_onnx_runtime_has_a_provider_for() -> None:
    assert set(get_args(Device)) == {"auto", *PROVIDERS}


@pytest.mark.parametrize(
    "room", ["inference", "detection", "pitch", "verification", "outputs", "synthetic", "settings"]
)
def test_no_runtime_is_imported_before_a_network_is_loaded(room: str) -> None:
    asked = f"import sys, touchline.{room}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert f"touchline.{room}" in loaded
    assert not {"openvino", "onnxruntime"} & set(loaded)
