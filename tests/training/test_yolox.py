from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from tests.training.coco import answers, scatter_statistics  # noqa: E402
from training.stored import (  # noqa: E402
    COCO_CLASSES,
    fold_batchnorm,
    load_coco,
    restore_batchnorm,
)
from training.yolox import NanoBackbone, NanoDetector  # noqa: E402


def random_images(count: int, height: int, width: int):
    return 255 * torch.rand(count, 3, height, width, generator=torch.manual_seed(0))


def raw_outputs(model, images) -> np.ndarray:
    """What the official file answers."""
    with torch.no_grad():
        return answers(model.eval()(images)).numpy()


def test_features_come_at_strides_8_16_and_32():
    features = NanoBackbone().eval()(random_images(2, 64, 96))
    shapes = [tuple(level.shape) for level in features]
    assert shapes == [(2, 64, 8, 12), (2, 128, 4, 6), (2, 256, 2, 3)]


def test_a_detector_answers_boxes_objectness_and_classes():
    maps = NanoDetector(4).eval()(random_images(1, 64, 64))
    assert [tuple(level.shape) for level in maps] == [(1, 9, 8, 8), (1, 9, 4, 4), (1, 9, 2, 2)]


def test_folding_the_normalisation_changes_no_output():
    torch.manual_seed(0)
    model = NanoDetector()
    scatter_statistics(model)
    images = random_images(1, 64, 64) / 255
    before = raw_outputs(model, images)
    fold_batchnorm(model)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())
    np.testing.assert_allclose(raw_outputs(model, images), before, atol=1e-4)


def test_the_official_weights_compute_the_same_here(coco):
    import onnxruntime

    images = random_images(2, 96, 160)
    expected = onnxruntime.InferenceSession(str(coco)).run(None, {"images": images.numpy()})[0]
    model = NanoDetector(COCO_CLASSES)
    load_coco(model, coco)
    np.testing.assert_allclose(raw_outputs(model, images), expected, atol=1e-4)


def test_putting_the_normalisation_back_changes_no_output(coco):
    model = NanoDetector()
    load_coco(model, coco)
    images = random_images(2, 96, 96)
    before = raw_outputs(model, images)
    restore_batchnorm(model, [images, images.flip(3)])
    np.testing.assert_allclose(raw_outputs(model, images), before, atol=1e-4)


def test_restored_statistics_are_those_of_the_batches(coco):
    model = NanoDetector()
    load_coco(model, coco)
    images = random_images(2, 64, 64)
    restore_batchnorm(model, [images])
    unit = model.backbone.darknet.to_8[0].unit
    unit.norm.register_forward_hook(lambda _, __, out: seen.append(out))
    seen: list[torch.Tensor] = []
    with torch.no_grad():
        model(images)
    mean, std = seen[0].mean((0, 2, 3)), seen[0].std((0, 2, 3))
    assert torch.allclose(mean, unit.norm.bias, atol=1e-3)
    assert torch.allclose(std, unit.norm.weight, rtol=0.05, atol=0.05)


def test_our_classes_start_from_the_sports_ball_and_the_person(coco):
    official, ours = NanoDetector(COCO_CLASSES), NanoDetector(4)
    load_coco(official, coco)
    load_coco(ours, coco)
    for mine, theirs in zip(ours.heads, official.heads, strict=True):
        assert torch.equal(mine.classes.weight, theirs.classes.weight[[32, 0, 0, 0]])


def test_a_backbone_takes_the_leading_weights(coco):
    backbone, detector = NanoBackbone(), NanoDetector()
    load_coco(backbone, coco)
    load_coco(detector, coco)
    theirs = detector.backbone.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in backbone.state_dict().items())


def test_weights_of_another_shape_are_refused(coco):
    with pytest.raises(ValueError, match="stored convolution"):
        load_coco(NanoDetector(7), coco)


def test_a_missing_file_is_an_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        load_coco(NanoDetector(), tmp_path / "none.onnx")
