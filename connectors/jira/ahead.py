"""Reading ahead: what comes next is asked for while what came before is worked on."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

THREADS = 3
"""How many threads reading ahead takes: one for `ahead`, the rest for `each_ahead`."""

T = TypeVar("T")
R = TypeVar("R")


def ahead(items: Iterator[T], pool: Executor) -> Iterator[T]:
    """Yield what an iterator yields, and raise what it raises; it runs in the pool, one item ahead."""
    upcoming = pool.submit(next, items, None)
    while (item := upcoming.result()) is not None:
        upcoming = pool.submit(next, items, None)
        yield item


def each_ahead(function: Callable[[T], R], items: Iterator[T], pool: Executor) -> Iterator[R]:
    """Yield what a function gives for each item, in order; it works on the next ones already."""
    under_way: deque[Future[R]] = deque()
    for item in items:
        under_way.append(pool.submit(function, item))
        if len(under_way) == THREADS:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
