"""Our own export as a start: read by name, unfolded, folded again, the same all the way."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from tests.training.coco import scatter_statistics  # noqa: E402
from touchline.inference.weights import shipped_folder  # noqa: E402
from training.detector.shipped import export, largest_difference  # noqa: E402
from training.stored import (  # noqa: E402
    is_exported,
    load_coco,
    load_exported,
    restore_batchnorm,
)
from training.yolox import NanoBackbone, NanoDetector  # noqa: E402

CLOSE = 1e-3


def made() -> NanoDetector:
    torch.manual_seed(0)
    model = NanoDetector()
    scatter_statistics(model)
    return model.eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "made.onnx"
    export(made(), path)
    return path


@pytest.mark.parametrize("which", ["made", "shipped"])
def test_an_export_that_is_loaded_and_exported_again_computes_the_same(
    which: str, exported: Path, tmp_path: Path
) -> None:
    first = exported if which == "made" else shipped_folder() / "players.onnx"
    model = NanoDetector()
    load_exported(model, first)
    assert largest_difference(model.eval(), first) < CLOSE
    images = 255 * torch.rand(2, 3, 96, 96, generator=torch.manual_seed(0))
    restore_batchnorm(model, [images, images.flip(3)])
    assert largest_difference(model, first) < CLOSE
    export(model, tmp_path / "again.onnx")
    again = NanoDetector()
    load_exported(again, tmp_path / "again.onnx")
    assert largest_difference(again.eval(), first) < CLOSE


def test_layers_are_registered_in_the_order_in_which_they_run(exported: Path) -> None:
    convolutions = [n.input[1] for n in onnx.load(str(exported)).graph.node if n.op_type == "Conv"]
    registered = [
        f"detector.{name}.weight"
        for name, module in made().named_modules()
        if isinstance(module, torch.nn.Conv2d)
    ]
    assert convolutions == registered


def test_our_exports_are_told_from_official_files(exported: Path, made_coco: Path) -> None:
    assert is_exported(exported)
    assert not is_exported(made_coco)


def test_a_file_that_is_no_export_of_ours_is_refused(made_coco: Path) -> None:
    with pytest.raises(ValueError, match="is no export of ours"):
        load_exported(NanoDetector(), made_coco)


def test_an_export_with_another_number_of_classes_is_refused(exported: Path) -> None:
    with pytest.raises(ValueError, match="A stored convolution has shape"):
        load_exported(NanoDetector(7), exported)


def test_official_weights_still_pair_in_order_of_execution(coco: Path) -> None:
    backbone = NanoBackbone()
    load_coco(backbone, coco)
    assert backbone.darknet.to_8[0].unit.conv.weight.abs().sum() > 0
