import copy

import pytest

torch = pytest.importorskip("torch")

from training.plain import Branched, PlainDetector, fold_branches  # noqa: E402


def learnt(module: torch.nn.Module) -> torch.nn.Module:
    """With statistics and scales as training leaves them, none of them neutral."""
    torch.manual_seed(0)
    for norm in module.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            for values, low, high in (
                (norm.weight, 0.5, 1.5),
                (norm.bias, -0.5, 0.5),
                (norm.running_mean, -0.5, 0.5),
                (norm.running_var, 0.5, 2.0),
            ):
                torch.nn.init.uniform_(values, low, high)
    return module.eval()


@pytest.mark.parametrize(("inputs", "stride"), [(6, 1), (4, 1), (6, 2)])
def test_a_folded_unit_computes_what_its_branches_did(inputs: int, stride: int):
    unit = learnt(Branched(inputs, 6, stride=stride))
    images = torch.randn(2, inputs, 8, 12)
    before = unit(images)
    unit.fold()
    assert torch.allclose(unit(images), before, atol=1e-5)
    assert sum(isinstance(each, torch.nn.Conv2d) for each in unit.modules()) == 1


def test_the_whole_network_folds_to_plain_convolutions_of_the_same_maps():
    detector = learnt(PlainDetector())
    folded = copy.deepcopy(detector)
    fold_branches(folded)
    images = 255 * torch.rand(1, 3, 64, 96)
    for ours, theirs in zip(folded(images), detector(images), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-4)
    assert not any(isinstance(each, torch.nn.BatchNorm2d) for each in folded.modules())


def test_maps_are_those_of_a_detector_and_say_at_first_that_nothing_is_there():
    maps = PlainDetector()(255 * torch.rand(2, 3, 64, 96))
    assert [tuple(level.shape) for level in maps] == [(2, 9, 8, 12), (2, 9, 4, 6), (2, 9, 2, 3)]
    assert all(level[:, 4:].sigmoid().mean() < 0.1 for level in maps)
