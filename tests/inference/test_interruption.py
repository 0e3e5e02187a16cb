from collections.abc import Sequence

import pytest

from touchline.inference import Interrupted, interruptible, run_batched


def test_batches_end_when_nobody_waits_for_them_any_more() -> None:
    ran: list[int] = []

    def run(batch: Sequence[int]) -> Sequence[int]:
        ran.extend(batch)
        return batch

    with (
        interruptible(lambda: len(ran) >= 4),
        pytest.raises(Interrupted),
    ):
        run_batched(run, range(10), batch_size=2, item_bytes=1)
    assert ran == [0, 1, 2, 3]
    assert run_batched(run, range(3), batch_size=2, item_bytes=1) == [0, 1, 2]
