"""Where training starts: the official YOLOX-nano, and a file of its layout with random weights."""

from pathlib import Path

import pytest

from tests.shared import SHARED, beside

OFFICIAL = SHARED / "data" / "weights" / "yolox_nano_coco_dynamic.onnx"


@pytest.fixture(scope="session")
def made_coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights for COCO's classes, stored as the official file stores its own."""
    pytest.importorskip("torch")
    from tests.training.coco import write_coco

    return write_coco(tmp_path_factory.mktemp("coco") / "made.onnx")


@pytest.fixture(params=["made", *beside("official")])
def coco(request: pytest.FixtureRequest, made_coco: Path) -> Path:
    return made_coco if request.param == "made" else OFFICIAL
