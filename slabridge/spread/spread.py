"""A job spread over ranges of tickets."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from slabridge.spread.job import Job, Task
from slabridge.spread.packed import unpacked
from slabridge.spread.trouble import NoWorkers
from slabridge.spread.uncollected import uncollected
from slabridge.spread.workers import Engaged, engaged
from slabridge.state import State
from slabridge.state.ranges import Range, ranges

R = TypeVar("R")

SIZE = 10_000
"""Tickets of a range: few enough that all workers have something to do until the end, and that memory stays bounded."""
FEW = 5
"""So many ranges are judged here about as soon as processes have been started."""
_AHEAD = 2
"""Ranges given to each worker and not done: one that it is at, and one that waits. As many may be done too early."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Who does the work: the workers of a Dask scheduler, by its address, or (None) so many cores of this machine.

    `size` is how many tickets a range has; for few ranges no process is started. One core is that of this process.
    """

    scheduler: str | None = None
    cores: int = 1
    size: int = SIZE

    @classmethod
    def over(cls, scheduler: str | None) -> "Spread":
        """Return a scheduler's workers, or (None) all cores that this process may use."""
        return cls(scheduler, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)

    def each(self, job: Job[R], state: State, names: Sequence[str]) -> Iterator[R]:
        """Yield what the ranges of the tickets of these connections come to, in their order.

        Raises:
            NoWorkers: nobody can do it.
            Unfit: Dask is not installed, or a worker has another slabridge.
            StateError: the state cannot be read, here or where a worker is.
        """
        if self.scheduler is not None and not state.is_shared:
            raise NoWorkers("there is no state yet that workers could read, or an older slabridge wrote it; run first")
        parts = ranges(state, names, self.size)
        alone = self.cores == 1 or not state.is_shared or sum(part.tickets for part in parts) <= FEW * self.size
        here = partial(_uncollected, job, state) if self.scheduler is None else None
        if here is not None and alone:
            yield from map(here, parts)
        else:
            helpers = min(self.cores, len(parts)) - 1
            yield from _spread(_Work(Task.of(job, state), engaged(self.scheduler, helpers), here), parts)


def _uncollected(job: Job[R], state: State, part: Range) -> R:
    with uncollected():
        return job.of(state, part)


HERE = Spread()
"""In this process."""


class _Work(NamedTuple, Generic[R]):
    """A task for workers, and how this process does the same itself (None: it does not)."""

    task: Task
    workers: Engaged
    here: Callable[[Range], R] | None


def _spread(work: _Work[R], parts: Sequence[Range]) -> Iterator[R]:
    """Yield what comes of each part; where workers died, what they were at is begun anew, once."""
    done, failed = 0, -1
    while done < len(parts):
        try:
            for found in _in_order(work, parts[done:]):
                yield found
                done += 1
        except BrokenExecutor as error:
            if failed == done:
                where = f"{parts[done].connection} from id {parts[done].after!r} on"
                raise NoWorkers(
                    f"the workers that judged tickets of {where} ended twice; was there too little memory?"
                ) from error
            failed = done


def _in_order(work: _Work[R], parts: Sequence[Range]) -> Iterator[R]:
    """Yield what comes of each part, in order; rather than wait for workers, this process does the next one itself."""
    rest, under_way = deque(parts), deque[tuple[Future[Any], Callable[[Any], R]]]()
    with work.workers() as (number, executor):
        while rest or under_way:
            for _ in range(number * _AHEAD - sum(not future.done() for future, _ in under_way)):
                if rest:
                    under_way.append((executor.submit(work.task, rest.popleft()), unpacked))
            first, read = under_way[0]
            if work.here is None or not rest or first.done() or len(under_way) > 2 * number * _AHEAD:
                under_way.popleft()
                yield read(first.result())
            else:
                mine = Future[R]()
                mine.set_result(work.here(rest.popleft()))
                under_way.append((mine, _as_it_is))


def _as_it_is(found: R) -> R:
    return found
