"""A job spread over ranges of tickets."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from typing import TypeVar

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
"""Ranges that are under way, for each worker: one that it is at, and one that waits."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Who does the work: the workers of a Dask scheduler, by its address, or (None) processes on so many cores.

    `size` is how many tickets a range has; for few ranges no process is started.
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
        if self.scheduler is None and alone:
            for part in parts:
                with uncollected():
                    done = job.of(state, part)
                yield done
        else:
            for found in _spread(Task.of(job, state), parts, engaged(self.scheduler, min(self.cores, len(parts)))):
                yield unpacked(found)


HERE = Spread()
"""In this process."""


def _spread(task: Task, parts: Sequence[Range], workers: Engaged) -> Iterator[bytes]:
    """Yield what comes of each part; where workers died, what they were at is begun anew, once."""
    done, failed = 0, -1
    while done < len(parts):
        try:
            for found in _in_order(task, parts[done:], workers):
                yield found
                done += 1
        except BrokenExecutor as error:
            if failed == done:
                where = f"{parts[done].connection} from id {parts[done].after!r} on"
                raise NoWorkers(
                    f"the workers that judged tickets of {where} ended twice; was there too little memory?"
                ) from error
            failed = done


def _in_order(task: Task, parts: Sequence[Range], workers: Engaged) -> Iterator[bytes]:
    under_way: deque[Future[bytes]] = deque()
    with workers() as (number, executor):
        for part in parts:
            under_way.append(executor.submit(task, part))
            if len(under_way) > number * _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
