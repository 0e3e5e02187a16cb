import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import ModelError, UsageError
from touchline.inference import run_batched
from touchline.inference.batching import first_size


class Memory:
    """A network that doubles numbers, and has room for only so many at once."""

    def __init__(self, room, error=MemoryError):
        self.room, self.error, self.sizes = room, error, []

    def __call__(self, batch):
        self.sizes.append(len(batch))
        if len(batch) > self.room:
            raise self.error("CUDA out of memory")
        return [2 * item for item in batch]


@given(
    items=st.lists(st.integers(), max_size=70),
    batch_size=st.none() | st.integers(1, 80),
    room=st.integers(1, 80),
    cap=st.integers(0, 100),
)
def test_every_item_gets_its_result_in_order_whatever_fits(items, batch_size, room, cap):
    run = Memory(room)
    results = run_batched(run, items, batch_size=batch_size, item_bytes=1, memory_cap=cap)
    assert results == [2 * item for item in items]


@given(count=st.integers(1, 1000), batch_size=st.integers(1, 1000))
def test_a_number_means_that_many_or_all_there_are(count, batch_size):
    assert first_size(count, batch_size, item_bytes=10**12) == min(batch_size, count)


@given(count=st.integers(1, 1000), item_bytes=st.integers(0, 100), cap=st.integers(0, 10_000))
def test_none_means_all_that_memory_allows_and_at_least_one(count, item_bytes, cap):
    size = first_size(count, None, item_bytes=item_bytes, memory_cap=cap)
    assert 1 <= size <= count
    assert size == 1 or size * item_bytes <= cap


def test_a_batch_that_does_not_fit_is_halved_for_good():
    run = Memory(room=3)
    run_batched(run, list(range(10)), batch_size=8, item_bytes=1)
    assert run.sizes == [8, 4, 2, 2, 2, 2, 2]


def test_the_words_of_a_runtime_count_as_much_as_a_memory_error():
    run = Memory(room=2, error=RuntimeError)
    assert run_batched(run, [1, 2, 3], batch_size=None, item_bytes=1) == [2, 4, 6]


def test_one_image_that_does_not_fit_is_a_model_error():
    with pytest.raises(ModelError, match="Not even one image fits"):
        run_batched(Memory(room=0), [1, 2, 3], batch_size=None, item_bytes=1)


def test_other_failures_pass_through():
    def run(_):
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        run_batched(run, [1], batch_size=None, item_bytes=1)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_of_nothing_is_refused(batch_size):
    with pytest.raises(UsageError, match=f"batch_size is 1 or more.*got {batch_size}"):
        run_batched(Memory(room=9), [1], batch_size=batch_size, item_bytes=1)


def test_no_items_give_no_results_and_run_nothing():
    run = Memory(room=9)
    assert run_batched(run, [], batch_size=None, item_bytes=1) == []
    assert run.sizes == []
