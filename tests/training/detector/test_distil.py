from pathlib import Path

import pytest

from tests.training.detector.frames import drawn_frame

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from training.detector.crops import CropSampler  # noqa: E402
from training.detector.distil import Teacher, distillation_loss  # noqa: E402
from training.detector.learning import new_run, train_step  # noqa: E402
from training.detector.shipped import export, largest_difference, load_average  # noqa: E402
from training.plain import PlainDetector  # noqa: E402
from training.yolox import NanoDetector  # noqa: E402


def logits(scale: float = 1.0) -> list:
    """Maps of a pupil who sees something in a few cells."""
    torch.manual_seed(1)
    return [scale * torch.randn(2, 9, side, side) for side in (8, 4, 2)]


def scores(maps: list) -> list:
    return [torch.cat([level[:, :4], level[:, 4:].sigmoid()], 1) for level in maps]


def test_a_pupil_who_says_what_the_teacher_says_moves_no_box_and_no_objectness():
    maps = [level.requires_grad_() for level in logits()]
    distillation_loss(maps, scores([level.detach() for level in maps])).backward()
    assert all(level.grad.abs().max() < 1e-3 for level in maps)


def test_the_further_a_pupil_is_from_the_teacher_the_larger_is_the_loss():
    taught = scores(logits())
    losses = [float(distillation_loss(logits(scale), taught)) for scale in (1.0, 0.5, -1.0)]
    assert losses == sorted(losses)


def test_a_plain_network_learns_from_an_export_and_is_exported_itself(tmp_path: Path):
    torch.manual_seed(0)
    export(NanoDetector().eval(), tmp_path / "teacher.onnx")
    sampler = CropSampler([drawn_frame()], size=64)
    crops = [sampler.draw(), sampler.draw()]
    taught = Teacher(tmp_path / "teacher.onnx").maps(crops)
    assert [tuple(level.shape) for level in taught] == [(2, 9, 8, 8), (2, 9, 4, 4), (2, 9, 2, 2)]
    run = new_run(PlainDetector(), sampler)
    run.model.train()
    losses = train_step(run, crops, 0.5, taught=taught)
    assert bool(losses.total.isfinite())
    run.save(tmp_path / "last.pt")
    pupil = load_average(tmp_path / "last.pt")
    assert isinstance(pupil, PlainDetector)
    export(pupil, tmp_path / "pupil.onnx")
    assert largest_difference(pupil, tmp_path / "pupil.onnx") < 2e-3
