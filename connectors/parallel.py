"""Jobs side by side, with their results in order."""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Lanes:
    """Threads that run `width` jobs at once; with one, everything happens in the caller's thread, in order.

    A job that itself waits for jobs of the same lanes runs them in its own thread, so that none waits forever.
    """

    def __init__(self, width: int, name: str) -> None:
        self.width = width
        self._here = threading.local()
        self._pool: ThreadPoolExecutor | None = None
        if width > 1:
            self._pool = ThreadPoolExecutor(width, name, initializer=lambda: setattr(self._here, "is_lane", True))

    def map(
        self,
        job: Callable[[Item], Result],
        items: Iterable[Item],
        *,
        apart: Callable[[Item], Hashable] | None = None,
    ) -> Iterator[Result]:
        """Yield what the job makes of each item, in order; the next items are fetched while jobs are under way.

        At most `width` results are worked on ahead of the one that is waited for. Items of which `apart` gives the
        same follow each other. A job that raises does so in its turn; those that have not begun by then never do.
        """
        if self._pool is None or hasattr(self._here, "is_lane"):
            yield from map(job, items)
            return
        under_way: deque[tuple[Hashable, Future[Result]]] = deque()
        try:
            for item in items:
                key = apart(item) if apart else None
                while apart and any(key == other for other, _ in under_way):
                    yield under_way.popleft()[1].result()
                under_way.append((key, self._pool.submit(copy_context().run, job, item)))
                while under_way and (under_way[0][1].done() or len(under_way) >= self.width):
                    yield under_way.popleft()[1].result()
            while under_way:
                yield under_way.popleft()[1].result()
        finally:
            for _, future in under_way:
                future.cancel()
            wait([future for _, future in under_way])

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
