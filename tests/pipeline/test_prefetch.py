import gc
import threading
import weakref
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.pipeline.prefetch import prefetch


@given(st.lists(st.integers(), max_size=40), st.integers(1, 5))
def test_what_goes_in_comes_out_in_order(items: list[int], size: int) -> None:
    assert list(prefetch(items, size)) == items


def test_the_items_are_made_in_another_thread() -> None:
    def names() -> Iterator[str]:
        yield threading.current_thread().name

    assert next(prefetch(names(), 1)) != threading.current_thread().name


def test_an_exception_arrives_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("three")

    items = prefetch(broken(), 1)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(KeyError, match="three"):
        next(items)


def test_a_consumer_that_stops_early_closes_the_producer() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            closed.set()

    with closing(prefetch(endless(), 2)) as items:
        assert next(items) == 0
    assert closed.is_set()


def test_no_more_than_its_size_waits_for_the_consumer() -> None:
    made = []

    def count() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with closing(prefetch(count(), 3)) as items:
        for number in items:
            # One is in hand, three wait in the queue, and one waits to get in.
            assert len(made) <= number + 5


def test_a_consumer_that_is_dropped_closes_the_producer_at_once() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            closed.set()

    before = threading.active_count()
    for _ in prefetch(endless(), 2):
        break
    assert closed.is_set()
    assert threading.active_count() == before


def test_a_producer_that_collects_its_own_consumer_ends() -> None:
    class Consumer:
        def __init__(self, items: Iterator[int]) -> None:
            self.items = prefetch(items, 1)
            self.itself = self

    dropped, closed = threading.Event(), threading.Event()

    def endless() -> Iterator[int]:
        try:
            yield 0
            dropped.wait(5)
            gc.collect()
            while True:
                yield 1
        finally:
            closed.set()

    gc.disable()
    try:
        consumer = Consumer(endless())
        assert next(consumer.items) == 0
        gone = weakref.ref(consumer)
        del consumer
        dropped.set()
        assert closed.wait(5)
    finally:
        gc.enable()
    assert gone() is None


def test_what_is_never_asked_for_starts_no_thread() -> None:
    before = threading.active_count()
    items = prefetch(iter(range(3)), 1)
    assert threading.active_count() == before
    items.close()
    assert list(items) == []
