import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.training.detector.frames import drawn_frame  # noqa: E402
from training.verification.learning import (  # noqa: E402
    SCHEDULE,
    Batch,
    batches,
    distillation,
    load_average,
    new_run,
    pixels_of,
    train,
    train_step,
)
from training.verification.model import StudentNet  # noqa: E402
from training.verification.scenes import FALSE_BALL, FALSE_PERSON, Ground, SceneSampler  # noqa: E402


def batch(seed: int = 0, count: int = 12) -> Batch:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 64, 96, 3), np.uint8), rng.integers(0, 6, count)


def endless() -> Iterator[Batch]:
    while True:
        yield batch()


def test_the_rate_warms_up_peaks_and_ends_small():
    assert SCHEDULE.rate(0, 0) < SCHEDULE.peak / 10
    assert SCHEDULE.rate(0, SCHEDULE.warm_up) == pytest.approx(SCHEDULE.peak)
    assert SCHEDULE.rate(1, 10_000) == SCHEDULE.rate(1.5, 10_000) < SCHEDULE.peak / 20


def test_crops_become_colour_planes_in_blue_green_red():
    crops, _ = batch()
    pixels = pixels_of(crops)
    assert pixels.shape == (12, 3, 64, 96)
    assert pixels[3, 0, 5, 7] == crops[3, 5, 7, 0]


def test_a_batch_is_drawn_from_scenes():
    frame = drawn_frame()
    extra = np.array([[500, 20, 520, 70], [100, 40, 108, 48]], np.float32)
    ground = Ground(
        frame,
        np.concatenate([frame.xyxy, extra]),
        np.concatenate([frame.class_id, [FALSE_PERSON, FALSE_BALL]]),
        np.concatenate([frame.kit, [-1, -1]]),
    )
    crops, labels = next(batches(SceneSampler([ground]), seed=0))
    assert crops.shape[1:] == (64, 96, 3)
    assert len(crops) == len(labels) > 40


def test_both_pictures_reach_the_answer():
    torch.manual_seed(0)
    net = StudentNet().eval()
    pixels = pixels_of(batch(count=1)[0])
    whole = net(pixels)
    for panel in (slice(0, 48), slice(48, 96)):
        changed = pixels.clone()
        changed[..., panel] = 0
        assert not torch.allclose(net(changed), whole)


def test_a_wider_network_has_more_channels_and_the_same_answer():
    assert StudentNet(2).near[0][0].out_channels == 2 * StudentNet(1).near[0][0].out_channels
    assert StudentNet(2).eval()(pixels_of(batch(count=1)[0])).shape == (1, 6)


def test_a_step_moves_the_weights_and_the_average_follows():
    torch.manual_seed(0)
    run = new_run(1)
    run.model.train()
    before = copy.deepcopy(run.average.state_dict())
    assert np.isfinite(train_step(run, batch(), 0.5, teacher=None))
    assert (run.steps, run.samples) == (1, 12)
    assert not torch.equal(run.average.state_dict()["head.weight"], before["head.weight"])


def test_a_teacher_that_says_the_same_adds_nothing():
    logits = torch.randn(4, 6)
    assert distillation(logits, logits).abs() < 1e-6
    assert distillation(logits, -logits) > 0.1


def test_a_student_follows_its_teacher_against_the_labels():
    torch.manual_seed(0)
    teacher = StudentNet().eval()
    torch.nn.init.zeros_(teacher.head.weight)
    teacher.head.bias.data = torch.tensor([0.0, 0, 0, 0, 0, 20])
    run = new_run(1)
    run.model.train()
    crops, labels = batch()
    for _ in range(30):
        train_step(run, (crops, np.zeros_like(labels)), 0.2, teacher=teacher)
    said = run.model(pixels_of(crops)).softmax(1).mean(0)
    assert said[5] > said[1:5].max()


def test_a_run_of_no_time_still_leaves_a_checkpoint(tmp_path: Path):
    run = new_run(1)
    train(run, endless(), minutes=0, out=tmp_path)
    assert load_average(tmp_path / "last.pt").head.out_features == 6


def test_the_average_of_a_checkpoint_is_what_is_loaded(tmp_path: Path):
    run = new_run(2)
    run.average.head.bias.data.fill_(3)
    run.save(tmp_path / "last.pt")
    loaded = load_average(tmp_path / "last.pt")
    assert not loaded.training
    assert torch.equal(loaded.head.bias, run.average.head.bias)
    assert loaded.head.in_features == run.model.head.in_features
