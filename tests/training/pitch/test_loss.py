import pytest

torch = pytest.importorskip("torch")

from training.pitch.loss import point_loss  # noqa: E402


def maps(*, peak=None, absent=0.0, strength=12.0):
    heatmaps = torch.zeros(1, 1, 12, 20)
    if peak is not None:
        column, row = peak
        heatmaps[0, 0, row, column] = strength
    return heatmaps, torch.full((1, 1), absent)


def loss(logits, *, point=(0.0, 0.0), visible):
    return point_loss(
        *logits,
        points=torch.tensor([[point]]),
        visibility=torch.tensor([[visible]]),
    ).item()


def test_a_peak_on_the_label_costs_less_than_one_beside_it():
    label = ((7 + 0.5) / 20, (4 + 0.5) / 12)
    right = loss(maps(peak=(7, 4), strength=3.0), point=label, visible=1)
    wrong = loss(maps(peak=(15, 4), strength=3.0), point=label, visible=1)
    assert right < wrong


def test_the_target_is_the_separable_gaussian():
    heatmaps = torch.randn(2, 3, 12, 20)
    absent = torch.randn(2, 3)
    points = torch.rand(2, 3, 2) * 0.6 + 0.2
    y, x = torch.meshgrid(torch.arange(12) + 0.5, torch.arange(20) + 0.5, indexing="ij")
    distance = (x - points[..., :1, None] * 20) ** 2 + (y - points[..., 1:, None] * 12) ** 2
    target = torch.softmax((-distance / (2 * 1.2**2)).flatten(2), 2)
    logits = torch.cat([heatmaps.flatten(2), absent[..., None]], 2)
    plain = -(target * logits.log_softmax(2)[..., :-1]).sum(2).mean()
    ours = point_loss(heatmaps, absent, points=points, visibility=torch.ones(2, 3))
    torch.testing.assert_close(ours, plain)


def test_an_absent_point_wants_its_own_bin():
    assert loss(maps(absent=15.0), visible=0) < 0.01
    assert loss(maps(peak=(3, 3), strength=20.0), visible=0) > 10


def test_an_ignored_point_costs_nothing_and_teaches_nothing():
    heatmaps, absent = maps(peak=(3, 3))
    heatmaps.requires_grad_()
    value = point_loss(
        heatmaps, absent, points=torch.zeros(1, 1, 2), visibility=torch.tensor([[-1]])
    )
    value.backward()
    assert value.item() == 0
    assert heatmaps.grad is not None
    assert not heatmaps.grad.any()
