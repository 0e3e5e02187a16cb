import pytest

from touchline.pipeline.stopwatch import Stopwatch


def test_stages_are_kept_in_the_order_in_which_they_first_ran() -> None:
    stopwatch = Stopwatch()
    for stage in ("decode", "detection", "decode"):
        with stopwatch(stage):
            pass
    assert list(stopwatch.seconds) == ["decode", "detection"]


def test_a_stage_that_fails_is_counted_too() -> None:
    stopwatch = Stopwatch()
    with pytest.raises(KeyError), stopwatch("pitch"):
        raise KeyError
    assert "pitch" in stopwatch.seconds


def test_timing_each_item_changes_none_of_them() -> None:
    stopwatch = Stopwatch()
    assert list(stopwatch.each("decode", range(3))) == [0, 1, 2]
    assert stopwatch.seconds["decode"] >= 0
