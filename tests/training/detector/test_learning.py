import copy
from pathlib import Path

import pytest

from tests.training.detector.frames import drawn_frame

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from training.detector import learning  # noqa: E402
from training.detector.crops import CropSampler  # noqa: E402
from training.detector.learning import SCHEDULE, batch_of, train, train_step  # noqa: E402
from training.detector.shipped import export  # noqa: E402
from training.run import Run, follow  # noqa: E402
from training.yolox import NanoDetector  # noqa: E402


def new_run() -> Run[NanoDetector]:
    torch.manual_seed(0)
    return learning.new_run(NanoDetector())


@pytest.fixture(scope="module")
def sampler() -> CropSampler:
    return CropSampler([drawn_frame()], size=64)


def test_the_rate_warms_up_peaks_and_ends_small():
    assert SCHEDULE.rate(0, 0) < SCHEDULE.peak / 10
    assert SCHEDULE.rate(0, SCHEDULE.warm_up) == pytest.approx(SCHEDULE.peak)
    assert SCHEDULE.rate(1, 10_000) == SCHEDULE.rate(1.5, 10_000) < SCHEDULE.peak / 20


def test_a_batch_is_colour_planes_in_blue_green_red(sampler: CropSampler):
    crops = [sampler.draw(), sampler.draw()]
    images, targets = batch_of(crops)
    assert images.shape == (2, 3, 64, 64)
    assert images[0, 0, 5, 7] == crops[0].image[5, 7, 0]
    assert len(targets[1].xyxy) == len(crops[1].xyxy)


def test_a_step_moves_the_weights_and_the_average_follows(sampler: CropSampler):
    run = new_run()
    before = copy.deepcopy(run.average.state_dict())
    losses = train_step(run, [sampler.draw(), sampler.draw()], 0.9)
    assert losses.total.isfinite()
    assert (run.steps, run.samples) == (1, 2)
    name = "heads.0.objectness.bias"  # learns from empty crops too
    assert not torch.equal(run.average.state_dict()[name], before[name])


def test_the_average_lies_between_old_and_new():
    run = new_run()
    old = run.average.heads[0].box.bias.clone()
    with torch.no_grad():
        run.model.heads[0].box.bias += 1
    follow(run.average, run.model, decay=learning.EMA_DECAY)
    moved = (run.average.heads[0].box.bias - old).mean()
    assert 0 < moved < 0.01


def test_a_checkpoint_brings_everything_back(tmp_path: Path, sampler: CropSampler):
    run = new_run()
    train_step(run, [sampler.draw(), sampler.draw()], 0.1)
    run.elapsed = 12.5
    run.save(tmp_path / "last.pt")
    other = new_run()
    other.restore(tmp_path / "last.pt")
    assert (other.elapsed, other.steps, other.samples) == (12.5, 1, 2)
    assert (
        other.optimiser.state_dict()["state"].keys() == run.optimiser.state_dict()["state"].keys()
    )
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, other.model.state_dict()[name])


def test_a_run_goes_on_from_our_own_export(tmp_path: Path, sampler: CropSampler):
    torch.manual_seed(0)
    first = NanoDetector()
    export(copy.deepcopy(first).eval(), tmp_path / "first.onnx")
    model = learning.start_model(tmp_path / "first.onnx", sampler)
    images, _ = batch_of([sampler.draw()])
    with torch.no_grad():
        ours, theirs = (each.eval()(images) for each in (model, first))
    for mine, its in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, its, atol=1e-3)


def test_a_checkpoint_keeps_what_the_crops_are_drawn_with(tmp_path: Path):
    first, second = (CropSampler([drawn_frame()], size=64, seed=seed) for seed in (1, 2))
    first.draw()
    learning.new_run(NanoDetector(), first).save(tmp_path / "last.pt")
    learning.new_run(NanoDetector(), second).restore(tmp_path / "last.pt")
    assert (first.draw().image == second.draw().image).all()


def test_a_run_whose_time_is_over_only_saves(tmp_path: Path, sampler: CropSampler):
    run = new_run()
    run.elapsed = 60.0
    train(run, sampler, minutes=1, batch=2, out=tmp_path)
    assert run.steps == 0
    assert (tmp_path / "last.pt").exists()


def test_every_fiftieth_step_is_logged(
    tmp_path: Path, sampler: CropSampler, caplog: pytest.LogCaptureFixture
):
    run = new_run()
    run.steps, run.elapsed = 49, 0.0
    with caplog.at_level("INFO", logger="training.detector"):
        train(run, sampler, minutes=1e-6, batch=2, out=tmp_path)
    assert run.steps == 50
    assert "2 crops  box" in caplog.text
    assert "nan" not in caplog.text
