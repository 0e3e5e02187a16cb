"""What every run of training shares: its rate, its average, its checkpoints and its clock."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from training import run as runs  # noqa: E402
from training.run import Run, Schedule, adamw, channels_last, follow, progress_of  # noqa: E402

SCHEDULE = Schedule(peak=1e-3, final_share=0.02, warm_up=60)


class Clock:
    """Time that passes by one second each time it is asked for."""

    now = 0.0

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now


def new_run() -> "Run[torch.nn.Linear]":
    torch.manual_seed(0)
    model, average = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    average.load_state_dict(model.state_dict())
    return Run(model, average, adamw(model, rate=0.1, decay=0.5))


def descend(run: "Run[torch.nn.Linear]", *, max_gradient: float = 20.0) -> None:
    loss = run.model(torch.ones(4, 2)).sum()
    run.descend(loss, samples=4, max_gradient=max_gradient, decay=0.998)


def test_the_rate_warms_up_and_falls_to_its_share_of_the_peak() -> None:
    assert SCHEDULE.rate(0.0, 0) == pytest.approx(1e-3 / 60)
    assert SCHEDULE.rate(0.0, 60) == pytest.approx(1e-3)
    assert SCHEDULE.rate(1.0, 999) == SCHEDULE.rate(1.5, 999) == pytest.approx(2e-5)
    rates = [SCHEDULE.rate(progress / 20, 100) for progress in range(21)]
    assert rates == sorted(rates, reverse=True)


def test_a_step_counts_its_samples_and_lowers_the_loss() -> None:
    run = new_run()
    before = run.model(torch.ones(1, 2)).item()
    descend(run)
    assert (run.steps, run.samples) == (1, 4)
    assert run.model(torch.ones(1, 2)).item() < before


def test_the_average_follows_faster_in_the_first_steps() -> None:
    moved = []
    for steps in (0, 10**6):
        run = new_run()
        old = run.average.weight.clone()
        run.steps = steps
        descend(run)
        step = run.model.weight - old
        moved.append(((run.average.weight - old) / step).mean().item())
    assert moved[0] == pytest.approx(1 - 2 / 11)
    assert moved[1] == pytest.approx(1 - 0.998, rel=1e-3)


def test_statistics_that_are_counts_are_copied_to_the_average() -> None:
    average, model = torch.nn.BatchNorm1d(1), torch.nn.BatchNorm1d(1)
    model(torch.ones(4, 1))
    follow(average, model, decay=0.5)
    assert average.num_batches_tracked.item() == 1
    assert average.running_mean.item() == pytest.approx(model.running_mean.item() / 2)


def test_biases_do_not_decay() -> None:
    decays = {
        parameter.ndim: group["weight_decay"]
        for group in adamw(torch.nn.Linear(2, 1), rate=0.1, decay=0.5).param_groups
        for parameter in group["params"]
    }
    assert decays == {2: 0.5, 1: 0.0}


def test_every_step_learns_at_the_rate_that_was_set() -> None:
    run = new_run()
    run.set_rate(0.03)
    assert {group["lr"] for group in run.optimiser.param_groups} == {0.03}


def test_a_checkpoint_brings_everything_back_and_leaves_no_part(tmp_path: Path) -> None:
    run, other = new_run(), new_run()
    descend(run)
    run.elapsed = 12.5
    run.save(tmp_path / "last.pt")
    other.restore(tmp_path / "last.pt")
    assert (other.elapsed, other.steps, other.samples) == (12.5, 1, 4)
    assert torch.equal(other.model.weight, run.model.weight)
    assert torch.equal(other.average.weight, run.average.weight)
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_a_run_that_goes_on_draws_what_it_would_have_drawn(tmp_path: Path) -> None:
    run, other = new_run(), new_run()
    run.chance.random(5)
    run.save(tmp_path / "last.pt")
    expected = run.chance.random(3).tolist()
    other.restore(tmp_path / "last.pt")
    assert other.chance.random(3).tolist() == expected


def test_progress_is_the_share_of_the_time_and_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "time", Clock())
    run = new_run()
    run.elapsed = 1.0
    shares = list(progress_of(run, minutes=4 / 60, out=tmp_path, save_every=100.0))
    assert shares == [0.25, 0.5, 0.75]
    assert run.elapsed == 4.0
    assert run.model.training
    assert torch.load(tmp_path / "last.pt", weights_only=True)["elapsed"] == 4.0


def test_a_checkpoint_is_written_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "time", Clock())
    steps = progress_of(new_run(), minutes=1.0, out=tmp_path, save_every=2.5)
    seen = [(tmp_path / "last.pt").exists() for _, _ in zip(steps, range(5), strict=False)]
    assert seen == [False, False, False, True, True]


def test_weights_are_stored_channels_last() -> None:
    model = channels_last(torch.nn.Conv2d(3, 4, 3))
    assert model.weight.is_contiguous(memory_format=torch.channels_last)
