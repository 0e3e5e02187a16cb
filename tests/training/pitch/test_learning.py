import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.training.pitch.frames import sample, write  # noqa: E402
from training.pitch.learning import Recipe, collate, rate_at, train  # noqa: E402
from training.run import follow  # noqa: E402

RECIPE = Recipe(Path("data"), Path("start"), Path("out"), 1.0, ())


def test_the_rate_warms_up_and_then_falls_to_one_percent():
    assert rate_at(0.0, 0, RECIPE) == pytest.approx(RECIPE.rate / 60)
    assert rate_at(0.0, 60, RECIPE) == pytest.approx(RECIPE.rate)
    assert rate_at(1.0, 999, RECIPE) == pytest.approx(RECIPE.rate * 0.01)
    rates = [rate_at(progress / 20, 100, RECIPE) for progress in range(21)]
    assert rates == sorted(rates, reverse=True)


def test_the_average_moves_by_its_share():
    average, model = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(average.weight)
    torch.nn.init.ones_(model.weight)
    follow(average, model, decay=0.75)
    assert average.weight.item() == pytest.approx(0.25)


def test_a_batch_is_stacked_in_bgr():
    frame = sample(size=(160, 96))
    images, points, visibility = collate([frame, frame])
    assert images.shape == (2, 3, 96, 160)
    assert images[0, :, 0, 0].tolist() == [40.0, 130.0, 50.0]
    assert points.shape == (2, 32, 2)
    assert visibility.shape == (2, 32)


@pytest.mark.slow
def test_a_run_that_was_cut_off_goes_on(tmp_path, coco):
    for index in range(2):
        write(sample(size=(320, 180)), tmp_path / "pitch", name=f"0a1b2c_0_{index}")
    (tmp_path / "players" / "images").mkdir(parents=True)
    recipe = Recipe(tmp_path / "pitch", coco, tmp_path / "run", 1e-4, (), batch=2)
    train(recipe, resume=False)
    first = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    minutes = first["elapsed"] / 60 + 1e-6
    longer = Recipe(tmp_path / "pitch", coco, tmp_path / "run", minutes, (), batch=2)
    train(longer, resume=True)
    second = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert second["steps"] > first["steps"] > 0
    losses = [float(line.split()[-1]) for line in (tmp_path / "run" / "log.txt").open()]
    assert all(math.isfinite(loss) for loss in losses)
