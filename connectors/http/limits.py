"""What one host may be asked: how many calls at once, how many in an hour, and when to leave it alone.

One `Limits` serves all connections of a host, whatever their number of threads. Who shares a host with other processes
hands in a kind of `Limits` that asks what they share.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

HOUR = 3600.0
"""In seconds."""

_TOGETHER = 10.0
"""Calls of so many seconds are counted as one entry, as if they all began at its end."""

EVERYWHERE = ""
"""As an endpoint: all of them."""


class Unknown(Exception):  # noqa: N818 - a state of affairs, not a defect
    """What several processes share of a host's limits cannot be asked; the message says why. No call may be made."""


class Limits:
    """The limits of one host, thread-safe.

    `concurrency` calls are under way at most, `per_hour` begin in any hour (None: no limit), of which earlier runs
    began `spent` within the last one.
    """

    def __init__(
        self,
        concurrency: int = 2,
        per_hour: int | None = None,
        spent: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_hour = per_hour
        self._clock = clock
        self._places = threading.Condition()
        self._concurrency = concurrency
        self._under_way = 0
        self._begun: deque[tuple[float, int]] = deque([(clock(), spent)] if spent else [])
        self._count = spent
        self._rests: dict[str, float] = {}

    @property
    def concurrency(self) -> int:
        """How many calls may be under way now."""
        return self._concurrency

    def narrow(self) -> bool:
        """Let one call at a time be under way from now on; return whether more could be before."""
        with self._places:
            before, self._concurrency = self._concurrency, 1
            return before > 1

    def rest(self, seconds: float, endpoint: str = EVERYWHERE) -> None:
        """Let no call to the endpoint begin for so long."""
        with self._places:
            until = self._clock() + seconds
            self._rests[endpoint] = max(until, self._rests.get(endpoint, until))

    def due_in(self, endpoint: str) -> float:
        """Return the seconds until a call to the endpoint may begin: 0 if it may now."""
        with self._places:
            now = self._clock()
            return max(0.0, *(self._rests.get(place, now) - now for place in (EVERYWHERE, endpoint)))

    def spend(self) -> float:
        """Count a call, and return 0; or do not, and return the seconds until the hour has room for one."""
        with self._places:
            if self.per_hour is None:
                return 0.0
            now = self._clock()
            while self._begun and self._begun[0][0] + HOUR <= now:
                self._count -= self._begun.popleft()[1]
            if self._count >= self.per_hour:
                return self._begun[0][0] + HOUR - now if self._begun else HOUR
            if self._begun and now <= self._begun[-1][0]:
                at, count = self._begun.pop()
                self._begun.append((at, count + 1))
            else:
                self._begun.append((now + _TOGETHER, 1))
            self._count += 1
            return 0.0

    def enter(self, seconds: float) -> bool:
        """Take a place, and return whether there was one within so many seconds; `leave` gives it back."""
        with self._places:
            if not self._places.wait_for(lambda: self._under_way < self._concurrency, seconds):
                return False
            self._under_way += 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._places:
            self._under_way -= 1
            self._places.notify_all()


def host_of(url: str) -> str:
    """Return the host and port that limits are those of, without what else may stand in a URL."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def endpoint_of(method: str, path: str) -> str:
    """Return what a tool limits together: the method and the path, whichever ticket it is about."""
    return f"{method} {re.sub(r'/[^/]*[0-9][^/]*', '/*', path)}"
