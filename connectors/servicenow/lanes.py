"""Calls side by side, with their results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Lanes:
    """Runs `width` jobs at once; with one, everything happens in the caller's thread, in order."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._pool = ThreadPoolExecutor(width, thread_name_prefix="servicenow") if width > 1 else None

    def ahead(self, job: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield what the job makes of each item, in order; the next items are fetched while jobs are under way.

        A job that raises does so in its turn; those that have not begun by then never do.
        """
        if self._pool is None:
            yield from map(job, items)
            return
        under_way: deque[Future[Result]] = deque()
        try:
            for item in items:
                under_way.append(self._pool.submit(job, item))
                while under_way and (under_way[0].done() or len(under_way) >= self.width):
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
            wait(under_way)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
